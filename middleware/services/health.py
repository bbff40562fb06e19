"""Could a call be permitted now? If not, why; and what will stop calls soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from middleware.clock import Clock
from middleware.errors import StoreUnavailable
from middleware.policies.book import PolicyBook
from middleware.services.reconciliation.kinds import ALARMING
from middleware.store.database import Database
from middleware.store.notices import notices_in_trouble
from middleware.store.outbox import dead_letters, not_begun_since
from middleware.store.schema import is_current
from middleware.store.violations import ViolationRepository

LONG_WAIT = timedelta(minutes=10)  # within it a queue that was lost has been filled again, many times over


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`blocking` stops every call; `warnings` stop some, or need somebody to look."""

    is_ready: bool
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    now: datetime
    clock_offset_seconds: float


@dataclass(frozen=True, slots=True)
class Health:
    database: Database
    book: PolicyBook
    clock: Clock

    def report(self) -> HealthReport:
        """Looks at the store, the schema, the policies, the notices and the outbox. Never raises."""
        warnings = [f"policies: {problem}" for problem in self.book.problems()]
        blocking = (
            [] if self.book.countries() else ["policies: no country's file can be used, so every call is refused"]
        )
        try:
            if not is_current(self.database):
                blocking.append("store: not at this version's schema; run `ringfence migrate`")
            else:
                warnings += self._owed()
        except StoreUnavailable as error:
            blocking.append(f"store: {error}")
        offset = self.clock.offset.total_seconds()
        if offset:
            warnings.append(f"clock: moved by {offset:+.0f} seconds for a demonstration")
        return HealthReport(not blocking, tuple(blocking), tuple(warnings), self.clock.now(), offset)

    def _owed(self) -> list[str]:
        now = self.clock.now()
        with self.database.reading() as connection:
            troubled = notices_in_trouble(connection, now)
            dead = dead_letters(connection)
            waiting_since = not_begun_since(connection)
            violations = ViolationRepository(connection).unsettled(ALARMING)
        found = [f"notices: {count} {state}" for state, count in sorted(troubled.items())]
        if dead:
            found.append(f"outbox: {dead} given up")
        if violations:
            found.append(f"violations: {violations} to be looked at; see `ringfence reconcile`")
        if waiting_since is not None and now - waiting_since > LONG_WAIT:
            minutes = (now - waiting_since) // timedelta(minutes=1)
            found.append(f"outbox: not begun for {minutes} minutes; are `ringfence relay` and `worker` running?")
        return found
