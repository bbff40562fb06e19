"""Calls to our own people: let through without the gate, logged as such, and followed to their end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import ENDED, state_from_twilio
from middleware.errors import CallNotCreated, CallRefused, InvalidParameter, StoreUnavailable, TooFast
from middleware.gateways.ports import CallCarrier
from middleware.services.call_requests import CallRequest
from middleware.services.caller_ids import read_caller_id
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.dialer_events import event_of, number_among
from middleware.services.observation import CALL_SID, Observation
from middleware.services.own_people import CLIENT, OwnPerson, whom
from middleware.services.routes.callbacks import hand_on
from middleware.services.routes.creating import Creating, Make
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links, reporting_to
from middleware.services.routes.own_legs import begun
from middleware.sip_addresses import is_sip
from middleware.store.catalogue import Credential
from middleware.store.database import Connection, Database
from middleware.store.links import callback_of_own_call
from middleware.store.own_calls import OwnCallRepository

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnCalls:
    carrier: CallCarrier
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    links: Links
    creating: Creating
    public_base_url: str

    def create(self, request: CallRequest, person: OwnPerson, controller_id: str, asker: Credential) -> dict[str, Any]:
        """Ring one of our own people; raises as `made` does."""
        leg, parameters = self.prepared(request, person, controller_id, asker, "twilio_rest")
        return self.made(leg, lambda: self.carrier.create(parameters), Observation.from_resource)

    def prepared(
        self, request: CallRequest, person: OwnPerson, controller_id: str, asker: Credential, route: str
    ) -> tuple[Leg, list[tuple[str, str]]]:
        """The logged leg, and the parameters that make its call. Raises `InvalidParameter`."""
        campaign_id = asker.campaign_id or ""
        shown = self._shown(request.caller_id, person, controller_id, campaign_id)
        with self.database.writing() as connection:
            asking = Leg(controller_id, campaign_id, asker.id, person.language)
            leg = begun(connection, self.clock.now(), asking, route, person)
            led = self.links.of_request(connection, leg, request.voice, request.callbacks())
            wanted = request.status_wish
            if wanted is not None:
                self.links.callback(connection, leg, wanted["url"], wanted["method"], wanted["events"])
        own = [
            ("To", person.address),
            ("From", shown),
            *([("Timeout", str(request.timeout))] if request.timeout is not None else []),
            *reporting_to(f"{self.public_base_url}/twilio/own/{leg.own_call_id}"),
        ]
        return leg, [*request.passed_through(), *led, *own]

    def made(self, leg: Leg, make: Make, seen: Callable[[dict[str, Any]], Observation]) -> dict[str, Any]:
        """Twilio's answer, which `seen` reads. One that certainly is no call is over; raises as `Creating.in_turn`."""
        try:
            call = self.creating.in_turn(make, None)
        except (CallRefused, CallNotCreated, TooFast):
            self._note_made(leg, call_status="failed", ended_at=self.clock.now())
            raise
        found = seen(call)
        self._note_made(leg, call_sid=found.call_sid, call_status=found.call_status)
        return call

    def _note_made(self, leg: Leg, **values: object) -> None:
        own_call_id = leg.own_call_id or ""
        try:
            with self.database.writing() as connection:
                repository = OwnCallRepository(connection)
                if repository.by_id(own_call_id).call_sid is None:  # its callbacks may have been faster
                    repository.change(own_call_id, **values)
        except StoreUnavailable as error:  # what Twilio said is the answer: a 5xx would bring the request again
            logger.error("call %s to one of ours is not noted yet: %s", own_call_id, error)

    def receive(self, own_call_id: str, pairs: Sequence[tuple[str, str]]) -> None:
        """A status callback of Twilio's; the dialer hears the events that it asked for. Raises `NotFound`."""
        form = dict(pairs)
        seen = Observation.from_callback(form)
        with self.database.writing() as connection:
            own_call = OwnCallRepository(connection).by_id(own_call_id)
            if not CALL_SID.fullmatch(seen.call_sid) or own_call.call_sid not in {None, seen.call_sid}:
                return
            self._note(connection, own_call_id, seen, is_over=own_call.ended_at is not None)
            link = callback_of_own_call(connection, own_call_id)
            wanted = (link.document or "").split() if link is not None else ()
            event = event_of(seen.call_status)
            if link is not None and event is not None and event in wanted:
                number = number_among(wanted, event, seen.call_status, form.get("SequenceNumber", ""))
                told = pairs if number is None else _numbered(pairs, number)
                hand_on(connection, link, told, self.clock.now())

    def _note(self, connection: Connection, own_call_id: str, seen: Observation, *, is_over: bool) -> None:
        """What comes late changes nothing: an end stands."""
        if is_over:
            return
        values: dict[str, object] = {"call_sid": seen.call_sid, "call_status": seen.call_status[:16]}
        if state_from_twilio(seen.call_status) in ENDED:
            values |= {"ended_at": self.clock.now(), "duration_seconds": seen.duration_seconds}
        OwnCallRepository(connection).change(own_call_id, **values)

    def _shown(self, given: str, person: OwnPerson, controller_id: str, campaign_id: str) -> str:
        """What our own people see: a caller ID of the controller's, or one of ours who calls."""
        campaign = self.catalogue.checked().campaigns[campaign_id]
        number = read_caller_id(given)
        if number is not None and number.e164 in {each.number for each in campaign.caller_ids}:
            return str(number.e164)
        rings_an_identity = person.address.startswith(CLIENT) or is_sip(person.address)
        if rings_an_identity and number is None:
            caller = whom(self.catalogue.get(), controller_id, given)
            if isinstance(caller, OwnPerson):
                return given
        raise InvalidParameter("From is not a caller ID on file for this campaign", "From", 21210)


def _numbered(pairs: Sequence[tuple[str, str]], number: int) -> list[tuple[str, str]]:
    """As Twilio counts for somebody who asked for these events alone."""
    return [(name, str(number) if name == "SequenceNumber" else value) for name, value in pairs]
