"""Where the callee may be: time zones by name, when their days begin in UTC, and when their clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from middleware.decision.model import CalendarSpan, CallFacts

DAY = timedelta(days=1)
# Placeholders for "we do not know where", which some zone databases nevertheless carry as zones.
NO_ZONES = frozenset({"Etc/Unknown", "Factory"})

# Offsets from UTC before and after the clock change near a day, and the instant of the change between them.
Offsets = tuple[timedelta, datetime, timedelta]


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of this name, or None if there is none."""
    if name in NO_ZONES:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return None


def callee_zones(facts: CallFacts) -> tuple[ZoneInfo, ...]:
    """Every zone in which the phone may be; empty if that is not known, or if one of them is no zone we know."""
    own = facts.callee.time_zone
    return _zones_named(facts.number.zones if own is None else (own,))


@lru_cache(maxsize=4096)
def _zones_named(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    zones = tuple(zone for name in names if (zone := find_zone(name)) is not None)
    return zones if len(zones) == len(names) else ()


@lru_cache(maxsize=4096)  # every call of a campaign asks for the same few days
def day_begins(zone: ZoneInfo, day: date) -> datetime:
    """The first instant, in UTC, at which the wall clock of `zone` shows the given day."""
    midnight = utc_midnight(day)
    before, change, after = offsets_around(zone, day)
    if midnight - before < change:
        return midnight - before
    return max(midnight - after, change)


def span_begins(zones: Sequence[ZoneInfo], span: CalendarSpan, at: datetime) -> datetime:
    """When the calendar span that `at` lies in began, in the zone where it began first; zones is not empty."""
    return min(day_begins(zone, _first_day(span, at.astimezone(zone).date())) for zone in zones)


def next_span_begins(zones: Sequence[ZoneInfo], span: CalendarSpan, at: datetime) -> datetime:
    """The first instant from which on `at` lies in an earlier calendar span in every zone."""
    return max(day_begins(zone, _day_after(span, at.astimezone(zone).date())) for zone in zones)


@lru_cache(maxsize=8192)
def offsets_around(zone: ZoneInfo, day: date) -> Offsets:
    """The offset before, the instant of, and the offset after the clock change near a day.

    Offsets reach at most a day, and no zone changes its clock twice within three days. Without a change the
    instant lies behind the day.
    """
    start, end = utc_midnight(day) - DAY, utc_midnight(day) + 2 * DAY
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        return before, end, after
    low, high = 0, int((end - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, start + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    return before, start + timedelta(seconds=high), after


def utc_midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).replace(tzinfo=UTC) - at


def whole_days_later(zones: Sequence[ZoneInfo], at: datetime, days: int) -> datetime:
    """The first instant at which, in every zone, so many whole days have passed since the day of `at`."""
    return max(day_begins(zone, at.astimezone(zone).date() + DAY * (days + 1)) for zone in zones)


def _first_day(span: CalendarSpan, day: date) -> date:
    if span is CalendarSpan.MONTH:
        return day.replace(day=1)
    return day - DAY * day.weekday() if span is CalendarSpan.WEEK else day


def _day_after(span: CalendarSpan, day: date) -> date:
    first = _first_day(span, day)
    if span is CalendarSpan.MONTH:
        return (first + 31 * DAY).replace(day=1)
    return first + (7 * DAY if span is CalendarSpan.WEEK else DAY)
