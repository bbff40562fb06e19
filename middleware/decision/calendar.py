"""When the callee's wall clock allows a call: windows, holidays and early closings, in UTC, across clock changes.

A zone is open at an instant if its wall clock then shows a time inside a window of that weekday, on a day that is
no holiday, not past an early closing, and inside the checked calendar. So an opening that a clock change skips
happens at the first instant that exists, and a window that a clock change repeats opens twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from middleware.decision.model import CallingHours, Window
from middleware.decision.zones import DAY, offsets_around, utc_midnight

# How far ahead an opening is looked for. Zones that are never open together would else be searched for years.
FARTHEST = timedelta(days=100)
_MIDNIGHT = 24 * 60

Span = tuple[datetime, datetime]


def windows_on(hours: CallingHours, day: date) -> Sequence[Window]:
    """The windows of one local day, cut on eves and at its early closing; none on holidays and outside the calendar."""
    if day in hours.holidays or not hours.calendar_from <= day <= hours.calendar_until:
        return ()
    windows: Sequence[Window] = hours.week[day.weekday()]
    if hours.eve is not None and (day == hours.calendar_until or day + DAY in hours.holidays):
        windows = overlap(windows, hours.eve)  # whether the day after the calendar's last one is a holiday, is unknown
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


def closed_at(hours: CallingHours, zones: Sequence[ZoneInfo], at: datetime) -> Sequence[tuple[ZoneInfo, datetime]]:
    """The zones that are closed at an instant, with what their wall clocks show to the minute."""
    return _closed_in(hours, tuple(zones), at.replace(second=0, microsecond=0))


def next_opening(hours: CallingHours, zones: Sequence[ZoneInfo], at: datetime) -> datetime | None:
    """The first instant from `at` on at which all zones are open, in UTC.

    None if the calendar ends before, or if there is none within a hundred days.
    """
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    for earlier in (midnight, quarter):  # the first opening from then on, unless it has passed
        opening = _next_opening(hours, tuple(zones), earlier)
        if opening is None or opening >= at:
            return opening
    return _next_opening.__wrapped__(hours, tuple(zones), at)


def next_closing(hours: CallingHours, zones: Sequence[ZoneInfo], at: datetime) -> datetime:
    """The first instant from `at` on at which some zone is closed, in UTC; `at` itself if one is closed already."""
    minute = at.replace(second=0, microsecond=0)
    closing = _next_closing(hours, tuple(zones), minute)
    return at if closing == minute else closing


def open_spans(hours: CallingHours, zone: ZoneInfo, day: date) -> list[Span]:
    """The spans of UTC in which the wall clock of `zone` shows a permitted time of the given day."""
    windows = windows_on(hours, day)
    if not windows:
        return []
    midnight = utc_midnight(day)
    before, change, after = offsets_around(zone, day)
    spans: list[Span] = []
    for window in windows:
        opens, closes = midnight + timedelta(minutes=window.opens), midnight + timedelta(minutes=window.closes)
        spans.append((opens - before, min(closes - before, change)))
        if before != after:
            spans.append((max(opens - after, change), closes - after))
    return [(start, end) for start, end in spans if start < end]


# Whole campaigns ask about the same hours, zones and minute. Since 1972 all offsets are whole minutes, as windows are,
# so nothing opens or closes within one.
@lru_cache(maxsize=2048)  # of dozens of zones each
def _closed_in(
    hours: CallingHours, zones: tuple[ZoneInfo, ...], minute: datetime
) -> tuple[tuple[ZoneInfo, datetime], ...]:
    clocks = [(zone, minute.astimezone(zone)) for zone in zones]
    return tuple([(zone, local) for zone, local in clocks if _window_at(hours, local) is None])


@lru_cache(maxsize=8192)
def _next_opening(hours: CallingHours, zones: tuple[ZoneInfo, ...], at: datetime) -> datetime | None:
    last = min(hours.calendar_until, max(at.date(), hours.calendar_from) + FARTHEST)
    settled, index = 0, 0
    while settled < len(zones):  # until a whole round of zones has left the instant where it is
        opening = _next_opening_in(hours, zones[index % len(zones)], at, last)
        if opening is None:
            return None
        settled = settled + 1 if opening == at else 1
        at, index = opening, index + 1
    return at


@lru_cache(maxsize=8192)
def _next_closing(hours: CallingHours, zones: tuple[ZoneInfo, ...], minute: datetime) -> datetime:
    return min([_next_closing_in(hours, zone, minute) for zone in zones])


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
        at, is_closed = _window_ends(hours, zone, at, local, window)
        if is_closed:
            return at


def _window_ends(
    hours: CallingHours, zone: ZoneInfo, at: datetime, local: datetime, window: Window
) -> tuple[datetime, bool]:
    """When the window ends or the clock changes, and whether it is known already that no other window follows."""
    minute = local.hour * 60 + local.minute
    end = at + timedelta(minutes=window.closes - minute, seconds=-local.second, microseconds=-local.microsecond)
    if end.astimezone(zone).utcoffset() != local.utcoffset():
        return next(ends for starts, ends in open_spans(hours, zone, local.date()) if starts <= at < ends), False
    is_followed = window.closes == _MIDNIGHT or any(w.opens == window.closes for w in hours.week[local.weekday()])
    return end, not is_followed


def _spell_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
