"""When the benchmark pretends to ring."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from middleware.decision.model import Basis, CallingHours, Origin, Window
from scripts.benchmark.moment import next_open_tuesday
from scripts.benchmark.preparing import policies

OFFICE = (Window(9 * 60, 17 * 60),)
HOURS = CallingHours(
    week=(*([OFFICE] * 5), (), ()),
    holidays=frozenset(),
    calendar_from=date(2026, 1, 1),
    calendar_until=date(2027, 12, 31),
    early_closings={},
    origin=Origin(Basis.LAW),
    holidays_origin=Origin(Basis.LAW),
)
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 3, 0, tzinfo=UTC), TUESDAY),
        (TUESDAY - timedelta(seconds=1), TUESDAY),
        (TUESDAY, TUESDAY + timedelta(weeks=1)),
        (datetime(2026, 6, 20, 3, 0, tzinfo=UTC), datetime(2026, 6, 23, 8, 30, tzinfo=UTC)),
    ],
    ids=["from a sunday", "just before", "just then", "in summer time"],
)
def test_it_is_the_next_tuesday_at_half_past_ten_in_copenhagen(now: datetime, expected: datetime) -> None:
    assert next_open_tuesday([HOURS], now) == expected


def test_a_tuesday_on_which_one_country_is_closed_is_passed_over() -> None:
    closed = replace(HOURS, holidays=frozenset({date(2026, 11, 24)}))

    assert next_open_tuesday([HOURS, closed], TUESDAY - timedelta(days=1)) == TUESDAY + timedelta(weeks=1)


def test_hours_that_end_during_the_run_are_too_short() -> None:
    lunch = replace(HOURS, week=((Window(9 * 60, 11 * 60),),) * 7)

    with pytest.raises(LookupError, match="extend their calendars"):
        next_open_tuesday([lunch], TUESDAY - timedelta(days=1))


def test_the_countries_that_are_rung_have_such_a_tuesday() -> None:
    hours = [policy.hours for policy in policies().values()]

    assert next_open_tuesday(hours, TUESDAY - timedelta(days=1)) == TUESDAY
