"""Days without calls of the countries that ship, in the whole country and in its parts, against the law's own dates."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.calendar import is_open, spell_windows, windows_on
from middleware.decision.model import Audience, CallingHours, Policy, RegionalHours
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.builders import utc

BOOK = PolicyBook(REPOSITORY / "config" / "countries")


def policy_of(country: str, audience: str = "b2b") -> Policy:
    policy = BOOK.resolve(country, Audience(audience), {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy


def regions_of(country: str, audience: str = "b2b") -> RegionalHours:
    regional = policy_of(country, audience).regional_hours
    assert regional is not None
    return regional


def hours_in(place: str) -> CallingHours:
    """`GB` the whole country, `GB-SCT` one part, `GB-?` where the part is not known."""
    country, _, part = place.partition("-")
    if not part:
        return policy_of(country).hours
    return regions_of(country).unknown if part == "?" else regions_of(country).by_subdivision[part]


def days(text: str) -> set[date]:
    return {date.fromisoformat(day) for day in text.split()}


# Easter Sunday falls on 5 April 2026, 28 March 2027 and 16 April 2028.
@pytest.mark.parametrize(
    ("place", "closed", "working"),
    [
        (
            "NO",
            "2026-04-02 2026-05-14 2026-05-17 2026-05-25 2027-03-25 2027-05-17 2028-04-13 2028-05-17 2028-12-26",
            "2026-04-01 2026-12-24 2027-12-31",
        ),
        ("FI", "2026-06-19 2026-12-24 2027-01-06 2027-06-25 2027-12-06 2028-06-23 2028-12-06", "2026-04-02 2026-12-31"),
        ("IE", "2026-02-02 2026-04-03 2026-10-26 2027-02-01 2027-03-17 2028-02-07 2028-10-30", "2026-05-25 2026-12-24"),
        ("FR", "2026-05-08 2026-05-14 2026-07-14 2026-11-11 2027-05-17 2028-06-05 2028-07-14", "2026-04-03 2026-12-24"),
        # 4 October is a holiday from 2026; 8 December and 2 June are Italy's own.
        ("IT", "2026-10-04 2027-10-04 2028-10-04 2026-06-02 2026-12-08 2027-03-29 2028-04-25", "2026-04-03 2025-10-04"),
        ("AT", "2026-04-03 2026-06-04 2026-10-26 2026-12-24 2026-12-31 2027-05-27 2028-06-15", "2026-11-02 2026-03-19"),
        ("AT-6", "2026-03-19 2027-03-19 2026-10-26", "2026-11-11 2026-09-24"),
        ("PL", "2026-06-04 2026-11-11 2026-12-24 2027-05-03 2027-05-27 2028-12-24 2028-06-15", "2026-04-03 2026-12-31"),
        ("PT", "2026-02-17 2026-06-10 2026-12-24 2026-12-31 2027-02-09 2028-02-29 2028-12-01", "2026-05-25 2026-06-24"),
        ("PT-13", "2026-06-24 2027-06-24 2028-06-24", "2026-07-01"),
        ("PT-20", "2026-05-25 2027-05-17 2028-06-05", "2026-07-01"),
        ("PT-30", "2026-07-01 2028-07-01", "2026-05-25"),
        ("LU", "2026-04-03 2026-05-09 2026-06-23 2026-12-24 2027-05-17 2028-06-23 2028-12-31", "2026-11-02 2026-12-28"),
        ("CZ", "2026-07-06 2026-09-28 2026-12-24 2027-10-28 2027-11-17 2028-04-14 2028-07-05", "2026-05-14 2026-12-31"),
        # Without a nation Easter Monday and the August bank holiday are missing; Scotland has a one-off in June 2026.
        ("GB", "2026-04-03 2026-05-04 2026-12-28 2027-12-27 2027-12-28 2028-01-03", "2026-04-06 2026-08-31"),
        ("GB-ENG", "2026-04-06 2026-08-31 2027-03-29 2027-08-30 2028-04-17 2028-08-28", "2026-03-17 2026-06-15"),
        ("GB-WLS", "2026-04-06 2026-08-31 2027-08-30", "2026-03-17 2026-11-30"),
        ("GB-SCT", "2026-01-02 2026-06-15 2026-08-03 2026-11-30 2027-01-04 2028-01-04", "2026-04-06 2026-08-31"),
        ("GB-NIR", "2026-03-17 2026-04-06 2026-07-13 2027-07-12 2028-03-17 2028-07-12", "2026-06-15 2026-11-30"),
        (
            "GB-?",
            "2026-01-02 2026-03-17 2026-04-06 2026-06-15 2026-07-13 2026-08-03 2026-08-31 2026-11-30",
            "2026-04-02",
        ),
        ("DE", "2026-10-03 2027-05-06 2028-06-05", "2026-06-04 2026-10-31 2026-11-18"),
        ("DE-BY", "2026-01-06 2026-06-04 2027-11-01", "2028-10-31 2026-11-18"),
        ("DE-SN", "2026-11-18 2027-11-17 2028-11-22 2028-10-31", "2026-01-06 2026-06-04"),
        ("DE-BE", "2027-03-08 2028-03-08", "2026-01-06 2028-10-31"),
        ("DE-?", "2026-01-06 2027-03-08 2026-06-04 2028-10-31 2027-11-01 2026-11-18", "2026-12-24"),
        ("ES", "2026-01-06 2026-10-12 2026-12-08 2027-12-06 2028-12-06", "2026-04-02 2026-04-06"),
        ("ES-CT", "2026-04-06 2026-06-24 2026-09-11 2027-09-11 2028-12-26", "2026-04-02"),
        ("ES-MD", "2026-04-02 2027-03-25 2028-05-02", "2026-04-06"),
        ("CH", "2026-01-01 2026-05-14 2026-08-01 2027-05-06 2028-12-25", "2026-04-03 2026-04-06 2026-12-08"),
        ("CH-ZH", "2026-04-03 2026-04-06 2026-05-01 2027-05-17 2028-12-26", "2026-06-04 2026-12-08"),
        ("CH-TI", "2026-01-06 2026-06-04 2027-06-29 2028-06-15", "2026-04-03"),
        ("CH-GE", "2026-09-10 2027-09-09 2028-09-07 2027-12-31", "2026-05-01"),
        ("US", "2026-01-19 2026-07-03 2026-11-26 2027-06-18 2028-11-10", "2026-04-03 2026-11-03 2026-11-27"),
        ("US-PA", "2026-04-03 2026-06-14 2026-11-03 2027-03-26 2027-11-02 2028-04-14 2028-11-07", "2026-04-20"),
        ("US-LA", "2026-02-17 2026-04-03", "2026-04-27"),
        ("CA", "2026-04-03 2026-07-01 2027-07-01 2028-09-04", "2026-05-18 2026-10-12"),
        ("CA-ON", "2026-02-16 2026-05-18 2026-10-12 2027-05-24 2028-10-09", "2026-06-24"),
        ("CA-QC", "2026-06-24 2027-06-24 2028-06-24 2026-05-18", "2026-11-11"),
        ("AU", "2026-01-26 2026-04-06 2027-01-26 2028-04-17", "2026-06-08 2026-11-03"),
        ("AU-VIC", "2026-06-08 2026-11-03 2027-11-02 2028-03-13", "2026-08-12"),
        ("AU-WA", "2026-03-02 2026-06-01", "2026-06-08 2026-11-03"),
    ],
)
def test_days_without_calls(place: str, closed: str, working: str) -> None:
    holidays = hours_in(place).holidays

    assert days(closed) - holidays == set()
    assert days(working) & holidays == set()


def test_which_countries_tell_their_parts_apart() -> None:
    parts = {country: policy_of(country).regional_hours for country in BOOK.countries()}

    assert {country: len(found.by_subdivision) for country, found in parts.items() if found is not None} == {
        "AT": 9,
        "AU": 8,
        "CA": 13,
        "CH": 26,
        "DE": 16,
        "ES": 19,
        "GB": 4,
        "PT": 20,
        "US": 51,
    }


@pytest.mark.parametrize(
    ("state", "weekday", "saturday", "sunday"),
    [
        ("AL", "08:00-20:00", "08:00-20:00", "none"),
        ("CT", "09:00-20:00", "09:00-20:00", "09:00-20:00"),
        ("FL", "08:00-20:00", "08:00-20:00", "08:00-20:00"),
        ("IL", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
        ("KY", "10:00-21:00", "10:00-21:00", "10:00-21:00"),
        ("LA", "08:00-20:00", "08:00-20:00", "none"),
        ("MI", "09:00-21:00", "09:00-21:00", "09:00-21:00"),
        ("MS", "08:00-20:00", "08:00-20:00", "none"),
        ("NV", "09:00-20:00", "09:00-20:00", "09:00-20:00"),
        ("RI", "09:00-18:00", "none", "none"),
        ("TX", "08:00-21:00", "08:00-21:00", "12:00-21:00"),
        ("OH", "08:00-21:00", "08:00-21:00", "08:00-21:00"),
        ("?", "10:00-18:00", "none", "none"),
    ],
)
def test_american_states_towards_consumers(state: str, weekday: str, saturday: str, sunday: str) -> None:
    regional = regions_of("US", "b2c")
    hours = regional.unknown if state == "?" else regional.by_subdivision[state]

    week = [spell_windows(windows) for windows in hours.week]
    assert [*dict.fromkeys(week[:5]), *week[5:]] == [weekday, saturday, sunday]


@pytest.mark.parametrize(
    ("day", "windows"),
    [
        ("2026-12-07", "10:00-19:00"),  # the day before 8 December
        ("2026-12-04", "09:00-20:00"),
        ("2026-06-01", "10:00-19:00"),  # the day before 2 June
        ("2026-06-02", "none"),
        ("2026-04-30", "10:00-19:00"),
        ("2028-12-29", "09:00-20:00"),
        ("2026-12-24", "10:00-19:00"),
    ],
)
def test_the_day_before_an_italian_holiday_has_the_hours_of_a_saturday(day: str, windows: str) -> None:
    assert spell_windows(windows_on(policy_of("IT").hours, date.fromisoformat(day))) == windows


PLACES = [country for country in BOOK.countries() if policy_of(country).regional_hours is not None]


@given(
    country=st.sampled_from(PLACES),
    audience=st.sampled_from(["b2b", "b2c"]),
    minutes=st.integers(min_value=0, max_value=3 * 365 * 24 * 60),
)
def test_where_the_part_is_not_known_nobody_is_called_unless_every_part_would_allow_it(
    country: str, audience: str, minutes: int
) -> None:
    at, zone = utc("2026-01-01 00:00") + timedelta(minutes=minutes), ZoneInfo("UTC")
    policy = policy_of(country, audience)
    regional = regions_of(country, audience)

    everywhere = all(is_open(hours, zone, at) for hours in (policy.hours, *regional.by_subdivision.values()))
    assert is_open(regional.unknown, zone, at) == everywhere
