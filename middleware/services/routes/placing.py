"""One call that a dialer asks for by REST, whatever the resource: asked about, reserved, created once, recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import (
    CallNotCreated,
    CallRefused,
    CarrierUnavailable,
    CreateUncertain,
    InvalidParameter,
    NotFound,
)
from middleware.gateways.ports import Pairs
from middleware.services.asking import Answer
from middleware.services.call_requests import CallRequest
from middleware.services.observation import Observation
from middleware.services.own_people import OwnPerson, Unreachable
from middleware.services.precall import Precall
from middleware.services.ring_time import timeout_from
from middleware.services.routes.creating import Creating
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import reporting_to
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
class Way:
    """How one of Twilio's resources rings somebody.

    `room` tells equal requests apart that ring into different conferences. `led` makes the dialer's parameters, with
    its URLs behind ours, for the leg of the person called. `seen` reads Twilio's answer; `shown` asks for it again by
    CallSid, and raises `CarrierUnavailable`, `CallRefused` or `NotFound`.
    """

    route: str
    ring_own: Callable[[OwnPerson], dict[str, Any]]
    led: Callable[[Leg], Pairs]
    make: Callable[[Pairs], dict[str, Any]]
    seen: Callable[[dict[str, Any]], Observation]
    shown: Callable[[str], dict[str, Any]]
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    precall: Precall
    database: Database
    clock: Clock
    creating: Creating
    whom: WhomToRing
    public_base_url: str

    def place(self, request: CallRequest, controller_id: str, asker: Credential, way: Way) -> Created:
        """Place one call if it may be made. A retry of the same request gets the same call.

        Raises `CallRefused` with Twilio's own refusal, `CallNotCreated` and `TooFast` when certainly no call exists
        (the attempt does not count) and `CreateUncertain` when nobody knows yet: it is found out by asking, never by
        dialling again. Raises `InvalidParameter` for a callee of whom nobody knows whom it would ring.
        """
        found = self.whom.at(controller_id, request.to)
        if isinstance(found, Unreachable):
            raise InvalidParameter(
                "This address carries no telephone number and is none of yours: give `To` in E.164, or have an "
                "administrator list the SIP domain or agent",
                "To",
            )
        if isinstance(found, OwnPerson):
            return Created(None, way.ring_own(found))
        answer = self.precall.reserve(request.question(asker, found.number, way.route, way.room), asker)
        if not answer.is_permitted:
            return Created(answer, None)
        if answer.is_replay:
            return Created(answer, self._made_before(answer.attempt_id, way))
        leg = Leg(controller_id, answer.campaign_id, asker.id, "en", attempt_id=answer.attempt_id)
        parameters = [*way.led(leg), *self._own(answer)]
        call = self.creating.attempt(
            answer.attempt_id,
            answer.permit_expires_at,
            lambda: way.make([*parameters, ("Timeout", self._timeout(request, answer))]),
            way.seen,
        )
        return Created(answer, call)

    def _own(self, answer: Answer) -> Pairs:
        """Both numbers as they were checked, and our callback. The caller ID is sent in E.164, so that the call can be
        found at Twilio by it."""
        callback = f"{self.public_base_url}/twilio/status/{answer.attempt_id}"
        return [("To", answer.callee or ""), ("From", answer.caller_id or ""), *reporting_to(callback)]

    def _timeout(self, request: CallRequest, answer: Answer) -> str:
        most, least = answer.ring_timeout_seconds, answer.ring_at_least_seconds
        return str(timeout_from(self.clock.now(), answer.permit_expires_at, request.timeout, most, least))

    def _made_before(self, attempt_id: str, way: Way) -> dict[str, Any]:
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        if attempt.call_sid is None:
            if attempt.state in _NO_CALL:
                raise CallNotCreated("The earlier request with this Idempotency-Key made no call: take a new key")
            raise CreateUncertain(f"Attempt {attempt_id} is under way and its call not known yet")
        try:
            return way.shown(attempt.call_sid)
        except (CarrierUnavailable, CallRefused, NotFound) as error:  # Twilio's reading lags behind, or it has left
            raise CreateUncertain(f"Call {attempt.call_sid} was made, and Twilio does not show it now") from error
