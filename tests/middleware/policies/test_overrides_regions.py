"""Overrides where Länder, nations, cantons or states have hours and days of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from middleware.decision.model import Basis, CallingHours, Policy, RegionalHours
from middleware.policies.loosening import Loosening
from tests.builders import some_hours, some_policy, some_week, windows
from tests.overriding import APPROVED, by, by_campaign, by_controller

CORPUS_CHRISTI, LABOUR_DAY = date(2026, 6, 4), date(2026, 5, 1)
NATIONAL = replace(
    some_hours(week=some_week("09:00-17:00"), holidays=[LABOUR_DAY]),
    origin=by(Basis.RECOMMENDED),
    holidays_origin=by(Basis.RECOMMENDED),
)
# one that keeps a day more, one that has shorter hours by law, one that is as the country is
BAVARIA = replace(NATIONAL, holidays=NATIONAL.holidays | {CORPUS_CHRISTI}, holidays_origin=by(Basis.LAW, "Land law."))
KENTUCKY = replace(NATIONAL, week=some_week("10:00-16:00"), origin=by(Basis.LAW, "State law."))
UNKNOWN = replace(KENTUCKY, holidays=BAVARIA.holidays, holidays_origin=BAVARIA.holidays_origin)
COUNTRY = some_policy(
    hours=NATIONAL, regional_hours=RegionalHours(UNKNOWN, {"BY": BAVARIA, "KY": KENTUCKY, "HH": NATIONAL})
)
WIDER = {"hours": {"mon-fri": ["08:00-18:00"]}, "reasons": {"hours": APPROVED}}


def region(policy: Policy, name: str) -> CallingHours:
    assert policy.regional_hours is not None
    return policy.regional_hours.by_subdivision[name]


def unknown(policy: Policy) -> CallingHours:
    assert policy.regional_hours is not None
    return policy.regional_hours.unknown


def test_a_week_holds_in_every_region_and_within_what_a_region_has_for_itself() -> None:
    policy = by_campaign({"hours": {"mon-fri": ["09:00-12:00", "15:00-17:00"]}}, COUNTRY)

    for name in ("BY", "HH"):
        assert region(policy, name).week == policy.hours.week
        assert region(policy, name).origin == policy.hours.origin
    for own in (region(policy, "KY"), unknown(policy)):
        assert own.week[0] == windows("10:00-12:00", "15:00-16:00")
        assert own.origin.source == (
            "The campaign's own figure, stricter than mon-fri 10:00-16:00; sat-sun none (law, country DK: State law)."
        )


def test_a_week_that_takes_nothing_from_a_region_leaves_its_own_hours_as_binding_as_they_are() -> None:
    policy = by_campaign({"hours": {"mon-fri": ["09:30-16:30"]}}, COUNTRY)

    assert region(policy, "KY") == KENTUCKY


def test_a_week_that_was_approved_to_be_wider_is_wider_nowhere_that_has_its_own() -> None:
    policy = by_campaign(WIDER, COUNTRY)

    for name in ("BY", "HH"):
        assert region(policy, name).week[0] == windows("08:00-18:00")
        assert region(policy, name).origin.loosens == policy.hours.origin.loosens != ""
    assert region(policy, "KY") == KENTUCKY
    assert unknown(policy) == UNKNOWN


def test_a_campaign_that_goes_back_to_the_countrys_week_does_so_in_regions_with_their_own_too() -> None:
    below = by_controller({"hours": {"mon-fri": ["11:00-12:00"]}}, COUNTRY)
    given = {"hours": {"mon-fri": ["09:00-17:00"]}, "reasons": {"hours": APPROVED}}

    policy = by_campaign(given, COUNTRY, below)

    assert region(below, "KY").week[0] == windows("11:00-12:00")
    assert region(policy, "KY") == KENTUCKY
    assert region(policy, "HH").week == NATIONAL.week


def test_without_a_week_of_its_own_a_campaign_keeps_its_controllers_in_every_region() -> None:
    below = by_controller({"hours": {"mon-fri": ["11:00-12:00"]}}, COUNTRY)

    policy = by_campaign({"ring_seconds": 20}, COUNTRY, below)

    assert policy.regional_hours == below.regional_hours


def test_days_without_calls_and_early_closings_hold_in_every_region() -> None:
    day = date(2026, 7, 15)

    policy = by_campaign({"days_without_calls": [day.isoformat()], "early_closings": {"12-24": "12:00"}}, COUNTRY)

    for hours in (policy.hours, region(policy, "BY"), region(policy, "KY"), region(policy, "HH"), unknown(policy)):
        assert day in hours.holidays
        assert hours.early_closings == {"12-24": 720}
    assert region(policy, "BY").holidays >= BAVARIA.holidays


def test_a_day_that_is_opened_stays_closed_where_a_regions_own_law_closes_it() -> None:
    given = {
        "days_with_calls": [CORPUS_CHRISTI.isoformat(), LABOUR_DAY.isoformat()],
        "reasons": {"days_with_calls": APPROVED},
    }

    policy = by_campaign(given, COUNTRY)

    assert policy.hours.holidays == region(policy, "KY").holidays == frozenset()
    assert region(policy, "BY") == BAVARIA
    assert unknown(policy).holidays == BAVARIA.holidays


def test_a_day_that_a_region_keeps_by_custom_is_opened_with_an_approval_alone() -> None:
    custom = replace(BAVARIA, holidays_origin=by(Basis.CODE, "Custom."))
    country = replace(COUNTRY, regional_hours=RegionalHours(custom, {"BY": custom}))
    given = {"days_with_calls": [CORPUS_CHRISTI.isoformat()]}

    with pytest.raises(Loosening, match="nobody is called on 2026-06-04"):
        by_campaign(given, country)
    policy = by_campaign({**given, "reasons": {"days_with_calls": APPROVED}}, country)

    assert region(policy, "BY").holidays == {LABOUR_DAY}
    assert "no calls on 2026-06-04 (code" in region(policy, "BY").holidays_origin.loosens
