"""The time that a demonstration shows: when everybody may be called, never before what has happened already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from middleware.decision.calendar import is_open
from middleware.decision.model import Audience, Policy
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from scripts.stack.clock import Country, demonstration_time, offset_for, read_at
from scripts.stack.errors import CannotStart

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
ZONES = {
    "DK": "Europe/Copenhagen",
    "SE": "Europe/Stockholm",
    "DE": "Europe/Berlin",
    "BE": "Europe/Brussels",
    "NL": "Europe/Amsterdam",
}


def country(code: str) -> Country:
    policy = BOOK.resolve(code, Audience.B2B, {}, "", {}, "")
    assert isinstance(policy, Policy)
    return Country(policy, ZoneInfo(ZONES[code]))


FIVE = [country(code) for code in ZONES]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-24T10:00+01:00", "2026-11-24T10:00+01:00"),  # a Tuesday morning stays as it is
        ("2026-11-22T21:30+01:00", "2026-11-23T09:00+01:00"),  # Sunday night
        ("2026-11-24T08:59:59+01:00", "2026-11-24T09:00+01:00"),  # Germany opens an hour before the others
        ("2026-11-24T16:00+01:00", "2026-11-24T16:00+01:00"),  # just an hour left
        ("2026-11-24T16:00:01+01:00", "2026-11-25T09:00+01:00"),  # not quite an hour left
        ("2026-11-28T10:00+01:00", "2026-11-30T09:00+01:00"),  # on Saturdays Germany alone is open
        ("2026-12-24T10:00+01:00", "2026-12-28T09:00+01:00"),  # Christmas, then a weekend
        ("2026-12-31T10:00+01:00", "2027-01-04T09:00+01:00"),  # New Year, then a weekend
        ("2027-03-25T09:30+01:00", "2027-03-30T09:00+02:00"),  # Maundy Thursday in Denmark to Easter Monday, and DST
        ("2027-05-04T23:00+02:00", "2027-05-10T09:00+02:00"),  # 5 May in the Netherlands, Ascension and the day after
    ],
)
def test_the_next_hour_in_which_all_five_countries_are_open_is_shown(now: str, shown: str) -> None:
    found = demonstration_time(at(now), FIVE, [])

    assert found == at(shown)
    assert all(is_open(each.policy.hours, each.zone, found + timedelta(minutes=59)) for each in FIVE)


MONDAY = at("2026-11-23T09:00+01:00")


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        # spacing is a day, and a call begun at the end of a run ends a little later
        ([MONDAY + timedelta(seconds=40)], "2026-11-24T09:01:40+01:00"),
        # after the last hour of a day, the morning after the day of rest
        ([at("2026-11-23T16:59+01:00")], "2026-11-25T09:00+01:00"),
        # on Friday, so Monday
        ([at("2026-11-27T09:30+01:00")], "2026-11-30T09:00+01:00"),
        # the fifth time within thirty days
        (
            [at(f"2026-11-{day}T09:00+01:00") for day in ("26", "25", "24", "23")],
            "2026-12-23T09:01+01:00",
        ),
    ],
)
def test_after_earlier_runs_everybody_called_then_may_be_called_again(runs: list[datetime], shown: str) -> None:
    another = [MONDAY - timedelta(days=3)]

    assert demonstration_time(MONDAY, FIVE, [runs, another]) == at(shown)


def test_a_calendar_that_ends_before_such_an_hour_is_told() -> None:
    with pytest.raises(CannotStart, match="there is no hour in which all of the demonstration's countries"):
        demonstration_time(at("2028-12-31T10:00+01:00"), FIVE, [])


def test_a_time_before_the_newest_attempt_is_refused_in_one_line() -> None:
    newest = at("2026-11-24T10:00:30+01:00")

    with pytest.raises(CannotStart) as told:
        offset_for(at("2026-11-24T10:00+01:00"), MONDAY, newest)

    assert len(told.value.lines) == 1
    assert "attempts up to 2026-11-24T09:00:30+00:00" in told.value.lines[0]
    assert offset_for(newest, MONDAY, newest) == newest - MONDAY
    assert offset_for(MONDAY - timedelta(days=9), MONDAY, None) == timedelta(days=-9)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T10:00", "2026-11-24", "10:00+01:00", ""])
def test_a_time_without_its_day_or_its_zone_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match="write it as 2026-11-24T10:00"):
        read_at(text)
