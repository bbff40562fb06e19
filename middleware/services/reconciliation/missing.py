"""Attempts of a day that Twilio's list did not show: permits without a call, and calls that Twilio does not know.

Memory stays the same however many calls a day has. Each minute of the day has one number: the sum, in the sense of
exclusive or, of all CallSids that were listed and belong to attempts asked in that minute. Where our log comes to the
same number, nothing is missing; where not, the attempts of that minute are asked about one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import CallRefused
from middleware.services.reconciliation.call_list import CallLists
from middleware.services.reconciliation.comparing import Matched, Span, note
from middleware.services.reconciliation.kinds import Kind
from middleware.services.reconciliation.listed_calls import ListedCall
from middleware.services.reconciliation.mending import Mending
from middleware.services.sweeps import LIST_LAG
from middleware.store.attempts import AttemptSeen
from middleware.store.database import Database
from middleware.store.reconciliations import attempts_of
from middleware.store.violations import ViolationRepository

NOT_FOUND = 404
_PREFIX = "seen/"
_NO_CALL = frozenset({State.WITHDRAWN.value, State.EXPIRED.value})


def remember(sums: dict[str, int], matched: Iterable[Matched], span: Span) -> None:
    """Put listed calls into the numbers of their minutes."""
    for each in matched:
        attempt = each.attempt
        if attempt.placed_by == "us" and span.holds(attempt.asked_at):
            minute = _minute(attempt.asked_at)
            sums[minute] = sums.get(minute, 0) ^ _number(each.call.sid)


def is_sum(name: str) -> bool:
    """Whether a count is one of these numbers, and nothing for people."""
    return name.startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class Missing:
    database: Database
    lists: CallLists
    clock: Clock
    mending: Mending

    def look(self, span: Span, sums: dict[str, int], counts: Counter[str], on_step: Callable[[], None]) -> None:
        """Note what was not listed; attempts that are young or under way are left to the sweeps. `on_step` is called
        now and then, since it may take long."""
        for minute, group in groupby(attempts_of(self.database, span.begins, span.ends), _minute_of):
            attempts = list(group)
            with_call = [attempt for attempt in attempts if attempt.call_sid]
            self._never_placed([attempt for attempt in attempts if _is_without_call(attempt)], counts)
            total = 0
            for attempt in with_call:
                total ^= _number(attempt.call_sid or "")
            if total != sums.get(minute, 0):
                for attempt in with_call:
                    self._ask_about(attempt, counts)
                    on_step()

    def _ask_about(self, attempt: AttemptSeen, counts: Counter[str]) -> None:
        now = self.clock.now()
        if now - attempt.asked_at < LIST_LAG:
            return
        counts["asked_singly"] += 1
        try:
            call = ListedCall.of(self.lists.fetch(attempt.call_sid or ""))
        except CallRefused as error:
            if error.status != NOT_FOUND:
                raise
            self._note(Kind.UNKNOWN_AT_CARRIER, attempt.call_sid or "", attempt, now, counts)
        else:
            self.mending.mend(call, attempt, counts)

    def _never_placed(self, attempts: list[AttemptSeen], counts: Counter[str]) -> None:
        for attempt in attempts:
            self._note(Kind.NEVER_PLACED, attempt.id, attempt, self.clock.now(), counts)

    def _note(self, kind: Kind, subject: str, attempt: AttemptSeen, now: datetime, counts: Counter[str]) -> None:
        with self.database.writing() as connection:
            is_new = ViolationRepository(connection).add(
                kind.value,
                subject,
                attempt.placed_at or attempt.asked_at,
                now,
                controller_id=attempt.controller_id,
                attempt_id=attempt.id,
                callee_key=attempt.callee_key,
                detail="{}",
            )
        note(counts, kind, is_new=is_new)


def _is_without_call(attempt: AttemptSeen) -> bool:
    return attempt.call_sid is None and attempt.state in _NO_CALL


def _minute_of(attempt: AttemptSeen) -> str:
    return _minute(attempt.asked_at)


def _minute(at: datetime) -> str:
    begins = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{_PREFIX}{(at - begins) // timedelta(minutes=1)}"


def _number(call_sid: str) -> int:
    """The first 60 bits of a CallSid; they are random."""
    try:
        return int(call_sid[2:17], 16)
    except ValueError:
        return 0
