"""Cancels calls that still wait in Twilio's queue when their permit ends: they would ring when nobody has asked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from middleware.clock import Clock
from middleware.errors import CallRefused, CarrierUnavailable
from middleware.gateways.ports import CallCarrier
from middleware.services.found_ends import tell_of_end
from middleware.services.observation import Observation
from middleware.services.progress import observe
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50
LEAD = timedelta(seconds=1)  # so that Twilio has it before the permit ends
ASKED_AGAIN_AFTER = timedelta(seconds=5)


class QueueWatch:
    """What earlier passes asked is remembered in memory only: a new process asks once more, which does no harm."""

    def __init__(self, database: Database, carrier: CallCarrier, clock: Clock) -> None:
        self._database = database
        self._carrier = carrier
        self._clock = clock
        self._asked_at: dict[str, datetime] = {}

    def run(self) -> int:
        """One pass; returns how many calls were cancelled. Where Twilio does not answer, the rest is for the next pass,
        so that other work of the same process does not wait for all of them."""
        now = self._clock.now()
        with self._database.reading() as connection:
            late = AttemptRepository(connection).queued_past_their_permit(now + LEAD, MOST_AT_ONCE)
        self._asked_at = {each: at for each, at in self._asked_at.items() if now - at < ASKED_AGAIN_AFTER}
        cancelled = 0
        for attempt_id in (each for each in late if each not in self._asked_at):
            self._asked_at[attempt_id] = now
            try:
                cancelled += self._cancel(attempt_id)
            except CarrierUnavailable as error:
                logger.error("attempt %s: its call may ring late, Twilio is asked again: %s", attempt_id, error)
                break
        return cancelled

    def _cancel(self, attempt_id: str) -> bool:
        with self._database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        try:
            call = self._carrier.update(attempt.call_sid or "", [("Status", "canceled")])
        except CallRefused as error:  # it has ended by itself; its report is on its way, or the sweep asks
            logger.info("attempt %s: its call is over already: %s", attempt_id, error)
            return False
        return self._note(attempt, call)

    def _note(self, seen: AttemptSeen, call: dict[str, object]) -> bool:
        now = self._clock.now()
        with self._database.writing() as connection:
            repository = AttemptRepository(connection)
            attempt = repository.lock(seen.id)
            # Twilio's own report of the end may have been faster
            if observe(connection, attempt, Observation.from_resource(call), now, "queue"):
                tell_of_end(connection, attempt, call, now)
            never_rang = call.get("status") == "canceled" and call.get("start_time") is None
            if never_rang:
                repository.release(repository.by_id(attempt.id), now)
        return never_rang
