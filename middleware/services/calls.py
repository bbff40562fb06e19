"""Calls placed for a dialer: decided, reserved, created at Twilio once, recorded; and looked after later."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import (
    CallNotCreated,
    CallRefused,
    CarrierUnavailable,
    CreateUncertain,
    NotFound,
    StoreUnavailable,
)
from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.asking import Answer
from middleware.services.call_requests import CallRequest
from middleware.services.observation import CALL_SID, Observation
from middleware.services.precall import Precall
from middleware.services.progress import observe
from middleware.services.ring_time import twilio_timeout
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.catalogue import Credential
from middleware.store.database import Database

logger = logging.getLogger(__name__)
ALL_EVENTS = ("initiated", "ringing", "answered", "completed")
# our URL asks Twilio to repeat a report that did not arrive; fragments are neither sent nor signed
DELIVERY = "#rc=3&rp=ct,rt,5xx&rt=4000"
_NO_CALL = frozenset({State.WITHDRAWN.value, State.EXPIRED.value})


@dataclass(frozen=True, slots=True)
class Created:
    """Twilio's body of the call, or the answer that refused it (then `call` is None)."""

    answer: Answer
    call: dict[str, Any] | None


class Calls:
    def __init__(
        self, precall: Precall, carrier: CallCarrier, database: Database, clock: Clock, public_base_url: str
    ) -> None:
        self._precall = precall
        self._carrier = carrier
        self._database = database
        self._clock = clock
        self._public_base_url = public_base_url

    def create(self, request: CallRequest, asker: Credential) -> Created:
        """Place one call if it may be made. A retry of the same request gets the same call.

        Raises `CallRefused` with Twilio's own refusal, `CallNotCreated` when certainly no call exists (the attempt
        does not count) and `CreateUncertain` when nobody knows yet: it is found out by asking, never by dialling again.
        """
        answer = self._precall.reserve(request.question(asker), asker)
        if not answer.is_permitted:
            return Created(answer, None)
        if answer.is_replay:
            return Created(answer, self._call_of(answer.attempt_id))
        try:
            call = self._carrier.create(self._parameters(request, answer))
        except (CallRefused, CallNotCreated) as error:
            self._release(answer.attempt_id, type(error).__name__)
            raise
        except CreateUncertain as error:
            self._mark_uncertain(answer.attempt_id)
            raise CreateUncertain(f"{error}. Attempt {answer.attempt_id} is being looked up at Twilio") from error
        self._record(answer.attempt_id, call)
        return Created(answer, call)

    def _parameters(self, request: CallRequest, answer: Answer) -> Pairs:
        """The dialer's parameters with both numbers as they were checked, our callback, and a ring time within the
        policy. The caller ID is sent in E.164, so that the call can be found at Twilio by it."""
        timeout = twilio_timeout(request.timeout, answer.ring_timeout_seconds, answer.ring_at_least_seconds)
        callback = f"{self._public_base_url}/twilio/status/{answer.attempt_id}{DELIVERY}"
        own = [
            ("To", answer.callee or ""),
            ("From", answer.caller_id or ""),
            ("Timeout", str(timeout)),
            ("StatusCallback", callback),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in ALL_EVENTS),
        ]
        return [*request.passed_through(), *own]

    def _call_of(self, attempt_id: str) -> dict[str, Any]:
        with self._database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        if attempt.call_sid is None:
            if attempt.state in _NO_CALL:
                raise CallNotCreated("The earlier request with this Idempotency-Key made no call: take a new key")
            raise CreateUncertain(f"Attempt {attempt_id} is under way and its call not known yet")
        try:
            return self._carrier.fetch(attempt.call_sid)
        except (CarrierUnavailable, CallRefused) as error:  # Twilio's own reading lags behind, too
            raise CreateUncertain(f"Call {attempt.call_sid} was made, and Twilio does not show it now") from error

    def _record(self, attempt_id: str, call: dict[str, Any]) -> None:
        try:
            with self._database.writing() as connection:
                attempt = AttemptRepository(connection).lock(attempt_id)
                observe(connection, attempt, Observation.from_resource(call), self._clock.now(), "create")
        except StoreUnavailable as error:
            # the call exists, so the dialer must hear of it; its callbacks and the sweep will tell the store
            logger.error("the call of attempt %s is made and not noted yet: %s", attempt_id, error)

    def _release(self, attempt_id: str, why: str) -> None:
        """The attempt does not count, and its Idempotency-Key is free: the same request will be decided anew."""
        now = self._clock.now()
        withdrawn = {"state": State.WITHDRAWN.value, "idempotency_key": None}
        try:
            with self._database.writing() as connection:
                repository = AttemptRepository(connection)
                attempt = repository.lock(attempt_id)
                repository.change(attempt, now, "create", {"error": why}, **withdrawn)
                repository.release(attempt, now)
        except StoreUnavailable as error:  # what Twilio said is the answer all the same; the sweep will release it
            logger.error("attempt %s made no call and is not released yet: %s", attempt_id, error)

    def _mark_uncertain(self, attempt_id: str) -> None:
        try:
            with self._database.writing() as connection:
                repository = AttemptRepository(connection)
                attempt = repository.lock(attempt_id)
                if attempt.state == State.PERMITTED.value:  # a callback may have been faster than our time limit
                    repository.change(attempt, self._clock.now(), "create", {}, state=State.UNCERTAIN.value)
        except StoreUnavailable as error:  # answered as uncertain all the same: a 5xx would bring the request again
            logger.error("attempt %s is uncertain and not noted so yet: %s", attempt_id, error)


class LiveCalls:
    """Fetch, list and update: a dialer sees and changes only calls of its own controller."""

    def __init__(self, carrier: CallCarrier, database: Database) -> None:
        self._carrier = carrier
        self._database = database

    def fetch(self, call_sid: str, asker: Credential) -> dict[str, Any]:
        """One call as Twilio returns it; raises `NotFound` for calls of others as for none."""
        self._own(call_sid, asker)
        return self._carrier.fetch(call_sid)

    def update(self, call_sid: str, parameters: Pairs, asker: Credential) -> dict[str, Any]:
        """Change a call; raises `NotFound` for calls of others as for none."""
        self._own(call_sid, asker)
        return self._carrier.update(call_sid, parameters)

    def list(self, query: Pairs, asker: Credential) -> dict[str, Any]:
        """One page of Twilio's list without the calls of others: a page may be shorter than asked for."""
        page = self._carrier.list(query)
        calls = page.get("calls") or []
        sids = [sid for call in calls for sid in (call.get("sid"), call.get("parent_call_sid")) if sid]
        with self._database.reading() as connection:
            own = AttemptRepository(connection).known_sids(sids, asker.controller_id)
        page["calls"] = [call for call in calls if call.get("sid") in own or call.get("parent_call_sid") in own]
        return page

    def _own(self, call_sid: str, asker: Credential) -> AttemptSeen:
        if not CALL_SID.fullmatch(call_sid):
            raise NotFound("no call has this SID")
        with self._database.reading() as connection:
            attempt = AttemptRepository(connection).by_call_sid(call_sid)
        if not asker.reaches(attempt.controller_id):
            raise NotFound(f"no attempt has CallSid {call_sid}")
        return attempt
