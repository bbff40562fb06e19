"""Calling hours of every country, audience and subdivision, around each edge that its file and calendar name.

The days: every public holiday of the checked years and the days beside it, both clock changes of 2026 and 2027 in
every zone, early closings, changes of the law, one ordinary week, and the ends of the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from middleware.decision.calendar import is_open
from middleware.decision.model import Audience, CalleeFacts, Policy, PolicyProblem
from middleware.decision.rules.hours import calling_hours
from middleware.policies.book import PolicyBook
from tests.builders import some_facts, some_number
from tests.config.pack_text import (
    COUNTRIES,
    Edition,
    clock_changes,
    days_off,
    editions,
    pack,
    schedule,
    strictest,
    subdivisions,
)
from tests.schedules import Schedule

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
BOOK = PolicyBook(COUNTRIES)
CASES = [(country, audience) for country in BOOK.countries() for audience in Audience]


def policy_of(country: str, audience: Audience) -> Policy:
    policy = BOOK.resolve(country, audience, {}, "acme", {}, "spring")
    assert not isinstance(policy, PolicyProblem), policy.detail
    return policy


def instants_of(day: date, zone: ZoneInfo, hours: Schedule) -> Iterator[datetime]:
    """Just before and at each edge of a day's windows, in UTC; both times where the clock shows one twice."""
    clocks = {clock for spans in (hours.week[day.weekday()], hours.eve or ()) for span in spans for clock in span}
    clocks |= {at for day_of_year, at in hours.early if day_of_year == day.isoformat()[5:]} | {"00:00", "12:00"}
    for clock in sorted(clocks - {"24:00"}):
        local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)
        for fold in {0, 1} if local.utcoffset() != local.replace(fold=1).utcoffset() else {0}:
            at = local.replace(fold=fold).astimezone(UTC)
            yield at - INSTANT
            yield at


def days_of(edition: Edition, subdivision: str | None) -> set[date]:
    """The days around which something can change."""
    off = days_off(edition.country, subdivision)
    days = {day + shift * DAY for day in off for shift in (-1, 0, 1)}
    years = pack(edition.country)["calendar"]["checked_years"]
    days |= {date(years["first"], 1, 1) - DAY, date(years["first"], 1, 1)}
    days |= {date(years["last"], 12, 31), date(years["last"], 12, 31) + DAY}
    days |= {date(2026, 3, 2) + shift * DAY for shift in range(7)}
    for closing in edition.figures.get("early_closings", ()):
        days |= {date.fromisoformat(f"{year}-{day}") for year in (2026, 2027, 2028) for day in closing["days"]}
    return days


def edition_at(found: list[Edition], at: datetime) -> Edition:
    return [edition for edition in found if edition.begins is None or edition.begins <= at][-1]


def check(country: str, audience: Audience, subdivision: str | None, zone_name: str, days: set[date]) -> None:
    policy, found, zone = policy_of(country, audience), editions(country, audience), ZoneInfo(zone_name)
    facts = some_facts(
        number=some_number(country=country, zones=[zone_name]), callee=CalleeFacts(subdivision=subdivision)
    )

    @lru_cache
    def hours_at(number: int) -> Schedule:
        return strictest(found[number]) if subdivision is None else schedule(found[number], subdivision)

    for day in days:
        for at in instants_of(day, zone, hours_at(0)):
            expected = hours_at(found.index(edition_at(found, at)))
            verdict = calling_hours(replace(facts, now=at), policy.in_force(at))
            assert (verdict.reason is None) == expected.is_open([zone_name], at), (at, verdict)


@pytest.mark.parametrize(("country", "audience"), CASES)
def test_who_lives_in_a_known_part_of_a_country_is_called_in_its_hours_and_not_on_its_days_off(
    country: str, audience: Audience
) -> None:
    zone = pack(country)["zones"][0]
    for code in subdivisions(country):
        own = days_off(country, code) - days_off(country, None)  # the country's other days are below
        check(country, audience, code, zone, {day + shift * DAY for day in own for shift in (-1, 0)})
        check(country, audience, code, zone, {date(2026, 3, 2) + shift * DAY for shift in range(7)})


@pytest.mark.parametrize(("country", "audience"), CASES)
def test_who_lives_nobody_knows_where_is_called_only_when_every_part_of_the_country_may_be(
    country: str, audience: Audience
) -> None:
    days = {day for edition in editions(country, audience) for day in days_of(edition, None)}
    for code in subdivisions(country):
        days |= days_off(country, code)

    check(country, audience, None, pack(country)["zones"][0], days)


@pytest.mark.parametrize(("country", "audience"), CASES)
def test_no_clock_change_of_2026_and_2027_moves_a_call_out_of_its_hours(country: str, audience: Audience) -> None:
    for zone in pack(country)["zones"]:
        changes = clock_changes(zone)
        assert len(changes) in {0, 4}, "two in each of the two years, or none"
        check(country, audience, None, zone, {day + shift * DAY for day in changes for shift in (-1, 0, 1)})


@pytest.mark.parametrize(("country", "audience"), CASES)
def test_a_change_of_the_law_rules_from_the_moment_its_day_begins(country: str, audience: Audience) -> None:
    policy, found = policy_of(country, audience), editions(country, audience)
    zone = pack(country)["zones"][0]
    for edition in found[1:]:
        assert edition.begins is not None
        day = edition.begins.astimezone(ZoneInfo(zone)).date()
        check(country, audience, None, zone, {day + shift * DAY for shift in range(-8, 9)})

    for earlier, later in pairwise(found):
        if earlier.figures != later.figures:
            assert later.begins is not None
            assert policy.in_force(later.begins - INSTANT) != policy.in_force(later.begins)


@pytest.mark.parametrize(("country", "audience"), CASES)
def test_no_part_of_a_country_is_open_while_the_country_as_a_whole_is_closed(country: str, audience: Audience) -> None:
    policy = policy_of(country, audience)
    if policy.regional_hours is None:
        return
    zone = ZoneInfo(pack(country)["zones"][0])
    for hour in range(24 * 21):
        at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=30 + 60 * hour)
        if not is_open(policy.hours, zone, at):
            for code, hours in policy.regional_hours.by_subdivision.items():
                assert not is_open(hours, zone, at), (code, at)
