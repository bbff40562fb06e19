"""Both nights on which clocks change, and the days and zones that surprise, case by case."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from middleware.decision.calendar import is_open, next_closing, next_opening, open_spans
from middleware.decision.model import CallingHours
from middleware.decision.zones import day_begins, find_zone
from tests.builders import some_hours, utc, windows

SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    zone = find_zone(name)
    assert zone is not None
    return zone


def every_day(*spans: str) -> CallingHours:
    return some_hours(week=(windows(*spans),) * 7)


# Copenhagen skips 02:00 to 03:00 on 2026-03-29, at 01:00 UTC, and repeats it on 2026-10-25, at 01:00 UTC.
# Lord Howe skips 02:00 to 02:30 on 2026-10-04, at 15:30 UTC the day before, and repeats 01:30 to 02:00 on 2026-04-05.
@pytest.mark.parametrize(
    ("zone", "span", "day", "expected"),
    [
        ("Europe/Copenhagen", "02:30-04:00", "2026-03-29", [("2026-03-29 01:00", "2026-03-29 02:00")]),
        ("Europe/Copenhagen", "02:00-03:00", "2026-03-29", []),
        ("Europe/Copenhagen", "02:15-02:45", "2026-03-29", []),
        ("Europe/Copenhagen", "01:00-03:00", "2026-03-29", [("2026-03-29 00:00", "2026-03-29 01:00")]),
        (
            "Europe/Copenhagen",
            "01:00-04:00",
            "2026-03-29",
            [("2026-03-29 00:00", "2026-03-29 01:00"), ("2026-03-29 01:00", "2026-03-29 02:00")],
        ),
        (
            "Europe/Copenhagen",
            "02:00-02:30",
            "2026-10-25",
            [("2026-10-25 00:00", "2026-10-25 00:30"), ("2026-10-25 01:00", "2026-10-25 01:30")],
        ),
        (
            "Europe/Copenhagen",
            "02:30-04:00",
            "2026-10-25",
            [("2026-10-25 00:30", "2026-10-25 01:00"), ("2026-10-25 01:30", "2026-10-25 03:00")],
        ),
        ("Europe/Copenhagen", "09:00-17:00", "2026-03-29", [("2026-03-29 07:00", "2026-03-29 15:00")]),
        ("Europe/Copenhagen", "09:00-17:00", "2026-10-25", [("2026-10-25 08:00", "2026-10-25 16:00")]),
        ("Australia/Lord_Howe", "02:15-03:00", "2026-10-04", [("2026-10-03 15:30", "2026-10-03 16:00")]),
        (
            "Australia/Lord_Howe",
            "01:30-01:45",
            "2026-04-05",
            [("2026-04-04 14:30", "2026-04-04 14:45"), ("2026-04-04 15:00", "2026-04-04 15:15")],
        ),
        ("Asia/Kolkata", "09:00-17:00", "2026-03-29", [("2026-03-29 03:30", "2026-03-29 11:30")]),
        ("Africa/Cairo", "00:00-02:00", "2026-04-24", [("2026-04-23 22:00", "2026-04-23 23:00")]),
    ],
)
def test_a_window_of_one_day_in_utc(zone: str, span: str, day: str, expected: list[tuple[str, str]]) -> None:
    spans = open_spans(every_day(span), zone_named(zone), date.fromisoformat(day))

    assert spans == [(utc(start), utc(end)) for start, end in expected]


def test_an_opening_that_the_clock_skips_happens_at_the_first_instant_that_exists() -> None:
    copenhagen = [zone_named("Europe/Copenhagen")]

    assert next_opening(every_day("02:30-04:00"), copenhagen, utc("2026-03-29 00:30")) == utc("2026-03-29 01:00")


def test_a_window_that_the_clock_skips_whole_opens_the_day_after() -> None:
    copenhagen = [zone_named("Europe/Copenhagen")]

    assert next_opening(every_day("02:15-02:45"), copenhagen, utc("2026-03-29 00:30")) == utc("2026-03-30 00:15")


def test_a_window_that_the_clock_repeats_closes_and_opens_again() -> None:
    copenhagen = [zone_named("Europe/Copenhagen")]
    hours = every_day("02:00-02:30")

    assert next_closing(hours, copenhagen, utc("2026-10-25 00:10")) == utc("2026-10-25 00:30")
    assert next_opening(hours, copenhagen, utc("2026-10-25 00:30")) == utc("2026-10-25 01:00")
    assert next_closing(hours, copenhagen, utc("2026-10-25 01:10")) == utc("2026-10-25 01:30")


def test_a_window_around_a_clock_change_does_not_close_at_it() -> None:
    copenhagen = [zone_named("Europe/Copenhagen")]

    assert next_closing(every_day("01:00-04:00"), copenhagen, utc("2026-03-29 00:30")) == utc("2026-03-29 02:00")
    assert next_closing(every_day("01:00-04:00"), copenhagen, utc("2026-10-24 23:30")) == utc("2026-10-25 03:00")


def test_a_midnight_that_the_clock_repeats_leads_back_into_yesterday() -> None:
    beirut = zone_named("Asia/Beirut")  # 2026-10-25 00:00 becomes 2026-10-24 23:00, at 21:00 UTC
    hours = some_hours(week=(windows("23:30-24:00"),) * 7)

    assert next_opening(hours, [beirut], utc("2026-10-24 21:00")) == utc("2026-10-24 21:30")
    assert is_open(hours, beirut, utc("2026-10-24 20:30"))
    assert next_closing(hours, [beirut], utc("2026-10-24 20:30")) == utc("2026-10-24 21:00")


def test_hours_around_the_clock_close_when_the_calendar_ends() -> None:
    hours = some_hours(week=(windows("00:00-24:00"),) * 7, calendar_until=date(2026, 12, 31))

    assert next_closing(hours, [zone_named("Europe/Copenhagen")], utc("2026-01-05 12:00")) == utc("2026-12-31 23:00")


def test_a_week_without_windows_never_opens() -> None:
    assert next_opening(every_day(), [zone_named("Europe/Copenhagen")], utc("2026-03-04 12:00")) is None


def test_an_opening_is_looked_for_a_hundred_days_ahead_from_the_beginning_of_the_calendar() -> None:
    copenhagen = [zone_named("Europe/Copenhagen")]
    closed = [date(2026, 3, 5) + timedelta(days=days) for days in range(99)]
    hours = some_hours(week=(windows("09:00-17:00"),) * 7, holidays=closed)
    longer = some_hours(week=(windows("09:00-17:00"),) * 7, holidays=[*closed, date(2026, 6, 12)])

    assert next_opening(hours, copenhagen, utc("2026-03-04 20:00")) == utc("2026-06-12 07:00")
    assert next_opening(longer, copenhagen, utc("2026-03-04 20:00")) is None
    assert next_opening(every_day("09:00-17:00"), copenhagen, utc("2025-01-01 12:00")) == utc("2026-01-01 08:00")


def test_three_zones_are_open_together_when_the_last_of_them_opens() -> None:
    zones = [zone_named(name) for name in ("Europe/Copenhagen", "Atlantic/Canary", "Europe/Athens")]

    assert next_opening(every_day("09:00-12:00"), zones, utc("2026-03-04 05:00")) == utc("2026-03-04 09:00")
    assert next_closing(every_day("09:00-12:00"), zones, utc("2026-03-04 09:30")) == utc("2026-03-04 10:00")


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Copenhagen", "2026-03-29", "2026-03-28 23:00"),
        ("Europe/Copenhagen", "2026-03-30", "2026-03-29 22:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00"),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00"),
        ("Pacific/Kiritimati", "2026-06-01", "2026-05-31 10:00"),
    ],
)
def test_a_day_begins_at_the_first_instant_that_shows_it(zone: str, day: str, begins: str) -> None:
    assert day_begins(zone_named(zone), date.fromisoformat(day)) == utc(begins)


def test_the_year_end_is_crossed_in_the_callees_own_zone() -> None:
    hours = some_hours(week=(windows("00:00-24:00"),) * 7, holidays=[date(2027, 1, 1)])
    new_york = zone_named("America/New_York")

    assert is_open(hours, new_york, datetime(2027, 1, 1, 5, 0, tzinfo=UTC) - SECOND)
    assert not is_open(hours, new_york, datetime(2027, 1, 1, 5, 0, tzinfo=UTC))
