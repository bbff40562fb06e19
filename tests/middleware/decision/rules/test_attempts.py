from datetime import datetime, timedelta

import pytest

from middleware.decision.model import Outcome, PastAttempt, PlacedBy, Reason, Scope, Subject
from middleware.decision.rules.attempts import clock, in_flight, spacing
from middleware.decision.rules.caps import caps
from tests.builders import NOON, a_cap, a_history, an_attempt, some_facts, some_policy

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# ---------------------------------------------------------------- another attempt under way


def open_permit(age: timedelta, *, placed_by: PlacedBy = PlacedBy.DIALER, is_placed: bool = False) -> PastAttempt:
    """An attempt without an outcome whose permit was good for a minute."""
    reserved_at = NOON - age
    expires_at = reserved_at + MINUTE
    return an_attempt(reserved_at, outcome=None, placed_by=placed_by, is_placed=is_placed, expires_at=expires_at)


@pytest.mark.parametrize(
    ("age", "not_before"),
    [(timedelta(0), NOON + MINUTE), (MINUTE - SECOND, NOON + SECOND), (MINUTE, None), (DAY, None)],
)
def test_a_dialers_unused_permit_is_in_flight_until_it_expires(age: timedelta, not_before: datetime | None) -> None:
    verdict = in_flight(some_facts(attempts=[open_permit(age)]), None)

    assert verdict.not_before == not_before
    assert verdict.reason is (Reason.ATTEMPTS_IN_FLIGHT if not_before else None)


@pytest.mark.parametrize(
    ("age", "not_before"),
    [
        (MINUTE, NOON + 4 * HOUR),
        (4 * HOUR + MINUTE - SECOND, NOON + SECOND),
        (4 * HOUR + MINUTE, None),
    ],
)
def test_a_dialers_call_without_a_reported_end_is_in_flight_for_four_hours_more(
    age: timedelta, not_before: datetime | None
) -> None:
    verdict = in_flight(some_facts(attempts=[open_permit(age, is_placed=True)]), None)

    assert verdict.not_before == not_before
    assert verdict.reason is (Reason.ATTEMPTS_IN_FLIGHT if not_before else None)


@pytest.mark.parametrize("is_placed", [False, True])
def test_our_own_call_stays_in_flight_until_its_end_is_known_and_no_wait_is_promised(is_placed: bool) -> None:
    facts = some_facts(attempts=[open_permit(30 * DAY, placed_by=PlacedBy.US, is_placed=is_placed)])

    verdict = in_flight(facts, None)

    assert verdict.reason is Reason.ATTEMPTS_IN_FLIGHT
    assert verdict.not_before is None


def test_an_attempt_whose_end_is_known_is_not_in_flight() -> None:
    assert in_flight(some_facts(attempts=[an_attempt(NOON - SECOND)]), None).reason is None


@pytest.mark.parametrize(
    ("subject", "reason"),
    [(Subject.PERSON, Reason.ATTEMPTS_IN_FLIGHT), (Subject.COMPANY, None)],
)
def test_one_person_is_called_once_at_a_time_while_a_company_has_many_people(
    subject: Subject, reason: Reason | None
) -> None:
    facts = some_facts(histories=[a_history(open_permit(timedelta(0)), subject=subject)])

    assert in_flight(facts, None).reason is reason


def test_of_several_attempts_in_flight_the_last_to_be_over_counts() -> None:
    attempts = [open_permit(timedelta(0)), open_permit(MINUTE, is_placed=True)]

    assert in_flight(some_facts(attempts=attempts), None).not_before == NOON + 4 * HOUR


# ---------------------------------------------------------------- rest between attempts


@pytest.mark.parametrize(("ago", "reason"), [(DAY - SECOND, Reason.ATTEMPTS_TOO_SOON), (DAY, None)])
def test_the_rest_runs_from_the_end_of_the_last_attempt(ago: timedelta, reason: Reason | None) -> None:
    last = an_attempt(NOON - ago - HOUR, ended_at=NOON - ago)

    verdict = spacing(some_facts(attempts=[last]), some_policy(spacing=DAY))

    assert verdict.reason is reason
    assert verdict.not_before == (NOON - ago + DAY if reason else None)


@pytest.mark.parametrize(
    ("outcome", "rest"),
    [(Outcome.BUSY, 2 * HOUR), (Outcome.REJECTED, 30 * DAY), (Outcome.NO_ANSWER, DAY)],
)
def test_the_outcome_of_the_last_attempt_sets_the_rest(outcome: Outcome, rest: timedelta) -> None:
    policy = some_policy(spacing=DAY, spacing_after={Outcome.BUSY: 2 * HOUR, Outcome.REJECTED: 30 * DAY})
    ended_at = NOON - HOUR

    verdict = spacing(some_facts(attempts=[an_attempt(ended_at - MINUTE, outcome=outcome, ended_at=ended_at)]), policy)

    assert verdict.not_before == ended_at + rest


def test_a_busy_line_does_not_shorten_the_rest_after_an_earlier_attempt() -> None:
    policy = some_policy(spacing=DAY, spacing_after={Outcome.BUSY: HOUR})
    unanswered = an_attempt(NOON - 5 * HOUR, ended_at=NOON - 5 * HOUR)
    busy = an_attempt(NOON - 2 * HOUR, outcome=Outcome.BUSY, ended_at=NOON - 2 * HOUR)

    assert spacing(some_facts(attempts=[unanswered, busy]), policy).not_before == NOON + 19 * HOUR


def test_a_person_rests_from_calls_to_any_of_their_numbers() -> None:
    elsewhere = a_history(an_attempt(NOON - HOUR), subject=Subject.PERSON)

    assert spacing(some_facts(histories=[elsewhere]), some_policy()).reason is Reason.ATTEMPTS_TOO_SOON


def test_a_call_to_a_colleague_asks_for_no_rest() -> None:
    colleague = a_history(an_attempt(NOON - HOUR), subject=Subject.COMPANY)

    assert spacing(some_facts(histories=[colleague]), some_policy()).reason is None


def test_an_expired_permit_of_the_dialer_counts_as_an_attempt_that_ended_when_it_expired() -> None:
    policy = some_policy(spacing=DAY, spacing_after={Outcome.UNKNOWN: 3 * DAY})
    facts = some_facts(attempts=[open_permit(2 * HOUR)])

    assert spacing(facts, policy).not_before == NOON - 2 * HOUR + MINUTE + 3 * DAY


def test_an_attempt_in_flight_is_left_to_its_own_rule() -> None:
    assert spacing(some_facts(attempts=[open_permit(timedelta(0))]), some_policy()).reason is None


# ---------------------------------------------------------------- caps


def attempts_at(*ages: timedelta) -> list[PastAttempt]:
    return [an_attempt(NOON - age, attempt_id=f"a{number}") for number, age in enumerate(ages)]


def test_the_last_free_attempt_is_permitted_and_the_next_is_not() -> None:
    policy = some_policy(caps=[a_cap(3)])

    assert caps(some_facts(attempts=attempts_at(2 * DAY)), policy).attempts_left == 2
    assert caps(some_facts(attempts=attempts_at(2 * DAY, 4 * DAY)), policy).attempts_left == 1
    full = caps(some_facts(attempts=attempts_at(2 * DAY, 4 * DAY, 6 * DAY)), policy)
    assert full.reason is Reason.ATTEMPTS_CAP_REACHED
    assert full.attempts_left == 0
    assert full.not_before == NOON - 6 * DAY + 30 * DAY


@pytest.mark.parametrize(("age", "reason"), [(DAY - SECOND, Reason.ATTEMPTS_CAP_REACHED), (DAY, None)])
def test_an_attempt_leaves_a_window_exactly_when_the_window_is_over(age: timedelta, reason: Reason | None) -> None:
    policy = some_policy(caps=[a_cap(1, DAY)])

    assert caps(some_facts(attempts=attempts_at(age)), policy).reason is reason


def test_with_more_attempts_than_the_cap_enough_of_them_have_to_leave() -> None:
    facts = some_facts(attempts=attempts_at(2 * DAY, 4 * DAY, 6 * DAY, 8 * DAY))

    assert caps(facts, some_policy(caps=[a_cap(2)])).not_before == NOON - 4 * DAY + 30 * DAY


def test_a_cap_without_a_window_never_clears() -> None:
    verdict = caps(some_facts(attempts=attempts_at(900 * DAY)), some_policy(caps=[a_cap(1, None)]))

    assert verdict.reason is Reason.ATTEMPTS_CAP_REACHED
    assert verdict.not_before is None


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("scope", Scope)
def test_a_cap_counts_the_attempts_of_its_own_subject_and_scope(subject: Subject, scope: Scope) -> None:
    policy = some_policy(caps=[a_cap(1, subject=subject, scope=scope)])

    for other_subject in Subject:
        for other_scope in Scope:
            history = a_history(an_attempt(), subject=other_subject, scope=other_scope)
            refused = caps(some_facts(histories=[history]), policy).reason is not None
            assert refused == ((other_subject, other_scope) == (subject, scope))


def test_of_several_caps_the_tightest_tells_how_many_attempts_are_left() -> None:
    policy = some_policy(caps=[a_cap(10), a_cap(3, 7 * DAY), a_cap(5)])

    assert caps(some_facts(attempts=attempts_at(DAY, 8 * DAY)), policy).attempts_left == 2


def test_of_several_caps_that_are_used_up_the_one_that_clears_last_is_told() -> None:
    both = some_policy(caps=[a_cap(1, 3 * DAY), a_cap(1, 30 * DAY)])
    never = some_policy(caps=[a_cap(1, None), a_cap(1, 30 * DAY)])
    facts = some_facts(attempts=attempts_at(DAY))

    assert caps(facts, both).not_before == NOON + 29 * DAY
    assert caps(facts, never).not_before is None


def test_an_attempt_in_flight_uses_up_the_cap_too() -> None:
    facts = some_facts(attempts=[open_permit(timedelta(0))])

    assert caps(facts, some_policy(caps=[a_cap(1)])).reason is Reason.ATTEMPTS_CAP_REACHED


def test_without_caps_nobody_counts_attempts() -> None:
    verdict = caps(some_facts(attempts=attempts_at(DAY)), some_policy(caps=[]))

    assert (verdict.reason, verdict.attempts_left) == (None, None)


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize("subject", [Subject.NUMBER, Subject.PERSON, Subject.COMPANY])
def test_an_attempt_in_the_future_means_that_a_clock_went_back_and_blocks(subject: Subject) -> None:
    facts = some_facts(histories=[a_history(an_attempt(NOON + SECOND), an_attempt(NOON - DAY), subject=subject)])

    verdict = clock(facts, None)

    assert verdict.reason is Reason.ATTEMPTS_CLOCK_WENT_BACK
    assert verdict.not_before == NOON + SECOND


def test_an_attempt_of_this_very_instant_is_not_in_the_future() -> None:
    assert clock(some_facts(attempts=[an_attempt(NOON)]), None).reason is None
