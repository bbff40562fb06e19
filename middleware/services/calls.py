"""Calls placed for a dialer: decided, reserved, created at Twilio once, recorded; and looked after later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import CallNotCreated, CallRefused, CarrierUnavailable, CreateUncertain, InvalidParameter
from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.asking import Answer
from middleware.services.call_requests import EVENTS, CallRequest, campaign_of
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.observation import Observation
from middleware.services.own_people import OwnPerson, Unreachable
from middleware.services.precall import Precall
from middleware.services.ring_time import timeout_from
from middleware.services.routes.creating import Creating
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import DELIVERY, Links
from middleware.services.routes.own_calls import OwnCalls
from middleware.services.whom_to_ring import WhomToRing
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Database

_NO_CALL = frozenset({State.WITHDRAWN.value, State.EXPIRED.value})


@dataclass(frozen=True, slots=True)
class Created:
    """Twilio's body of the call, or the answer that refused it (then `call` is None). A call to one of our own people
    was not asked about, so it has no answer."""

    answer: Answer | None
    call: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Calls:
    precall: Precall
    carrier: CallCarrier
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    links: Links
    creating: Creating
    own_calls: OwnCalls
    whom: WhomToRing
    public_base_url: str

    def create(self, request: CallRequest, asker: Credential) -> Created:
        """Place one call if it may be made. A retry of the same request gets the same call.

        Raises `CallRefused` with Twilio's own refusal, `CallNotCreated` and `TooFast` when certainly no call exists
        (the attempt does not count) and `CreateUncertain` when nobody knows yet: it is found out by asking, never by
        dialling again. Raises `InvalidParameter` for a callee of whom nobody knows whom it would ring.
        """
        controller_id = self.catalogue.campaign_for(asker, campaign_of(asker)).controller_id
        found = self.whom.at(controller_id, request.to)
        if isinstance(found, Unreachable):
            raise unreachable()
        if isinstance(found, OwnPerson):
            return Created(None, self.own_calls.create(request, found, controller_id, asker))
        answer = self.precall.reserve(request.question(asker, found.number), asker)
        if not answer.is_permitted:
            return Created(answer, None)
        if answer.is_replay:
            return Created(answer, self._call_of(answer.attempt_id))
        leg = Leg(controller_id, answer.campaign_id, asker.id, "en", attempt_id=answer.attempt_id)
        parameters = self._parameters(request, answer, leg)
        call = self.creating.attempt(
            answer.attempt_id,
            answer.permit_expires_at,
            lambda: self.carrier.create([*parameters, self._timeout(request, answer)]),
            Observation.from_resource,
        )
        return Created(answer, call)

    def _timeout(self, request: CallRequest, answer: Answer) -> tuple[str, str]:
        most, least = answer.ring_timeout_seconds, answer.ring_at_least_seconds
        seconds = timeout_from(self.clock.now(), answer.permit_expires_at, request.timeout, most, least)
        return "Timeout", str(seconds)

    def _parameters(self, request: CallRequest, answer: Answer, leg: Leg) -> Pairs:
        """The dialer's parameters with both numbers as they were checked, and our callback. The caller ID is sent in
        E.164, so that the call can be found at Twilio by it."""
        callback = f"{self.public_base_url}/twilio/status/{answer.attempt_id}{DELIVERY}"
        own = [
            ("To", answer.callee or ""),
            ("From", answer.caller_id or ""),
            ("StatusCallback", callback),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in EVENTS),
        ]
        inline = request.inline_alone
        if inline is not None:  # nothing leads anywhere, so there is nothing to keep
            return [*request.passed_through(), ("Twiml", inline), *own]
        with self.database.writing() as connection:
            led = self.links.of_request(
                connection,
                leg,
                request.voice,
                request.callbacks(),
                detects=request.wants_detection,
                detects_later=request.wants_detection_later,
            )
        return [*request.passed_through(), *led, *own]

    def _call_of(self, attempt_id: str) -> dict[str, Any]:
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        if attempt.call_sid is None:
            if attempt.state in _NO_CALL:
                raise CallNotCreated("The earlier request with this Idempotency-Key made no call: take a new key")
            raise CreateUncertain(f"Attempt {attempt_id} is under way and its call not known yet")
        try:
            return self.carrier.fetch(attempt.call_sid)
        except (CarrierUnavailable, CallRefused) as error:  # Twilio's own reading lags behind, too
            raise CreateUncertain(f"Call {attempt.call_sid} was made, and Twilio does not show it now") from error


def unreachable() -> InvalidParameter:
    """What a dialer is told of a callee of whom nobody knows whom it would ring."""
    return InvalidParameter(
        "This address carries no telephone number and is none of yours: give `To` in E.164, or have an administrator "
        "list the SIP domain or agent",
        "To",
    )
