"""One call created at Twilio, once, in its turn; and what is known of it afterwards, for certain or not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import CallNotCreated, CallRefused, CreateUncertain, StoreUnavailable, TooFast
from middleware.services.observation import Observation
from middleware.services.progress import observe
from middleware.services.routes.pacing import Pacing
from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database

logger = logging.getLogger(__name__)
MOST_TRIES = 3  # of a request that Twilio turned away unprocessed
Make = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Creating:
    database: Database
    clock: Clock
    pacing: Pacing

    def in_turn(self, make: Make, until: datetime | None) -> dict[str, Any]:
        """Twilio's answer. What it turned away unprocessed is sent again in a later turn; nothing else ever is.

        Raises `TooFast` where the turn would come after `until`, and what `make` raises.
        """
        for tries in range(1, MOST_TRIES + 1):
            self.pacing.wait_for_turn(until)
            try:
                return make()
            except CallNotCreated as error:
                if not error.is_turned_away or tries == MOST_TRIES:
                    raise
                logger.warning("Twilio turned a call away unprocessed; it is tried again in a later turn")
        raise AssertionError("unreachable")

    def attempt(self, attempt_id: str, until: datetime | None, make: Make, seen: Callable[..., Observation]) -> Any:
        """The call of a permitted attempt. `seen` reads Twilio's answer.

        Raises `CallRefused` with Twilio's own refusal, `CallNotCreated` and `TooFast` when certainly no call exists
        (the attempt does not count) and `CreateUncertain` when nobody knows yet.
        """
        try:
            call = self.in_turn(make, until)
        except (CallRefused, CallNotCreated, TooFast) as error:
            self.release(attempt_id, type(error).__name__)
            raise
        except CreateUncertain as error:
            self._mark_uncertain(attempt_id)
            raise CreateUncertain(f"{error}. Attempt {attempt_id} is being looked up at Twilio") from error
        self._record(attempt_id, seen(call))
        return call

    def release(self, attempt_id: str, why: str) -> None:
        """The attempt does not count, and its Idempotency-Key is free: the same request will be decided anew."""
        now = self.clock.now()
        withdrawn = {"state": State.WITHDRAWN.value, "idempotency_key": None}
        try:
            with self.database.writing() as connection:
                repository = AttemptRepository(connection)
                attempt = repository.lock(attempt_id)
                repository.change(attempt, now, "create", {"error": why}, **withdrawn)
                repository.release(attempt, now)
        except StoreUnavailable as error:  # what Twilio said is the answer all the same; the sweep will release it
            logger.error("attempt %s made no call and is not released yet: %s", attempt_id, error)

    def _record(self, attempt_id: str, seen: Observation) -> None:
        try:
            with self.database.writing() as connection:
                attempt = AttemptRepository(connection).lock(attempt_id)
                observe(connection, attempt, seen, self.clock.now(), "create")
        except StoreUnavailable as error:
            # the call exists, so the dialer must hear of it; its callbacks and the sweep will tell the store
            logger.error("the call of attempt %s is made and not noted yet: %s", attempt_id, error)

    def _mark_uncertain(self, attempt_id: str) -> None:
        try:
            with self.database.writing() as connection:
                repository = AttemptRepository(connection)
                attempt = repository.lock(attempt_id)
                if attempt.state == State.PERMITTED.value:  # a callback may have been faster than our time limit
                    repository.change(attempt, self.clock.now(), "create", {}, state=State.UNCERTAIN.value)
        except StoreUnavailable as error:  # answered as uncertain all the same: a 5xx would bring the request again
            logger.error("attempt %s is uncertain and not noted so yet: %s", attempt_id, error)
