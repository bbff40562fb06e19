"""Closes what would stay open for ever: permits nobody used, calls whose last report never came, uncertain creates."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.decision.model import Outcome, PlacedBy
from middleware.errors import CallRefused, CarrierUnavailable
from middleware.gateways.ports import CallCarrier
from middleware.services.found_ends import tell_of_end
from middleware.services.observation import Observation, twilio_instant
from middleware.services.progress import observe
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database
from middleware.store.models.attempts import OPEN_STATES

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200
NOT_FOUND = 404
LONGEST_CALL = timedelta(hours=48)  # Twilio keeps a call in its queue and on the line for 24 hours each
LIST_LAG = timedelta(seconds=60)  # Twilio's list runs behind; before this, a missing call proves nothing
CLOCKS_DIFFER = timedelta(seconds=5)
ASKED_AGAIN_AFTER = timedelta(seconds=30)  # the same call, by the same process
# A younger call may belong to a create that is still being answered, for another controller with the same caller ID
SETTLED_AFTER = timedelta(seconds=15)


class Sweeps:
    """`quiet_for` is how long a call may go without its end being reported before Twilio is asked.

    What earlier passes did is remembered in memory only: a new process asks somewhat more than it need.
    """

    def __init__(self, database: Database, carrier: CallCarrier, clock: Clock, quiet_for: timedelta) -> None:
        self.database = database
        self.carrier = carrier
        self.clock = clock
        self.quiet_for = quiet_for
        self._after = ""  # where the last pass ended
        self._asked_at: dict[str, datetime] = {}

    def run(self) -> int:
        """One pass; returns how many attempts were changed. One that fails does not stop the others.

        A pass goes on where the last one ended, so that many long calls do not hide the rest.
        """
        now = self.clock.now()
        with self.database.reading() as connection:
            late = AttemptRepository(connection).open_since_before(now - self.quiet_for, now, MOST_AT_ONCE, self._after)
        self._after = late[-1] if len(late) == MOST_AT_ONCE else ""
        self._asked_at = {attempt: at for attempt, at in self._asked_at.items() if now - at < self._patience}
        due = [attempt_id for attempt_id in late if attempt_id not in self._asked_at]
        self._asked_at |= dict.fromkeys(due, now)
        return sum(self._close(attempt_id) for attempt_id in due)

    @property
    def _patience(self) -> timedelta:
        return min(self.quiet_for, ASKED_AGAIN_AFTER)

    def _close(self, attempt_id: str) -> bool:
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        if attempt.state not in OPEN_STATES:  # settled while others of the list were looked after
            return False
        try:
            if attempt.call_sid is not None:
                return self._ask_about(attempt)
            if attempt.placed_by == PlacedBy.DIALER.value:
                return self._expire(attempt)
            return self._look_for(attempt)
        except (CarrierUnavailable, CallRefused) as error:
            logger.warning("attempt %s cannot be closed yet: %s", attempt_id, error)
            return False

    def _ask_about(self, attempt: AttemptSeen) -> bool:
        try:
            return self._apply(attempt, self.carrier.fetch(attempt.call_sid or ""))
        except CallRefused as error:
            if error.status != NOT_FOUND or self.clock.now() - attempt.asked_at < LONGEST_CALL:
                raise
        # somebody has deleted the call at Twilio; it is over by now, and nobody will ever tell how it went
        logger.error("attempt %s: Twilio has no record of its call any more; its outcome stays unknown", attempt.id)
        return self._set(attempt, State.EXPIRED, Outcome.UNKNOWN, releases=False, ends=True)

    def _look_for(self, attempt: AttemptSeen) -> bool:
        """A create without an answer, or a process that died in it: is there a call that no attempt knows?"""
        if attempt.state == State.PERMITTED.value:
            self._set(attempt, State.UNCERTAIN, Outcome.UNKNOWN, releases=False, ends=False)
        found = [*self._listed(attempt, ("StartTime>", attempt.asked_at.date().isoformat()))]
        found += self._listed(attempt, ("Status", "queued"))  # these have no start yet
        with self.database.reading() as connection:
            known = AttemptRepository(connection).known_sids([call["sid"] for call in found], None)
        for call in found:
            if call["sid"] not in known and _may_be(attempt, call, self.clock.now()):
                return self._apply(attempt, call)
        if self.clock.now() - attempt.asked_at < LIST_LAG:
            return False
        return self._set(attempt, State.EXPIRED, None, releases=True, ends=True)

    def _listed(self, attempt: AttemptSeen, narrowed: tuple[str, str]) -> list[dict[str, Any]]:
        page = self.carrier.list([("To", attempt.callee or ""), narrowed, ("PageSize", "100")])
        return [call for call in page.get("calls") or () if call.get("sid")]

    def _expire(self, attempt: AttemptSeen) -> bool:
        """The dialer may have used it without a word: it counts, and its end is the permit's."""
        return self._set(attempt, State.EXPIRED, Outcome.UNKNOWN, releases=False, ends=True)

    def _apply(self, attempt: AttemptSeen, call: dict[str, Any]) -> bool:
        now = self.clock.now()
        with self.database.writing() as connection:
            current = AttemptRepository(connection).lock(attempt.id)
            if not observe(connection, current, Observation.from_resource(call), now, "sweep"):
                return False
            tell_of_end(connection, current, call, now)
        return True

    def _set(self, seen: AttemptSeen, state: State, outcome: Outcome | None, *, releases: bool, ends: bool) -> bool:
        now = self.clock.now()
        values: dict[str, Any] = {"state": state.value}
        if ends:
            values |= {"outcome": outcome.value if outcome else None, "ended_at": seen.permit_expires_at or now}
        with self.database.writing() as connection:
            repository = AttemptRepository(connection)
            attempt = repository.lock(seen.id)
            if attempt.state != seen.state and not (attempt.state == "uncertain" and state is State.EXPIRED):
                return False  # a report came in between
            repository.change(attempt, now, "sweep", {}, **values)
            if releases:
                repository.release(attempt, now)
        return True


def _may_be(attempt: AttemptSeen, call: dict[str, Any], now: datetime) -> bool:
    """From the same caller ID, and made after the question was asked, within what two clocks may differ."""
    made = twilio_instant(call.get("date_created"))
    if made is None or call.get("from") != attempt.caller_id:
        return False
    return attempt.asked_at - CLOCKS_DIFFER <= made <= now - SETTLED_AFTER
