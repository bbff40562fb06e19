"""Made-up calling hours, and the plainest possible reading of them: by comparing text, without arithmetic on time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from middleware.decision.model import CallingHours, RegionalHours
from tests.builders import some_hours, windows

# Whole and half hours of change, none at all, and changes that skip or repeat midnight itself.
ZONES = (
    "Europe/Copenhagen",
    "Atlantic/Canary",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
)
MINUTE = timedelta(minutes=1)
GRID = 5 * MINUTE  # windows open and close, and clocks change, on multiples of five minutes of UTC
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2027, 12, 31)

Spans = tuple[tuple[str, str], ...]


def _clock_changes() -> list[datetime]:
    changes: list[datetime] = []
    for zone in map(ZoneInfo, ZONES):
        hour = datetime(2026, 1, 1, tzinfo=UTC)
        while hour.year < 2028:
            if hour.astimezone(zone).utcoffset() != (hour + timedelta(hours=1)).astimezone(zone).utcoffset():
                changes.append(hour)
            hour += timedelta(hours=1)
    return sorted(set(changes))


CLOCK_CHANGES = _clock_changes()


@dataclass(frozen=True)
class Schedule:
    """Calling hours as text."""

    week: tuple[Spans, ...]
    holidays: frozenset[str]
    early: tuple[tuple[str, str], ...]
    eve: Spans | None = None
    first: str = FIRST_DAY.isoformat()  # the first and last day for which the holidays are known
    last: str = LAST_DAY.isoformat()

    @property
    def hours(self) -> CallingHours:
        """The same for the decision core."""
        hours = some_hours(
            week=tuple(windows(*(f"{opens}-{closes}" for opens, closes in day)) for day in self.week),
            holidays=[date.fromisoformat(day) for day in self.holidays],
            calendar_from=date.fromisoformat(self.first),
            calendar_until=date.fromisoformat(self.last),
            early_closings={day: int(at[:2]) * 60 + int(at[3:]) for day, at in self.early},
        )
        if self.eve is None:
            return hours
        return replace(hours, eve=windows(*(f"{opens}-{closes}" for opens, closes in self.eve)))

    def is_open(self, zones: Sequence[str], at: datetime) -> bool:
        """Whether the wall clocks of all zones show a permitted time."""
        return all(self._is_open_in(zone, at) for zone in zones)

    def _is_open_in(self, zone: str, at: datetime) -> bool:
        day, clock = at.astimezone(ZoneInfo(zone)).isoformat()[:16].split("T")
        if not self.first <= day <= self.last or day in self.holidays:
            return False
        if clock >= dict(self.early).get(day[5:], "24:00"):
            return False
        today = date.fromisoformat(day)
        after = (today + timedelta(days=1)).isoformat()
        is_eve = after in self.holidays or after > self.last
        if is_eve and self.eve is not None and not any(opens <= clock < closes for opens, closes in self.eve):
            return False
        return any(opens <= clock < closes for opens, closes in self.week[today.weekday()])

    def stricter(self, other: Schedule) -> Schedule:
        """Open when both are."""
        return Schedule(
            week=tuple(_both(mine, theirs) for mine, theirs in zip(self.week, other.week, strict=True)),
            holidays=self.holidays | other.holidays,
            early=tuple(
                (day, min(dict(each).get(day, "24:00") for each in (self.early, other.early)))
                for day in sorted(dict(self.early) | dict(other.early))
            ),
            eve=other.eve if self.eve is None else self.eve if other.eve is None else _both(self.eve, other.eve),
            first=max(self.first, other.first),
            last=min(self.last, other.last),
        )


@dataclass(frozen=True)
class Country:
    """Hours that differ by subdivision, each within the country's own."""

    national: Schedule
    regions: tuple[tuple[str, Schedule], ...]

    @property
    def regional_hours(self) -> RegionalHours:
        """For the decision core: whose subdivision is not known is called only when all are open."""
        return RegionalHours(self.strictest.hours, {code: schedule.hours for code, schedule in self.regions})

    @property
    def strictest(self) -> Schedule:
        """Open when the whole country and each of its subdivisions is."""
        schedule = self.national
        for _, region in self.regions:
            schedule = schedule.stricter(region)
        return schedule

    def of(self, subdivision: str | None) -> Schedule:
        """The schedule by which a callee is called."""
        return dict(self.regions).get(subdivision or "", self.strictest)


def _both(some: Spans, others: Spans) -> Spans:
    spans = [(max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others]
    return tuple(sorted((opens, closes) for opens, closes in spans if opens < closes))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _day(edges: set[int]) -> Spans:
    clocks = [_clock(edge * 5) for edge in sorted(edges)]
    return tuple(zip(clocks[::2], clocks[1::2], strict=False))


# two windows leave a gap, for lunch or at night
_days = st.one_of(st.sets(st.integers(0, 288), max_size=5), st.sets(st.integers(0, 288), min_size=4, max_size=5)).map(
    _day
)
instants = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CLOCK_CHANGES),
    st.one_of(st.integers(-7200, 7200), st.integers(-6 * 86_400, 4 * 86_400)),
)
zone_choices = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True)


@st.composite
def schedules(draw: st.DrawFn, around: datetime) -> Schedule:
    """Weekly windows, with holidays, their eves and an early closing likely near `around`."""
    near = [(around + timedelta(days=shift)).date() for shift in range(-2, 5)]
    days, first = draw(st.lists(_days, min_size=1, max_size=3)), draw(st.integers(0, 2))
    return Schedule(
        week=tuple(days[(first + weekday) % len(days)] for weekday in range(7)),
        holidays=frozenset(day.isoformat() for day in draw(st.sets(st.sampled_from(near), max_size=3))),
        early=tuple(
            (day.isoformat()[5:], _clock(draw(st.integers(1, 288)) * 5))
            for day in draw(st.sets(st.sampled_from(near), max_size=2))
        ),
        eve=draw(st.one_of(st.none(), _days)),
    )


@st.composite
def countries(draw: st.DrawFn, around: datetime) -> Country:
    """A country with one to three subdivisions that have more days without calls, and some shorter hours too."""
    national = draw(schedules(around))
    codes = draw(st.lists(st.sampled_from(("BY", "NW", "SN")), min_size=1, max_size=3, unique=True))
    regions: list[tuple[str, Schedule]] = []
    for code in codes:
        region = draw(schedules(around))
        if draw(st.integers(0, 3)):  # mostly the days alone differ
            region = replace(region, week=national.week, eve=None)
        regions.append((code, national.stricter(region)))
    return Country(national, tuple(regions))
