"""When the callee's wall clock allows a call: windows, holidays and early closings, in UTC, across clock changes.

A zone is open at an instant if its wall clock then shows a time inside a window of that weekday, on a day that is
no holiday, not past an early closing, and inside the checked calendar. So an opening that a clock change skips
happens at the first instant that exists, and a window that a clock change repeats opens twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from middleware.decision.model import CalendarSpan, CallFacts, CallingHours, Window

DAY = timedelta(days=1)
# How far ahead an opening is looked for. Zones that are never open together would else be searched for years.
FARTHEST = timedelta(days=100)
# Placeholders for "we do not know where", which some zone databases nevertheless carry as zones.
NO_ZONES = frozenset({"Etc/Unknown", "Factory"})

Span = tuple[datetime, datetime]


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
    zones: list[ZoneInfo] = []
    for name in facts.number.zones if own is None else (own,):
        zone = find_zone(name)
        if zone is None:
            return ()
        zones.append(zone)
    return tuple(zones)


def windows_on(hours: CallingHours, day: date) -> Sequence[Window]:
    """The windows of one local day, cut on eves and at its early closing; none on holidays and outside the calendar."""
    if day in hours.holidays or not hours.calendar_from <= day <= hours.calendar_until:
        return ()
    windows: Sequence[Window] = hours.week[day.weekday()]
    if hours.eve is not None and (day + DAY in hours.holidays or day == hours.calendar_until):
        windows = overlap(windows, hours.eve)  # the day after the calendar's last one may be a holiday
    early = hours.early_closings.get(day.isoformat()[5:]) if hours.early_closings else None
    if early is None:
        return windows
    return tuple(Window(w.opens, min(w.closes, early)) for w in windows if w.opens < early)


def overlap(some: Sequence[Window], others: Sequence[Window]) -> tuple[Window, ...]:
    """What lies in both. Each is in order and does not overlap itself."""
    both = (Window(max(a.opens, b.opens), min(a.closes, b.closes)) for a in some for b in others)
    return tuple(window for window in both if window.opens < window.closes)


def spell_windows(windows: Sequence[Window]) -> str:
    """Windows of one day for people: `09:00-12:00, 13:00-17:00`, or `none`."""
    return ", ".join(spelled(windows)) or "none"


def spelled(windows: Sequence[Window]) -> tuple[str, ...]:
    """Each window as `09:00-12:00`."""
    return tuple(f"{_spell_clock(w.opens)}-{_spell_clock(w.closes)}" for w in windows)


def is_open(hours: CallingHours, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the wall clock of `zone` shows a permitted time at the instant `at`."""
    return _window_at(hours, at.astimezone(zone)) is not None


def next_opening(hours: CallingHours, zones: Sequence[ZoneInfo], at: datetime) -> datetime | None:
    """The first instant from `at` on at which all zones are open, in UTC.

    None if the calendar ends before, or if there is none within a hundred days.
    """
    last = min(hours.calendar_until, max(at.date(), hours.calendar_from) + FARTHEST)
    settled, index = 0, 0
    while settled < len(zones):  # until a whole round of zones has left the instant where it is
        opening = _next_opening_in(hours, zones[index % len(zones)], at, last)
        if opening is None:
            return None
        settled = settled + 1 if opening == at else 1
        at, index = opening, index + 1
    return at


def next_closing(hours: CallingHours, zones: Sequence[ZoneInfo], at: datetime) -> datetime:
    """The first instant after `at` at which some zone is closed, in UTC; all zones are open at `at`."""
    return min(_next_closing_in(hours, zone, at) for zone in zones)


@lru_cache(maxsize=4096)  # every call of a campaign asks for the same few days
def day_begins(zone: ZoneInfo, day: date) -> datetime:
    """The first instant, in UTC, at which the wall clock of `zone` shows the given day."""
    midnight = _utc_midnight(day)
    before, change, after = _offsets_around(zone, midnight)
    if midnight - before < change:
        return midnight - before
    return max(midnight - after, change)


def span_begins(zones: Sequence[ZoneInfo], span: CalendarSpan, at: datetime) -> datetime:
    """When the calendar span that `at` lies in began, in the zone where it began first; zones is not empty."""
    return min(day_begins(zone, _first_day(span, at.astimezone(zone).date())) for zone in zones)


def next_span_begins(zones: Sequence[ZoneInfo], span: CalendarSpan, at: datetime) -> datetime:
    """The first instant from which on `at` lies in an earlier calendar span in every zone."""
    return max(day_begins(zone, _day_after(span, at.astimezone(zone).date())) for zone in zones)


def _first_day(span: CalendarSpan, day: date) -> date:
    if span is CalendarSpan.MONTH:
        return day.replace(day=1)
    return day - DAY * day.weekday() if span is CalendarSpan.WEEK else day


def _day_after(span: CalendarSpan, day: date) -> date:
    first = _first_day(span, day)
    if span is CalendarSpan.MONTH:
        return (first + 31 * DAY).replace(day=1)
    return first + (7 * DAY if span is CalendarSpan.WEEK else DAY)


def _window_at(hours: CallingHours, local: datetime) -> Window | None:
    minute = local.hour * 60 + local.minute
    for window in windows_on(hours, local.date()):
        if window.opens <= minute < window.closes:
            return window
    return None


def _next_opening_in(hours: CallingHours, zone: ZoneInfo, at: datetime, last: date) -> datetime | None:
    local = at.astimezone(zone)
    if _window_at(hours, local) is not None:
        return at
    # Days follow each other in UTC too: no clock is set back so far that it shows a day again that it had left.
    day = max(local.date(), hours.calendar_from)
    while day <= last:
        openings = [start for start, end in open_spans(hours, zone, day) if start >= at]
        if openings:
            return min(openings)
        day += DAY
    return None


def _next_closing_in(hours: CallingHours, zone: ZoneInfo, at: datetime) -> datetime:
    while True:
        local = at.astimezone(zone)
        window = _window_at(hours, local)
        if window is None:
            return at
        at = _window_ends(hours, zone, at, local, window)


def _window_ends(hours: CallingHours, zone: ZoneInfo, at: datetime, local: datetime, window: Window) -> datetime:
    minute = local.hour * 60 + local.minute
    end = at + timedelta(minutes=window.closes - minute, seconds=-local.second, microseconds=-local.microsecond)
    if end.astimezone(zone).utcoffset() == local.utcoffset():  # no clock change before the window ends
        return end
    return next(end for start, end in open_spans(hours, zone, local.date()) if start <= at < end)


def open_spans(hours: CallingHours, zone: ZoneInfo, day: date) -> list[Span]:
    """The spans of UTC in which the wall clock of `zone` shows a permitted time of the given day."""
    windows = windows_on(hours, day)
    if not windows:
        return []
    midnight = _utc_midnight(day)
    before, change, after = _offsets_around(zone, midnight)
    spans: list[Span] = []
    for window in windows:
        opens, closes = midnight + timedelta(minutes=window.opens), midnight + timedelta(minutes=window.closes)
        spans.append((opens - before, min(closes - before, change)))
        spans.append((max(opens - after, change), closes - after))
    return [(start, end) for start, end in spans if start < end]


def _offsets_around(zone: ZoneInfo, midnight: datetime) -> tuple[timedelta, datetime, timedelta]:
    """The offset before, the instant of, and the offset after the clock change near a day.

    Offsets reach at most a day, and no zone changes its clock twice within three days. Without a change the
    instant lies behind the day.
    """
    start, end = midnight - DAY, midnight + 2 * DAY
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


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).replace(tzinfo=UTC) - at


def _utc_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _spell_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
