"""Spans of time in which something holds: whether one holds now, until when, and when one will."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

# Begins (inclusive) and ends (exclusive; None: never). One that ends before it begins holds never.
Span = tuple[datetime, datetime | None]
Spans = tuple[Span, ...]

DAY = timedelta(days=1)
# A recorded day carries no zone. It has begun once it has begun anywhere on Earth, at UTC+14 first.
EARLIEST_ZONE = timedelta(hours=14)


def day_begins_somewhere(day: date) -> datetime:
    """The first instant at which any wall clock on Earth shows this day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EARLIEST_ZONE


def holds(spans: Spans, now: datetime) -> bool:
    """Whether one of them holds now."""
    return any(begins <= now and (ends is None or now < ends) for begins, ends in spans)


def held_until(spans: Spans, now: datetime) -> datetime | None:
    """Where one holds now: the first instant at which none does any more; None: never."""
    at = now
    while True:
        holding = [ends for begins, ends in spans if begins <= at and (ends is None or at < ends)]
        if not holding:
            return at
        lasting = [ends for ends in holding if ends is not None]
        if len(lasting) < len(holding):
            return None
        at = max(lasting)


def held_from(spans: Spans, now: datetime) -> datetime | None:
    """Where none holds now: the first instant at which one will; None: never."""
    to_come = [begins for begins, ends in spans if now < begins and (ends is None or begins < ends)]
    return min(to_come, default=None)
