"""Compares a day with Twilio: begun by one process at a time, gone on with where it ended, repeated without effect."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from middleware.clock import Clock
from middleware.errors import AlreadyReconciling, CallRefused, InvalidRequest, StoreUnavailable
from middleware.services.reconciliation.alarm import raise_alarm
from middleware.services.reconciliation.call_list import CallLists, Page
from middleware.services.reconciliation.comparing import Comparing, Span
from middleware.services.reconciliation.kinds import ALARMING, Kind
from middleware.services.reconciliation.listed_calls import ListedCall
from middleware.services.reconciliation.missing import Missing, is_sum, remember
from middleware.store.database import Database
from middleware.store.reconciliations import (
    Reconciliation,
    begin_reconciliation,
    reconciliation_of,
    save_reconciliation,
)
from middleware.store.violations import Violation, ViolationRepository

logger = logging.getLogger(__name__)
GIVEN_UP_AFTER = timedelta(minutes=5)  # of silence a run is taken for dead, and gone on with by another
SIGNS_EVERY = timedelta(minutes=1)
_ALIVE = "alive_at"  # when the run last gave a sign of life, in seconds since 1970
MOST_SHOWN = 1000

OnProgress = Callable[[Mapping[str, int]], None]


def day_span(day: date) -> Span:
    """A day of UTC."""
    begins = datetime.combine(day, time(), UTC)
    return Span(begins, begins + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a day's comparison came to. `unsettled`: how many calls of the day somebody still has to look at."""

    day: date
    counts: Mapping[str, int]
    unsettled: int
    violations: tuple[Violation, ...]


@dataclass
class _Run:
    """One run: its row as it was last saved, and what it has counted so far."""

    held: Reconciliation
    signed_at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    sums: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reconciliations:
    database: Database
    lists: CallLists
    comparing: Comparing
    missing: Missing
    clock: Clock

    def run(self, day: date, on_progress: OnProgress = lambda _: None) -> Reconciled:
        """Compare the day, from where an interrupted run of it ended. Raises `CarrierUnavailable` (run it again to go
        on), `AlreadyReconciling`, and `InvalidRequest` for a day that has not begun."""
        span = day_span(day)
        if span.begins > self.clock.now():
            raise InvalidRequest("has not begun yet: take today or a day before", "day")
        run = self._take(day)
        try:
            self._go_through(run, span, on_progress)
        except BaseException:  # an interrupt, too: whoever goes on must not have to wait for us
            self._let_go(run)
            raise
        return self.result(day)

    def result(self, day: date) -> Reconciled:
        """What is known of a day, whether or not it has been compared."""
        span = day_span(day)
        with self.database.reading() as connection:
            row = reconciliation_of(connection, day)
            violations = ViolationRepository(connection)
            unsettled = violations.unsettled(ALARMING, span.begins, span.ends)
            found = tuple(violations.between(span.begins, span.ends, tuple(Kind), MOST_SHOWN))
        counts = {} if row is None else {name: count for name, count in row.counts.items() if _is_told(name)}
        return Reconciled(day, counts, unsettled, found)

    def settle(self, violation_id: str, by: str, note: str) -> Violation:
        """Somebody has looked at it. Raises `NotFound`, and `InvalidRequest` without a name or a note."""
        for name, text in (("by", by), ("note", note)):
            if not text.strip() or len(text) > 200 or not text.isprintable():
                raise InvalidRequest("must be text of 1 to 200 characters", name)
        with self.database.writing() as connection:
            return ViolationRepository(connection).settle(violation_id, self.clock.now(), by.strip(), note.strip())

    def _take(self, day: date) -> _Run:
        """The run of this day, which no other process has."""
        now = self.clock.now()
        with self.database.writing() as connection:
            begin_reconciliation(connection, day, now)
            held = reconciliation_of(connection, day)
            if held is None:
                raise AlreadyReconciling(f"{day} cannot be taken now: try again")
            alive_at = datetime.fromtimestamp(held.counts.get(_ALIVE, 0), UTC)
            if held.state == "running" and now - alive_at < GIVEN_UP_AFTER:
                raise AlreadyReconciling(f"{day} is being compared by another process: wait until that has ended")
            goes_on = held.state == "running" and held.next_page is not None
            kept = dict(held.counts) if goes_on else {}
            mine = replace(
                held, state="running", started_at=now, next_page=held.next_page if goes_on else None, counts=kept
            )
            counts = {**kept, _ALIVE: int(now.timestamp())}
            values = {"started_at": now, "state": "running", "next_page": mine.next_page, "finished_at": None}
            if not save_reconciliation(connection, held, counts=counts, **values):
                raise AlreadyReconciling(f"{day} has just been taken by another process")
        sums = {name: number for name, number in kept.items() if is_sum(name)}
        return _Run(mine, now, Counter({name: count for name, count in kept.items() if _is_told(name)}), sums)

    def _go_through(self, run: _Run, span: Span, on_progress: OnProgress) -> None:
        page = self._first_page(run)
        while True:
            self._compare(run, page, span)
            on_progress(run.counts)
            if page.next_page is None:
                break
            self._save(run, next_page=page.next_page)
            page = self.lists.page(run.held.day, page.next_page)
        self._compare(run, self.lists.queued(), span)
        self.missing.look(span, run.sums, run.counts, lambda: self._keep_alive(run))
        on_progress(run.counts)
        self._finish(run)

    def _let_go(self, run: _Run) -> None:
        """Whoever comes next may go on at once, from the page that was saved last."""
        with suppress(StoreUnavailable):
            self._sign(run, 0)

    def _keep_alive(self, run: _Run) -> None:
        now = self.clock.now()
        if now - run.signed_at >= SIGNS_EVERY:
            self._sign(run, int(now.timestamp()))
            run.signed_at = now

    def _sign(self, run: _Run, alive_at: int) -> None:
        with self.database.writing() as connection:
            row = reconciliation_of(connection, run.held.day)
            if row is not None and row.started_at == run.held.started_at:
                save_reconciliation(connection, run.held, counts={**row.counts, _ALIVE: alive_at})

    def _first_page(self, run: _Run) -> Page:
        """Where an interrupted run ended; from the beginning, where Twilio does not know that place any more."""
        if run.held.next_page is not None:
            try:
                return self.lists.page(run.held.day, run.held.next_page)
            except CallRefused:
                run.counts.clear()
                run.sums.clear()
        return self.lists.page(run.held.day, None)

    def _compare(self, run: _Run, page: Page, span: Span) -> None:
        matched = self.comparing.compare([ListedCall.of(call) for call in page.calls], span, run.counts)
        remember(run.sums, matched, span)

    def _save(self, run: _Run, **values: object) -> None:
        alive = {_ALIVE: int(self.clock.now().timestamp())}
        with self.database.writing() as connection:
            if not save_reconciliation(connection, run.held, counts={**run.counts, **run.sums, **alive}, **values):
                raise AlreadyReconciling(f"{run.held.day} was taken over by another process")

    def _finish(self, run: _Run) -> None:
        now, day = self.clock.now(), run.held.day
        with self.database.writing() as connection:
            values = {"state": "done", "next_page": None, "finished_at": now, "counts": dict(run.counts)}
            if not save_reconciliation(connection, run.held, **values):
                raise AlreadyReconciling(f"{day} was taken over by another process")
            if run.counts["new"]:
                raise_alarm(connection, day, now)
        if run.counts["new"]:
            logger.error("%s: %d calls of this day have to be looked at: ringfence reconcile", day, run.counts["new"])


def _is_told(name: str) -> bool:
    return not is_sum(name) and name != _ALIVE
