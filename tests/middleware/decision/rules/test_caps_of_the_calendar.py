"""Caps per calendar day, week and month, as the callee's wall clock counts them."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.model import CalendarSpan, CallFacts, Policy, Reason
from middleware.decision.rules.caps import caps
from tests.builders import a_cap, an_attempt, some_facts, some_number, some_policy, utc
from tests.schedules import CLOCK_CHANGES, ZONES

NEW_YORK, COPENHAGEN = "America/New_York", "Europe/Copenhagen"
INSTANT = timedelta(microseconds=1)


def once_per(span: CalendarSpan) -> Policy:
    return some_policy(caps=[replace(a_cap(1, None), calendar=span)])


def after_attempt(at: str, *zones: str) -> CallFacts:
    return some_facts(attempts=[an_attempt(utc(at))], number=some_number(zones=zones or (COPENHAGEN,)))


@pytest.mark.parametrize(
    ("span", "attempted", "free_at"),
    [
        (CalendarSpan.DAY, "2026-03-04 10:00", "2026-03-04 23:00"),
        (CalendarSpan.DAY, "2026-03-04 22:59:59", "2026-03-04 23:00"),
        (CalendarSpan.DAY, "2026-03-04 23:00", "2026-03-05 23:00"),  # 5 March, 00:00 in Copenhagen
        (CalendarSpan.DAY, "2026-03-29 10:00", "2026-03-29 22:00"),  # a day of 23 hours
        (CalendarSpan.DAY, "2026-10-25 10:00", "2026-10-25 23:00"),  # a day of 25 hours
        (CalendarSpan.WEEK, "2026-03-04 10:00", "2026-03-08 23:00"),
        (CalendarSpan.WEEK, "2026-03-08 22:00", "2026-03-08 23:00"),  # Sunday evening
        (CalendarSpan.WEEK, "2026-12-30 10:00", "2027-01-03 23:00"),
        (CalendarSpan.MONTH, "2026-03-04 10:00", "2026-03-31 22:00"),  # summer time by then
        (CalendarSpan.MONTH, "2026-12-31 22:00", "2026-12-31 23:00"),
        (CalendarSpan.MONTH, "2028-02-29 10:00", "2028-02-29 23:00"),
    ],
)
def test_a_cap_is_free_again_when_the_next_day_week_or_month_begins(
    span: CalendarSpan, attempted: str, free_at: str
) -> None:
    facts, policy, edge = after_attempt(attempted), once_per(span), utc(free_at)

    just_before = caps(replace(facts, now=edge - INSTANT), policy)

    assert just_before.reason is Reason.ATTEMPTS_CAP_REACHED
    assert just_before.not_before == edge
    assert just_before.parameters == {"count": 1, "window": span.value, "subject": "number", "scope": "controller"}
    assert caps(replace(facts, now=edge), policy).reason is None
    assert caps(replace(facts, now=edge + INSTANT), policy).attempts_left == 1


def test_with_several_zones_an_attempt_counts_until_its_day_is_over_in_all_of_them() -> None:
    facts = after_attempt("2026-03-04 10:00", COPENHAGEN, NEW_YORK)

    verdict = caps(replace(facts, now=utc("2026-03-05 00:00")), once_per(CalendarSpan.DAY))

    assert verdict.not_before == utc("2026-03-05 05:00")  # midnight in New York


@pytest.mark.parametrize(("hours", "reason"), [(47.9, Reason.ATTEMPTS_CAP_REACHED), (48, None)])
def test_where_the_zone_is_not_known_a_day_counts_as_long_as_any_can_be(hours: float, reason: Reason | None) -> None:
    facts = replace(after_attempt("2026-03-04 10:00"), number=some_number(zones=()))

    verdict = caps(replace(facts, now=utc("2026-03-04 10:00") + timedelta(hours=hours)), once_per(CalendarSpan.DAY))

    assert verdict.reason is reason
    assert verdict.not_before == (utc("2026-03-06 10:00") if reason else None)


def spelled(span: CalendarSpan, zone: str, at: datetime) -> str:
    """The day, week or month that a wall clock shows, as text."""
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime({"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[span.value])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(CalendarSpan),
    st.sampled_from(ZONES),
    st.sampled_from(CLOCK_CHANGES),
    st.lists(st.integers(0, 40 * 24 * 60), max_size=4),
    st.integers(1, 3),
)
def test_attempts_count_while_the_callees_calendar_shows_the_same_day_week_or_month(
    span: CalendarSpan, zone: str, now: datetime, minutes: list[int], count: int
) -> None:
    past = [an_attempt(now - timedelta(minutes=ago)) for ago in minutes]
    policy = some_policy(caps=[replace(a_cap(count, None), calendar=span)])

    verdict = caps(some_facts(now=now, number=some_number(zones=[zone]), attempts=past), policy)

    shown = spelled(span, zone, now)
    counted = [each for each in past if spelled(span, zone, each.reserved_at) == shown]
    assert (verdict.reason is not None) == (len(counted) >= count)
    if verdict.not_before is not None:
        assert spelled(span, zone, verdict.not_before) != shown
        assert spelled(span, zone, verdict.not_before - INSTANT) == shown
