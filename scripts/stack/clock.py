"""Which time a stack shows. Demonstrations move the clock forwards, to when people may be called; never backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from middleware.decision.calendar import next_closing, next_opening
from middleware.decision.model import Policy
from scripts.stack.errors import CannotStart

LEAST_OPEN = timedelta(hours=1)
MARGIN = timedelta(minutes=1)  # a call begun at the end of a run ends a little later
MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Country:
    """Where people are called in a demonstration, and by which rules."""

    policy: Policy
    zone: ZoneInfo


def read_at(text: str) -> datetime:
    """An instant such as `2026-11-24T10:00+01:00`; raises `CannotStart`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CannotStart(f"--at {text}: is no time; write it as 2026-11-24T10:00+01:00") from None
    if at.tzinfo is None:
        raise CannotStart(f"--at {text}: says no time zone; write it as 2026-11-24T10:00+01:00")
    return at.astimezone(UTC)


def offset_for(at: datetime, now: datetime, newest: datetime | None) -> timedelta:
    """The offset that makes `now` read as `at`. Raises `CannotStart` where attempts would lie in the future."""
    if newest is not None and at < newest:
        raise CannotStart(
            f"--at {at.isoformat()}: this data folder has attempts up to {newest.isoformat(timespec='seconds')}, "
            "and its clock never goes back; choose a later time, or another --data-dir"
        )
    return at - now


def demonstration_time(
    now: datetime, countries: Sequence[Country], times_by_subject: Sequence[Sequence[datetime]]
) -> datetime:
    """The first instant from `now` on at which all countries are open for an hour, and nobody called in an earlier run
    has to be left alone. `times_by_subject`: when each subject was called, newest first. Raises `CannotStart` when the
    calendars end before."""
    at = max(now, rested_at([country.policy for country in countries], times_by_subject, now))
    for _ in range(MOST_ROUNDS):
        openings = [next_opening(country.policy.hours, (country.zone,), at) for country in countries]
        latest = max((opening for opening in openings if opening is not None), default=None)
        if latest is None or None in openings:
            break
        if latest == at:
            closing = min(next_closing(country.policy.hours, (country.zone,), at) for country in countries)
            if closing - at >= LEAST_OPEN:
                return at
            latest = closing
        at = latest
    raise CannotStart(
        f"--demo: from {at.date()} on there is no hour in which all of the demonstration's countries may be called; "
        "give a time with --at, or take another --data-dir"
    )


def rested_at(
    policies: Sequence[Policy], times_by_subject: Sequence[Sequence[datetime]], earliest: datetime
) -> datetime:
    """When spacing and caps leave everybody free again, who was called before."""
    at = earliest
    for times in times_by_subject:
        for policy in policies:
            longest = max([policy.spacing.default, *policy.spacing.by_outcome.values()])
            at = max(at, times[0] + longest + MARGIN)
            for cap in policy.caps:
                if cap.window is not None and len(times) >= cap.count:
                    at = max(at, times[cap.count - 1] + cap.window + MARGIN)
    return at
