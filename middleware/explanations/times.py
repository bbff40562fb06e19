"""Days, times of day and lengths of time as the readers of a language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta, get_timezone_location

from middleware.decision.zones import find_zone
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.languages import LOCALES

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_UNITS: tuple[tuple[Literal["day", "hour", "minute", "second"], timedelta], ...] = (
    ("day", _DAY),
    ("hour", timedelta(hours=1)),
    ("minute", _MINUTE),
    ("second", timedelta(seconds=1)),
)
_MIDNIGHT = "24:00"
_NEVER_A_LARGER_UNIT = 1e12  # Babel would else round 30 days to a month
UTC_NAMES = frozenset({"UTC", "Etc/UTC"})


def zone_of(*names: object) -> ZoneInfo:
    """The first of these names that is a time zone, else UTC."""
    for name in names:
        zone = find_zone(name) if isinstance(name, str) else None
        if zone is not None:
            return zone
    return ZoneInfo("UTC")


def moment(at: datetime, zone: ZoneInfo, language: str, *, is_start: bool = False) -> str:
    """`Monday, 23 November 2026 at 09:00 (local time in Copenhagen)`; a zone that tells no place is UTC.

    Whole minutes: a start is given as the first whole minute that is not before it, all else as the minute it is in.
    """
    local = whole_minute_from(at, zone) if is_start else at.astimezone(zone)
    key = "time.at_utc" if zone.key in UTC_NAMES else "time.at"
    return CATALOGUES[language].say(
        key, day=full_day(local.date(), language), time=clock(local.time(), language), city=city(zone.key, language)
    )


def whole_minute_from(at: datetime, zone: ZoneInfo) -> datetime:
    """On the wall clock of a zone, within the first whole minute that is not before an instant."""
    return (at + _MINUTE - timedelta(microseconds=1)).astimezone(zone)


def wall_clock(local: datetime, language: str) -> str:
    """`Monday, 23 November 2026 at 21:12`, of a naive local time."""
    day, clock_time = full_day(local.date(), language), clock(local.time(), language)
    return CATALOGUES[language].say("time.local", day=day, time=clock_time)


def full_day(day: date, language: str) -> str:
    """`Monday, 23 November 2026`."""
    return format_date(day, "full", locale=LOCALES[language])


def long_day(day: date, language: str) -> str:
    """`23 November 2026`."""
    return format_date(day, "long", locale=LOCALES[language])


def clock(at: time, language: str) -> str:
    """`09:00`, in Danish `09.00`."""
    return format_time(at, "short", locale=LOCALES[language])


def window(spelled: str, language: str) -> str:
    """`09:00-17:00` as readers write it; raises ValueError for anything else."""
    opens, _, closes = spelled.partition("-")
    return f"{_edge(opens, language)}–{_edge(closes, language)}"


def length(span: timedelta, language: str) -> str:
    """`30 days`, `36 hours`: exact, in the largest unit that goes into it; in hours up to two days."""
    units = _UNITS[1:] if abs(span) <= 2 * _DAY else _UNITS
    unit = next((name for name, size in units if not span % size), _UNITS[-1][0])
    return format_timedelta(span, granularity=unit, threshold=_NEVER_A_LARGER_UNIT, locale=LOCALES[language])


@lru_cache(maxsize=1024)
def city(zone: str, language: str) -> str:
    """The place that a time zone is named after: `Kopenhagen` in German."""
    if zone in UTC_NAMES:
        return UTC.tzname(None) or "UTC"
    try:
        return get_timezone_location(zone, locale=LOCALES[language], return_city=True).rpartition("/")[2]
    except LookupError:  # a zone that Babel knows nothing of
        return zone


def _edge(spelled: str, language: str) -> str:
    if spelled == _MIDNIGHT:  # the end of a day, which no clock shows
        return clock(time(0), language).replace("00", "24", 1)
    return clock(time.fromisoformat(spelled), language)
