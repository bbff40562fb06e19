"""What a campaign may change: towards fewer, shorter and rarer calls only."""

from datetime import date, timedelta

import pytest
from middleware.decision.encoding import digest_of

from middleware.decision.model import Basis, Outcome, Scope, Subject
from middleware.policies.overrides import Loosening, tightened
from tests.builders import some_hours, some_policy, some_week, windows

HOUR = timedelta(hours=1)
COUNTRY = some_policy(
    hours=some_hours(week=some_week("09:00-12:00", "13:00-17:00", weekend=("10:00-14:00",))),
    spacing=24 * HOUR,
    spacing_after={Outcome.BUSY: 2 * HOUR},
)


def test_without_overrides_the_countrys_figures_and_their_origins_stand() -> None:
    policy = tightened(COUNTRY, {}, "spring")

    assert policy.hours == COUNTRY.hours
    assert policy.ring_origin == COUNTRY.ring_origin
    assert policy.spacing == COUNTRY.spacing


def test_a_campaigns_hours_replace_the_countrys_and_name_the_campaign() -> None:
    policy = tightened(COUNTRY, {"hours": {"mon-thu": ["10:00-12:00", "14:00-16:00"]}}, "spring")

    assert policy.hours.week == (windows("10:00-12:00", "14:00-16:00"),) * 4 + ((),) * 3
    assert policy.hours.origin.set_by == "campaign spring"
    assert policy.hours.origin.basis is Basis.RECOMMENDED
    assert policy.hours.holidays_origin == COUNTRY.hours.holidays_origin


def test_a_campaigns_days_without_calls_are_added() -> None:
    policy = tightened(COUNTRY, {"days_without_calls": ["2026-07-15"]}, "spring")

    assert policy.hours.holidays == COUNTRY.hours.holidays | {date(2026, 7, 15)}


def test_a_campaigns_caps_are_added_and_count_its_own_attempts_unless_said_otherwise() -> None:
    own = {"count": 2, "within_days": 14}
    person = {"count": 6, "within_days": "ever", "subject": "person", "scope": "controller"}

    policy = tightened(COUNTRY, {"caps": [own, person]}, "spring")

    assert policy.caps[: len(COUNTRY.caps)] == COUNTRY.caps
    assert [(cap.count, cap.window, cap.subject, cap.scope) for cap in policy.caps[len(COUNTRY.caps) :]] == [
        (2, timedelta(days=14), Subject.NUMBER, Scope.CAMPAIGN),
        (6, None, Subject.PERSON, Scope.CONTROLLER),
    ]


def test_more_hours_between_attempts_hold_after_every_outcome() -> None:
    policy = tightened(COUNTRY, {"spacing": {"hours": 48}}, "spring")

    assert policy.spacing.default == 48 * HOUR
    assert policy.spacing.by_outcome == {Outcome.BUSY: 48 * HOUR}


def test_an_outcome_may_have_its_own_rest_at_least_as_long_as_the_countrys() -> None:
    given = {"spacing": {"hours": 48, "after": {"busy": 3, "rejected": 720}}}

    policy = tightened(COUNTRY, given, "spring")

    assert policy.spacing.by_outcome == {Outcome.BUSY: 3 * HOUR, Outcome.REJECTED: 720 * HOUR}


def test_a_shorter_ringing_is_the_campaigns() -> None:
    policy = tightened(COUNTRY, {"ring_seconds": 20}, "spring")

    assert policy.ring_timeout == timedelta(seconds=20)
    assert policy.ring_origin.set_by == "campaign spring"


def test_the_digest_is_that_of_the_changed_figures() -> None:
    policy = tightened(COUNTRY, {"ring_seconds": 20}, "spring")

    assert policy.digest == digest_of(policy)
    assert policy.digest != tightened(COUNTRY, {"ring_seconds": 21}, "spring").digest


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"hours": {"mon": ["08:00-10:00"]}}, "hours on mon are 08:00-10:00 and may lie only within 09:00-12:00"),
        ({"hours": {"fri": ["11:00-14:00"]}}, "hours on fri"),
        ({"hours": {"sun": ["09:00-14:00"]}}, "hours on sun"),
        ({"caps": [{"count": 5, "within_days": 30, "scope": "controller"}]}, "at most 4 are allowed where 5 are asked"),
        ({"spacing": {"hours": 23}}, "spacing.hours must be at least 24"),
        ({"spacing": {"after": {"busy": 1}}}, "spacing.after.busy must be at least 2"),
        ({"spacing": {"after": {"rejected": 12}}}, "spacing.after.rejected must be at least 24"),
        ({"ring_seconds": 31}, "ring_seconds may be at most 30"),
    ],
)
def test_a_loosening_is_refused_and_says_how_far_it_may_go(given: dict[str, object], why: str) -> None:
    with pytest.raises(Loosening, match=why):
        tightened(COUNTRY, given, "spring")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"houres": {}}, "houres: is no key that is known here"),
        ({"hours": {"someday": []}}, "names no days"),
        ({"hours": "09:00-17:00"}, "hours: must hold keys and values"),
        ({"caps": [{"count": 0, "within_days": 1}]}, r"caps\.0\.count"),
        ({"caps": [{"count": 1}]}, r"caps\.0\.within_days: is missing"),
        ({"ring_seconds": "20"}, "ring_seconds: must be a whole number"),
        ({"spacing": {"after": {"sleepy": 1}}}, "spacing.after"),
        ({"days_without_calls": ["tomorrow"]}, r"days_without_calls\.0"),
    ],
)
def test_overrides_that_cannot_be_read_are_refused_with_their_place(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        tightened(COUNTRY, given, "spring")
