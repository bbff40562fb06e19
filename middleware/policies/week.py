"""Weekly windows as people write them, `mon-fri: ["09:00-12:00", "13:00-17:00"]`, and as minutes of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from middleware.decision.model import Window

Week = tuple[tuple[Window, ...], ...]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def read_week(spelled: Mapping[str, Sequence[str]]) -> Week:
    """Seven tuples of windows, Monday first; days not named have none. Raises ValueError saying what is wrong."""
    week: dict[int, tuple[Window, ...]] = {}
    for days, windows in spelled.items():
        for day in _read_days(days):
            if day in week:
                raise ValueError(f"{DAYS[day]} is named twice")
            week[day] = read_windows(windows)
    return tuple(week.get(day, ()) for day in range(7))


def read_clock(spelled: str) -> int:
    """The minute of the day of `HH:MM`, 24:00 included. Raises ValueError for anything else."""
    if not _CLOCK.fullmatch(spelled):
        raise ValueError(f'{spelled!r} is no time of day; write it as "09:00", in quotes')
    return int(spelled[:2]) * 60 + int(spelled[3:])


def within(inner: Sequence[Window], outer: Sequence[Window]) -> bool:
    """Whether every minute of the inner windows lies in the outer ones. Both are in order and do not overlap."""
    return all(any(o.opens <= i.opens and i.closes <= o.closes for o in _joined(outer)) for i in inner)


def _read_days(spelled: str) -> range:
    first, _, last = spelled.partition("-")
    last = last or first
    if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
        raise ValueError(f"{spelled!r} names no days; write one of {', '.join(DAYS)}, or a span such as mon-fri")
    return range(DAYS.index(first), DAYS.index(last) + 1)


def read_windows(spelled: Sequence[str]) -> tuple[Window, ...]:
    """The windows of one day, in order. Raises ValueError saying what is wrong."""
    windows: list[Window] = []
    for span in spelled:
        opens, _, closes = span.partition("-")
        window = Window(read_clock(opens), read_clock(closes))
        if window.opens >= window.closes:
            raise ValueError(f"{span} closes before it opens; split a window at midnight")
        if windows and window.opens < windows[-1].closes:
            raise ValueError(f"{span} begins before the window ahead of it has ended")
        windows.append(window)
    return tuple(windows)


def _joined(windows: Sequence[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in windows:
        if joined and joined[-1].closes == window.opens:
            window = Window(joined.pop().opens, window.closes)
        joined.append(window)
    return joined
