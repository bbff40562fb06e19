from datetime import date, datetime, timedelta

import pytest

from middleware.decision.model import CalleeFacts, Consent, Outcome, Reason, Subject, Verdict
from middleware.decision.rules.attempts import refusal_rest
from tests.builders import NOON, a_history, an_attempt, some_facts, some_number, some_policy, utc

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
SIXTY = some_policy(refusal_rest=60 * DAY)
UNTIL_ASKED = some_policy(refusal_rest=None)
DECLINED_AT = NOON - 10 * DAY  # 22 February at 13:00 in Copenhagen
# sixty whole days are over when 24 April begins there, in summer time
RESTED_AT = utc("2026-04-23 22:00")


def after_a_refusal(
    now: datetime = NOON, callee: CalleeFacts | None = None, subject: Subject = Subject.NUMBER
) -> Verdict:
    declined = an_attempt(DECLINED_AT - timedelta(minutes=2), outcome=Outcome.DECLINED, ended_at=DECLINED_AT)
    facts = some_facts(now=now, histories=[a_history(declined, subject=subject)])
    return refusal_rest(facts, SIXTY)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (DECLINED_AT, Reason.ATTEMPTS_DECLINED),
        (DECLINED_AT + 60 * DAY, Reason.ATTEMPTS_DECLINED),
        (RESTED_AT - INSTANT, Reason.ATTEMPTS_DECLINED),
        (RESTED_AT, None),
        (RESTED_AT + INSTANT, None),
    ],
)
def test_who_declined_is_left_alone_for_as_long_as_the_country_says(now: datetime, reason: Reason | None) -> None:
    verdict = after_a_refusal(now)

    assert verdict.reason is reason
    assert verdict.not_before == (RESTED_AT if reason else None)
    if reason:
        assert verdict.parameters == {"declined_at": DECLINED_AT, "rest": 60 * DAY}


@pytest.mark.parametrize("subject", [Subject.NUMBER, Subject.PERSON])
def test_a_refusal_binds_for_the_number_and_the_person(subject: Subject) -> None:
    assert after_a_refusal(subject=subject).reason is Reason.ATTEMPTS_DECLINED


def test_a_colleague_who_declined_does_not_bind_the_others_of_the_company() -> None:
    assert after_a_refusal(subject=Subject.COMPANY).reason is None


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.DECLINED}))
def test_no_other_outcome_is_a_refusal(outcome: Outcome) -> None:
    facts = some_facts(attempts=[an_attempt(outcome=outcome)])

    assert refusal_rest(facts, UNTIL_ASKED).reason is None


def locked_out(callee: CalleeFacts, now: datetime = NOON) -> Verdict:
    declined = an_attempt(DECLINED_AT, outcome=Outcome.DECLINED, ended_at=DECLINED_AT)
    return refusal_rest(some_facts(now=now, callee=callee, attempts=[declined]), UNTIL_ASKED)


@pytest.mark.parametrize(
    ("callee", "reason", "not_before"),
    [
        (CalleeFacts(), Reason.ATTEMPTS_LOCKED_OUT, None),
        (CalleeFacts(asked_to_be_called_at=DECLINED_AT), Reason.ATTEMPTS_LOCKED_OUT, None),
        (CalleeFacts(asked_to_be_called_at=DECLINED_AT + INSTANT), None, None),
        (CalleeFacts(asked_to_be_called_at=NOON), None, None),
        (CalleeFacts(call_consent=Consent(DECLINED_AT.date())), Reason.ATTEMPTS_LOCKED_OUT, None),
        (CalleeFacts(call_consent=Consent(DECLINED_AT.date() + 2 * DAY)), None, None),
        (CalleeFacts(call_consent=Consent(date(2026, 3, 1), has_source=False)), Reason.ATTEMPTS_LOCKED_OUT, None),
        (CalleeFacts(call_consent=Consent(date(2026, 3, 9))), Reason.ATTEMPTS_LOCKED_OUT, "2026-03-08 10:00"),
    ],
)
def test_where_a_refusal_has_no_end_only_the_callee_can_lift_it(
    callee: CalleeFacts, reason: Reason | None, not_before: str | None
) -> None:
    verdict = locked_out(callee)

    assert verdict.reason is reason
    assert verdict.not_before == (utc(not_before) if not_before else None)
    if reason:
        assert verdict.parameters == {"declined_at": DECLINED_AT}


def test_however_long_ago_a_refusal_without_end_stays_one() -> None:
    assert locked_out(CalleeFacts(), now=NOON + 4000 * DAY).reason is Reason.ATTEMPTS_LOCKED_OUT


def test_a_consent_that_ends_leaves_the_refusal_standing_again() -> None:
    callee = CalleeFacts(call_consent=Consent(date(2026, 3, 1), ends_on=date(2026, 3, 5)))

    assert locked_out(callee).until == utc("2026-03-05 10:00")
    assert locked_out(callee, utc("2026-03-05 10:00")).reason is Reason.ATTEMPTS_LOCKED_OUT


def test_the_latest_refusal_counts() -> None:
    first = an_attempt(NOON - 100 * DAY, outcome=Outcome.DECLINED, ended_at=NOON - 100 * DAY)
    last = an_attempt(NOON - 5 * DAY, outcome=Outcome.DECLINED, ended_at=NOON - 5 * DAY)
    callee = CalleeFacts(asked_to_be_called_at=NOON - 50 * DAY)

    verdict = refusal_rest(some_facts(callee=callee, attempts=[first, last]), SIXTY)

    assert verdict.not_before == utc("2026-04-28 22:00")


def test_the_rest_ends_where_the_day_ends_last() -> None:
    declined = an_attempt(DECLINED_AT, outcome=Outcome.DECLINED, ended_at=DECLINED_AT)
    several = some_number(zones=("Europe/Copenhagen", "Atlantic/Azores"))

    verdict = refusal_rest(some_facts(number=several, attempts=[declined]), SIXTY)

    assert verdict.not_before == utc("2026-04-24 00:00")


def test_where_it_is_not_known_in_which_zone_the_day_ended_it_ended_as_late_as_it_can() -> None:
    declined = an_attempt(DECLINED_AT, outcome=Outcome.DECLINED, ended_at=DECLINED_AT)

    verdict = refusal_rest(some_facts(number=some_number(zones=()), attempts=[declined]), SIXTY)

    assert verdict.not_before == DECLINED_AT + 61 * DAY + timedelta(hours=2)


def test_a_consent_whose_day_began_at_the_very_moment_of_the_refusal_may_be_the_older_of_the_two() -> None:
    refused_at = utc("2026-03-01 10:00")  # when 2 March begins where days begin first
    declined = an_attempt(refused_at, outcome=Outcome.DECLINED, ended_at=refused_at)
    callee = CalleeFacts(call_consent=Consent(date(2026, 3, 2)))

    verdict = refusal_rest(some_facts(callee=callee, attempts=[declined]), UNTIL_ASKED)

    assert verdict.reason is Reason.ATTEMPTS_LOCKED_OUT
