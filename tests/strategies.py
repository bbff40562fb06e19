"""Made-up schedules, facts and policies for property tests, and the plainest possible reading of calling hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from middleware.decision.model import (
    BalancingTest,
    CalleeFacts,
    CallFacts,
    CallingHours,
    Consent,
    History,
    LegalForm,
    NumberKind,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    Scope,
    Subject,
)
from tests.builders import (
    DOCUMENTED_BASIS,
    a_cap,
    a_consent_gate,
    a_history,
    a_register_gate,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_hours,
    some_number,
    some_policy,
    windows,
)

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
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2027, 12, 31)


@dataclass(frozen=True)
class Schedule:
    """Calling hours as text, and by comparing text: the definition, written without arithmetic on time."""

    week: tuple[tuple[tuple[str, str], ...], ...]
    holidays: frozenset[str]
    early: tuple[tuple[str, str], ...]

    @property
    def hours(self) -> CallingHours:
        """The same for the decision core."""
        return some_hours(
            week=tuple(windows(*(f"{opens}-{closes}" for opens, closes in day)) for day in self.week),
            holidays=[date.fromisoformat(day) for day in self.holidays],
            calendar_from=FIRST_DAY,
            calendar_until=LAST_DAY,
            early_closings={day: int(at[:2]) * 60 + int(at[3:]) for day, at in self.early},
        )

    def is_open(self, zones: Sequence[str], at: datetime) -> bool:
        """Whether the wall clocks of all zones show a permitted time."""
        return all(self._is_open_in(zone, at) for zone in zones)

    def _is_open_in(self, zone: str, at: datetime) -> bool:
        day, clock = at.astimezone(ZoneInfo(zone)).isoformat()[:16].split("T")
        if not FIRST_DAY.isoformat() <= day <= LAST_DAY.isoformat() or day in self.holidays:
            return False
        if clock >= dict(self.early).get(day[5:], "24:00"):
            return False
        return any(opens <= clock < closes for opens, closes in self.week[date.fromisoformat(day).weekday()])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _day(edges: set[int]) -> tuple[tuple[str, str], ...]:
    clocks = [_clock(edge * 5) for edge in sorted(edges)]
    return tuple(zip(clocks[::2], clocks[1::2], strict=False))


_days = st.sets(st.integers(0, 288), max_size=5).map(_day)  # two windows leave a gap, for lunch or at night
instants = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CLOCK_CHANGES),
    st.one_of(st.integers(-7200, 7200), st.integers(-6 * 86_400, 4 * 86_400)),
)
zone_choices = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True)


@st.composite
def schedules(draw: st.DrawFn, around: datetime) -> Schedule:
    """Weekly windows, with holidays and an early closing likely near `around`."""
    near = [(around + timedelta(days=shift)).date() for shift in range(-2, 5)]
    days, first = draw(st.lists(_days, min_size=1, max_size=3)), draw(st.integers(0, 2))
    return Schedule(
        week=tuple(days[(first + weekday) % len(days)] for weekday in range(7)),
        holidays=frozenset(day.isoformat() for day in draw(st.sets(st.sampled_from(near), max_size=3))),
        early=tuple(
            (day.isoformat()[5:], _clock(draw(st.integers(1, 288)) * 5))
            for day in draw(st.sets(st.sampled_from(near), max_size=2))
        ),
    )


@st.composite
def past_attempts(draw: st.DrawFn, now: datetime, latest: timedelta = timedelta(0)) -> PastAttempt:
    """An attempt up to 40 days ago, mostly of these days, with or without an end; `latest` lets it lie ahead of now."""
    ago = draw(st.one_of(*(st.integers(0, hours * 3600) for hours in (6, 96, 960))))
    reserved_at = now + latest - timedelta(seconds=ago)
    outcome = draw(st.one_of(st.none(), st.sampled_from(Outcome), st.sampled_from(Outcome)))
    return an_attempt(
        reserved_at,
        outcome=outcome,
        ended_at=None if outcome is None else reserved_at + timedelta(seconds=draw(st.integers(0, 7200))),
        placed_by=draw(st.sampled_from(PlacedBy)),
        is_placed=draw(st.booleans()),
        attempt_id=f"a{draw(st.integers(0, 99))}",
    )


@st.composite
def policies(draw: st.DrawFn, around: datetime) -> Policy:
    """Any hours, caps, rests and gates."""
    spans = st.integers(0, 72).map(lambda hours: timedelta(hours=hours))
    cap = st.builds(
        a_cap,
        st.integers(1, 4),
        st.one_of(st.none(), st.integers(1, 31).map(lambda days: timedelta(days=days))),
        st.sampled_from(Subject),
        st.sampled_from(Scope),
    )
    gates = [DOCUMENTED_BASIS, a_register_gate(), a_consent_gate(LegalForm.LEGAL_PERSON)]
    return some_policy(
        hours=draw(schedules(around)).hours,
        caps=draw(st.lists(cap, max_size=3)),
        spacing=draw(spans),
        spacing_after=draw(st.dictionaries(st.sampled_from(Outcome), spans, max_size=3)),
        gates=draw(st.lists(st.sampled_from(gates), max_size=3, unique_by=lambda gate: gate.kind)),
    )


@st.composite
def facts(draw: st.DrawFn, now: datetime) -> CallFacts:
    """Mostly a call that could be permitted, with every kind of obstacle now and then."""
    near = st.integers(-3, 3).map(lambda days: (now + timedelta(days=days)).date())
    rarely = st.sampled_from([False] * 9 + [True])
    seldom_day = st.one_of(st.none(), st.none(), near)
    return some_facts(
        now=now,
        number=some_number(
            kind=NumberKind.PREMIUM if draw(rarely) else NumberKind.MOBILE,
            valid=not draw(rarely),
            zones=() if draw(rarely) else draw(zone_choices),
        ),
        campaign=some_campaign(
            is_open=not draw(rarely),
            starts_on=draw(seldom_day),
            ends_on=draw(seldom_day),
            balancing_test=draw(st.one_of(st.none(), st.builds(BalancingTest, near, near), _long_test(now))),
            washed_at=draw(st.one_of(st.just({}), _washes(now), _washes(now))),
        ),
        callee=CalleeFacts(
            legal_form=draw(st.sampled_from(LegalForm)),
            time_zone=draw(st.one_of(st.none(), st.sampled_from(ZONES))),
            call_consent=draw(st.one_of(st.none(), st.builds(Consent, near))),
        ),
        suppressions=[a_suppression(draw(st.sampled_from(Subject)))] if draw(rarely) else [],
        histories=draw(_histories(now)),
    )


def _long_test(now: datetime) -> st.SearchStrategy[BalancingTest]:
    return st.just(BalancingTest(now.date() - timedelta(days=30), now.date() + timedelta(days=300)))


def _washes(now: datetime) -> st.SearchStrategy[dict[str, datetime]]:
    return st.integers(0, 6 * 86_400).map(lambda ago: {"be_dncm": now - timedelta(seconds=ago)})


@st.composite
def cases(draw: st.DrawFn) -> tuple[CallFacts, Policy]:
    """A call and a policy around a clock change."""
    now = draw(instants)
    return draw(facts(now)), draw(policies(now))


@st.composite
def likely_permits(draw: st.DrawFn) -> tuple[CallFacts, Policy]:
    """A call that only its hours, its attempts and the campaign's dates can refuse."""
    now = draw(instants)
    near = st.one_of(st.none(), st.integers(-3, 9).map(lambda days: (now + timedelta(days=days)).date()))
    call = some_facts(
        now=now,
        number=some_number(zones=draw(zone_choices)),
        campaign=some_campaign(starts_on=draw(near), ends_on=draw(near)),
        histories=draw(_histories(now)),
    )
    return call, replace(draw(policies(now)), gates=(DOCUMENTED_BASIS,))


def _histories(now: datetime) -> st.SearchStrategy[list[History]]:
    history = st.builds(
        lambda past, subject, scope: a_history(*past, subject=subject, scope=scope),
        st.lists(past_attempts(now), max_size=3),
        st.sampled_from(Subject),
        st.sampled_from(Scope),
    )
    return st.lists(history, max_size=2)
