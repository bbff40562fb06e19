"""Hours that differ by Land, nation or state, days before holidays, and what would have to be known."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.model import CalleeFacts, CallFacts, Policy, Reason, RegionalHours
from middleware.decision.rules.hours import calling_hours, promise
from tests.builders import NOON, some_facts, some_hours, some_number, some_policy, some_week, utc, windows
from tests.schedules import Country, countries, instants, zone_choices

INSTANT = timedelta(microseconds=1)
ASSUMPTION = date(2026, 5, 4)  # let it be a Monday, so that nothing else closes it
BAVARIA = some_hours(holidays=[ASSUMPTION])
SAXONY = some_hours(week=some_week("10:00-16:00"))
STRICTEST = some_hours(week=some_week("10:00-16:00"), holidays=[ASSUMPTION])
GERMANY = some_policy(regional_hours=RegionalHours(STRICTEST, {"BY": BAVARIA, "SN": SAXONY, "HH": some_hours()}))


def at(now: str, subdivision: str | None = None, *zones: str) -> CallFacts:
    callee = CalleeFacts(subdivision=subdivision)
    return some_facts(now=utc(now), number=some_number(zones=zones or ("Europe/Berlin",)), callee=callee)


@pytest.mark.parametrize(
    ("subdivision", "now", "reason", "lifted_by"),
    [
        ("HH", "2026-05-04 07:00", None, None),
        ("BY", "2026-05-04 07:00", Reason.HOURS_HOLIDAY, ()),
        ("SN", "2026-05-04 07:59:59.999999", Reason.HOURS_OUTSIDE_WINDOW, ()),
        ("SN", "2026-05-04 08:00", None, None),
        (None, "2026-05-04 08:00", Reason.HOURS_HOLIDAY, ("subdivision",)),
        ("XX", "2026-05-04 08:00", Reason.HOURS_HOLIDAY, ("subdivision",)),  # none that the country has
        (None, "2026-05-05 07:59:59.999999", Reason.HOURS_OUTSIDE_WINDOW, ("subdivision",)),
        (None, "2026-05-05 08:00", None, None),
        (None, "2026-05-05 06:59", Reason.HOURS_OUTSIDE_WINDOW, ()),  # closed everywhere
    ],
)
def test_the_hours_of_the_callees_part_of_the_country_hold_and_the_strictest_where_it_is_not_known(
    subdivision: str | None, now: str, reason: Reason | None, lifted_by: tuple[str, ...] | None
) -> None:
    verdict = calling_hours(at(now, subdivision), GERMANY)

    assert verdict.reason is reason
    assert verdict.parameters.get("lifted_by") == lifted_by


@pytest.mark.parametrize(
    ("now", "lifted_by"),
    [
        ("2026-03-04 08:30", ("time_zone",)),  # 09:30 in Madrid, 08:30 on the Canaries
        ("2026-03-04 07:30", ()),
    ],
)
def test_a_zone_that_is_not_known_is_named_where_one_of_the_candidates_is_open(
    now: str, lifted_by: tuple[str, ...]
) -> None:
    verdict = calling_hours(at(now, None, "Europe/Madrid", "Atlantic/Canary"), some_policy())

    assert verdict.parameters["lifted_by"] == lifted_by


def test_both_are_named_where_only_both_together_would_open_the_hours() -> None:
    verdict = calling_hours(at("2026-05-05 07:30", None, "Europe/Berlin", "Atlantic/Canary"), GERMANY)

    assert verdict.parameters["lifted_by"] == ("subdivision", "time_zone")  # 09:30 in Hamburg, were it there


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_missing_fact_is_named_exactly_where_knowing_it_could_open_the_hours(data: st.DataObject) -> None:
    now = data.draw(instants)
    country: Country = data.draw(countries(now))
    zones: list[str] = data.draw(zone_choices)
    facts = some_facts(now=now, number=some_number(zones=zones))
    policy = some_policy(hours=country.national.hours, regional_hours=country.regional_hours)

    verdict = calling_hours(facts, policy)

    regions = [code for code, _ in country.regions]
    by_region = any(country.of(code).is_open(zones, now) for code in regions)
    by_zone = len(zones) > 1 and any(country.of(None).is_open([zone], now) for zone in zones)
    by_both = any(country.of(code).is_open([zone], now) for code, zone in product(regions, zones))
    neither = not by_region and not by_zone and len(zones) > 1 and by_both
    expected = ["subdivision"] * (by_region or neither) + ["time_zone"] * (by_zone or neither)
    assert (verdict.reason is None) == country.of(None).is_open(zones, now)
    if verdict.reason is not None and verdict.reason is not Reason.HOURS_CALENDAR_ENDED:
        assert verdict.parameters["lifted_by"] == tuple(expected)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_knowing_where_the_callee_is_never_closes_what_not_knowing_it_had_open(data: st.DataObject) -> None:
    now = data.draw(instants)
    country: Country = data.draw(countries(now))
    zones: list[str] = data.draw(zone_choices)
    policy = some_policy(hours=country.national.hours, regional_hours=country.regional_hours)

    def verdict_for(zone: str | None, subdivision: str | None) -> Reason | None:
        callee = CalleeFacts(time_zone=zone, subdivision=subdivision)
        return calling_hours(some_facts(now=now, number=some_number(zones=zones), callee=callee), policy).reason

    known = product([None, *zones], [None, "XX", *(code for code, _ in country.regions)])
    for zone, subdivision in known:
        expected = country.of(subdivision).is_open(zones if zone is None else [zone], now)
        assert (verdict_for(zone, subdivision) is None) == expected
        assert verdict_for(None, None) is not None or expected


WEEK = some_week("09:00-20:00", weekend=["10:00-19:00"])
EVE = replace(some_hours(week=WEEK, holidays=[date(2026, 5, 1)]), eve=windows("10:00-19:00"))
ITALY: Policy = some_policy(hours=EVE)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-04-29 07:00", True),
        ("2026-04-30 07:59:59.999999", False),  # the day before 1 May
        ("2026-04-30 08:00", True),
        ("2026-04-30 16:59:59.999999", True),
        ("2026-04-30 17:00", False),
        ("2026-05-01 10:00", False),
    ],
)
def test_the_day_before_a_holiday_is_shorter(now: str, is_open: bool) -> None:
    assert (calling_hours(at(now), ITALY).reason is None) == is_open


def test_the_last_day_of_the_calendar_counts_as_a_day_before_a_holiday() -> None:
    policy = some_policy(hours=replace(EVE, calendar_until=date(2026, 4, 29)))  # whether 30 April is one, is unknown

    assert calling_hours(at("2026-04-29 07:59"), policy).reason is Reason.HOURS_OUTSIDE_WINDOW
    assert calling_hours(at("2026-04-29 08:00"), policy).until == utc("2026-04-29 17:00")


@pytest.mark.parametrize(
    ("promised_at", "reason"),
    [
        (None, None),
        (NOON - INSTANT, None),
        (NOON, None),
        (NOON + INSTANT, Reason.HOURS_PROMISED_LATER),
    ],
)
def test_who_was_promised_a_call_is_not_called_before_that_moment(
    promised_at: datetime | None, reason: Reason | None
) -> None:
    verdict = promise(some_facts(callee=CalleeFacts(promised_at=promised_at)), some_policy())

    assert verdict.reason is reason
    assert verdict.not_before == (promised_at if reason else None)
    assert verdict.parameters == ({"promised_at": promised_at} if reason else {})
