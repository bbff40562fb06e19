"""Calling hours against their plainest reading, with made-up windows around every clock change of two years."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.calendar import is_open, next_closing, next_opening
from middleware.decision.zones import find_zone
from tests.schedules import GRID, Schedule, instants, schedules, zone_choices

INSTANT = timedelta(microseconds=1)
HORIZON = timedelta(days=8)  # windows recur every week


Situation = tuple[Schedule, list[str], datetime]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    now = draw(instants)
    return draw(schedules(now)), draw(zone_choices), now


def zones_named(names: list[str]) -> list[ZoneInfo]:
    return [zone for name in names if (zone := find_zone(name)) is not None]


def grid_after(at: datetime) -> Iterator[datetime]:
    """The instants after `at` at which anything can change, up to the horizon."""
    instant = at - timedelta(minutes=at.minute % 5, seconds=at.second) + GRID
    while instant <= at + HORIZON:
        yield instant
        instant += GRID


@settings(max_examples=300, deadline=None)
@given(situations())
def test_an_instant_is_open_exactly_if_all_wall_clocks_show_a_permitted_time(situation: Situation) -> None:
    schedule, names, now = situation

    found = all(is_open(schedule.hours, zone, now) for zone in zones_named(names))

    assert found == schedule.is_open(names, now)


@settings(max_examples=200, deadline=None)
@given(situations())
def test_the_next_opening_is_open_and_nothing_before_it_is(situation: Situation) -> None:
    schedule, names, now = situation

    opening = next_opening(schedule.hours, zones_named(names), now)

    if opening is not None:
        assert schedule.is_open(names, opening)
        assert opening == now or not schedule.is_open(names, opening - INSTANT)
    if opening != now:
        assert not schedule.is_open(names, now)
        until = now + HORIZON if opening is None else opening
        assert not [at for at in grid_after(now) if at < until and schedule.is_open(names, at)]


@settings(max_examples=200, deadline=None)
@given(situations())
def test_the_next_closing_is_closed_and_nothing_before_it_is(situation: Situation) -> None:
    schedule, names, now = situation
    zones = zones_named(names)
    opening = next_opening(schedule.hours, zones, now)
    if opening is None:
        return

    closing = next_closing(schedule.hours, zones, opening)

    assert closing > opening
    assert not schedule.is_open(names, closing)
    assert schedule.is_open(names, closing - INSTANT)
    assert not [at for at in grid_after(opening) if at < closing and not schedule.is_open(names, at)]


@settings(max_examples=60, deadline=None)
@given(situations())
def test_where_no_opening_is_found_none_of_the_next_hundred_days_has_one(situation: Situation) -> None:
    schedule, names, now = situation
    if next_opening(schedule.hours, zones_named(names), now) is not None:
        return

    samples = (now + timedelta(hours=hours) for hours in range(0, 24 * 99, 7))

    assert not [at for at in samples if schedule.is_open(names, at)]
