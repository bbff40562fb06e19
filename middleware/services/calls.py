"""Twilio's Calls resource: how a call that a dialer asks for is made of its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.call_requests import CallRequest, campaign_of
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.observation import Observation
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links
from middleware.services.routes.own_calls import OwnCalls
from middleware.services.routes.placing import Created, Placing, Way
from middleware.store.catalogue import Credential
from middleware.store.database import Database


@dataclass(frozen=True, slots=True)
class Calls:
    carrier: CallCarrier
    catalogue: CurrentCatalogue
    database: Database
    links: Links
    own_calls: OwnCalls
    placing: Placing

    def create(self, request: CallRequest, asker: Credential) -> Created:
        """Place one call if it may be made; see `Placing.place`."""
        controller_id = self.catalogue.campaign_for(asker, campaign_of(asker)).controller_id
        way = Way(
            route="twilio_rest",
            ring_own=lambda person: self.own_calls.create(request, person, controller_id, asker),
            led=lambda leg: self._led(request, leg),
            make=self.carrier.create,
            seen=Observation.from_resource,
            shown=self.carrier.fetch,
        )
        return self.placing.place(request, controller_id, asker, way)

    def _led(self, request: CallRequest, leg: Leg) -> Pairs:
        inline = request.inline_alone
        if inline is not None:  # nothing leads anywhere, so there is nothing to keep
            return [*request.passed_through(), ("Twiml", inline)]
        with self.database.writing() as connection:
            led = self.links.of_request(
                connection,
                leg,
                request.voice,
                request.callbacks(),
                detects=request.wants_detection,
                detects_later=request.wants_detection_later,
            )
        return [*request.passed_through(), *led]
