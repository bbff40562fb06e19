"""Spans of time in which something holds: whether one holds now, until when, and when one will."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# Begins (inclusive) and ends (exclusive; None: never). One that ends before it begins holds never.
Span = tuple[datetime, datetime | None]
Spans = tuple[Span, ...]

DAY = timedelta(days=1)
# A recorded day carries no zone. It has begun once it has begun anywhere on Earth, at UTC+14 first.
EARLIEST_ZONE = timedelta(hours=14)


@lru_cache(maxsize=4096)  # the same few days are asked about on every call
def day_begins_somewhere(day: date) -> datetime:
    """The first instant at which any wall clock on Earth shows this day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EARLIEST_ZONE


def standing(spans: Spans, now: datetime) -> tuple[bool, datetime | None]:
    """Whether one of them holds now, and the first instant at which that changes; None: it never does."""
    until = _held_until(spans, now)
    if until == now:
        to_come = [begins for begins, ends in spans if now < begins and (ends is None or begins < ends)]
        return False, min(to_come, default=None)
    while until is not None and len(spans) > 1:
        longer = _held_until(spans, until)  # another may take over where one ends
        if longer == until:
            break
        until = longer
    return True, until


def _held_until(spans: Spans, now: datetime) -> datetime | None:
    """When the last of those ends that hold now; now itself if none does; None if one never ends."""
    until = now
    for begins, ends in spans:
        if begins <= now and (ends is None or now < ends):
            if ends is None:
                return None
            until = max(until, ends)
    return until
