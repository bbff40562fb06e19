from datetime import date

import pytest

from middleware.decision.model import CalleeFacts, CallFacts, Reason
from middleware.decision.rules.hours import calling_hours
from tests.builders import some_facts, some_hours, some_number, some_policy, some_week, utc

CANARY, MADRID = "Atlantic/Canary", "Europe/Madrid"
LUNCH = some_policy(hours=some_hours(week=some_week("09:00-12:00", "13:00-17:00")))


def at(now: str, *zones: str, own: str | None = None) -> CallFacts:
    number = some_number(zones=zones or ("Europe/Copenhagen",))
    return some_facts(now=utc(now), number=number, callee=CalleeFacts(time_zone=own))


# Winter: Copenhagen is one hour ahead of UTC. 2026-03-04 is a Wednesday, 2026-03-06 a Friday.
@pytest.mark.parametrize(
    ("now", "reason", "not_before", "until"),
    [
        ("2026-03-04 07:59:59.999999", Reason.HOURS_OUTSIDE_WINDOW, "2026-03-04 08:00", None),
        ("2026-03-04 08:00", None, None, "2026-03-04 11:00"),
        ("2026-03-04 10:59:59.999999", None, None, "2026-03-04 11:00"),
        ("2026-03-04 11:00", Reason.HOURS_OUTSIDE_WINDOW, "2026-03-04 12:00", None),
        ("2026-03-04 12:00", None, None, "2026-03-04 16:00"),
        ("2026-03-04 16:00", Reason.HOURS_OUTSIDE_WINDOW, "2026-03-05 08:00", None),
        ("2026-03-06 16:00", Reason.HOURS_OUTSIDE_WINDOW, "2026-03-09 08:00", None),
        ("2026-03-07 10:00", Reason.HOURS_OUTSIDE_WINDOW, "2026-03-09 08:00", None),
    ],
)
def test_calls_are_made_in_the_windows_of_the_callees_weekday(
    now: str, reason: Reason | None, not_before: str | None, until: str | None
) -> None:
    verdict = calling_hours(at(now), LUNCH)

    assert verdict.reason is reason
    assert verdict.not_before == (utc(not_before) if not_before else None)
    assert verdict.until == (utc(until) if until else None)


def test_the_refusal_says_what_time_it_is_there_and_when_calls_are_made() -> None:
    assert calling_hours(at("2026-03-04 11:30"), LUNCH).parameters == {
        "zone": "Europe/Copenhagen",
        "local_time": "2026-03-04 12:30",
        "windows": ("09:00-12:00", "13:00-17:00"),
        "lifted_by": (),
    }


def test_every_zone_in_which_the_phone_may_be_must_be_open() -> None:
    policy = some_policy()

    first = calling_hours(at("2026-03-04 08:30", MADRID, CANARY), policy)  # 09:30 in Madrid, 08:30 on the Canaries

    assert first.reason is Reason.HOURS_OUTSIDE_WINDOW
    assert first.not_before == utc("2026-03-04 09:00")
    assert calling_hours(at("2026-03-04 09:00", MADRID, CANARY), policy).until == utc("2026-03-04 16:00")


def test_the_callees_own_zone_replaces_the_candidates_of_the_number() -> None:
    facts = at("2026-03-04 15:30", "Asia/Kolkata", "Asia/Tokyo", own="Europe/Copenhagen")

    assert calling_hours(facts, some_policy()).reason is None


@pytest.mark.parametrize(
    "facts",
    [
        some_facts(number=some_number(zones=())),
        at("2026-03-04 12:00", "Etc/Unknown"),
        at("2026-03-04 12:00", "Europe/Copenhagen", "Europe/Atlantis"),
        at("2026-03-04 12:00", own="Kopenhagen"),
        at("2026-03-04 12:00", own=""),
        at("2026-03-04 12:00", own="Europe"),
        at("2026-03-04 12:00", own="../../etc/passwd"),
    ],
    ids=["none", "placeholder", "one of two unknown", "no such zone", "empty", "a folder", "a path"],
)
def test_a_callee_in_an_unknown_zone_is_not_called(facts: CallFacts) -> None:
    verdict = calling_hours(facts, some_policy())

    assert verdict.reason is Reason.HOURS_ZONE_UNKNOWN
    assert verdict.not_before is None


def test_nobody_is_called_on_a_holiday_and_the_next_working_day_is_named() -> None:
    policy = some_policy(hours=some_hours(holidays=[date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6)]))

    verdict = calling_hours(at("2026-04-02 09:00"), policy)

    assert verdict.reason is Reason.HOURS_HOLIDAY
    assert verdict.not_before == utc("2026-04-07 07:00")  # the Tuesday after Easter, in summer time


def test_a_holiday_is_the_day_that_the_callee_is_in() -> None:
    policy = some_policy(hours=some_hours(week=some_week("00:00-24:00"), holidays=[date(2026, 3, 5)]))

    assert calling_hours(at("2026-03-04 22:59:59"), policy).until == utc("2026-03-04 23:00")
    assert calling_hours(at("2026-03-04 23:00"), policy).reason is Reason.HOURS_HOLIDAY


def test_an_early_closing_ends_the_day() -> None:
    week = some_week("09:00-12:00", "13:00-22:00")
    policy = some_policy(hours=some_hours(week=week, early_closings={"05-04": 18 * 60 + 30}))

    assert calling_hours(at("2026-05-04 16:29:59"), policy).until == utc("2026-05-04 16:30")
    late = calling_hours(at("2026-05-04 16:30"), policy)
    assert late.reason is Reason.HOURS_OUTSIDE_WINDOW
    assert late.not_before == utc("2026-05-05 07:00")
    assert calling_hours(at("2026-05-05 16:30"), policy).reason is None


def test_an_early_closing_before_a_window_removes_it() -> None:
    policy = some_policy(
        hours=some_hours(week=some_week("09:00-12:00", "13:00-22:00"), early_closings={"05-04": 12 * 60})
    )

    assert calling_hours(at("2026-05-04 09:59"), policy).until == utc("2026-05-04 10:00")
    assert calling_hours(at("2026-05-04 11:00"), policy).not_before == utc("2026-05-05 07:00")


@pytest.mark.parametrize("now", ["2025-12-31 10:00", "2029-01-02 10:00"])
def test_outside_the_checked_calendar_nobody_is_called(now: str) -> None:
    verdict = calling_hours(at(now), some_policy())

    assert verdict.reason is Reason.HOURS_CALENDAR_ENDED
    assert verdict.parameters == {
        "zone": "Europe/Copenhagen",
        "day": date.fromisoformat(now[:10]),
        "calendar_from": date(2026, 1, 1),
        "calendar_until": date(2028, 12, 31),
    }


def test_before_the_calendar_begins_its_first_opening_is_named_and_after_its_end_none() -> None:
    hours = some_hours(calendar_from=date(2026, 1, 5), calendar_until=date(2026, 1, 9))

    assert calling_hours(at("2026-01-01 10:00"), some_policy(hours=hours)).not_before == utc("2026-01-05 08:00")
    assert calling_hours(at("2026-01-09 15:59"), some_policy(hours=hours)).until == utc("2026-01-09 16:00")
    ended = calling_hours(at("2026-01-09 16:00"), some_policy(hours=hours))
    assert (ended.reason, ended.not_before) == (Reason.HOURS_OUTSIDE_WINDOW, None)


def test_windows_that_touch_are_one_and_so_are_days_that_touch() -> None:
    week = (*some_week("00:00-12:00", "12:00-24:00")[:5], (), ())

    verdict = calling_hours(at("2026-03-04 12:00"), some_policy(hours=some_hours(week=week)))

    assert verdict.until == utc("2026-03-06 23:00")  # midnight after Friday


def test_zones_that_are_never_open_together_have_no_opening() -> None:
    verdict = calling_hours(at("2026-03-04 12:00", "Pacific/Auckland", "Europe/London"), some_policy())

    assert verdict.reason is Reason.HOURS_OUTSIDE_WINDOW
    assert verdict.not_before is None
