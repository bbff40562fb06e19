from dataclasses import replace
from datetime import date, timedelta

import pytest

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import PlacedBy, PolicyProblem, Reason, Subject
from middleware.decision.rules.catalogue import RULES, RULES_WITHOUT_POLICY, Rule
from tests.builders import (
    NOON,
    a_cap,
    a_register_gate,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_hours,
    some_number,
    some_policy,
    utc,
)

DAY = timedelta(days=1)
NO_FILE = PolicyProblem(Reason.NUMBER_COUNTRY_CLOSED, "Calls to FR are closed: no file holds its rules.")


def test_a_call_that_nothing_forbids_is_permitted_until_the_first_rule_changes_its_mind() -> None:
    gate = a_register_gate(valid_for=timedelta(days=5))
    facts = some_facts(campaign=some_campaign(washed_at={"be_dncm": NOON - 5 * DAY + timedelta(hours=2)}))

    decision = decide(facts, some_policy(gates=[gate]))

    assert decision.is_permitted
    assert decision.decided_at == NOON
    assert decision.policy_digest == "d" * 64
    assert decision.permitted_until == NOON + timedelta(hours=2)  # the wash; the hours would last until 16:00 UTC
    assert decision.attempts_left == 4
    assert decision.not_before is None


def test_every_rule_answers_and_every_refusal_is_kept() -> None:
    facts = some_facts(
        now=utc("2026-03-07 12:00"),
        suppressions=[a_suppression(Subject.NUMBER), a_suppression(Subject.COMPANY)],
        campaign=some_campaign(is_open=False),
        attempts=[an_attempt(utc("2026-03-07 11:00"))],
    )

    decision = decide(facts, some_policy())

    assert len(decision.verdicts) == len(RULES)
    assert len({verdict.rule for verdict in decision.verdicts}) == len(RULES)
    assert [verdict.reason for verdict in decision.refusals] == [
        Reason.SUPPRESSION_NUMBER,
        Reason.SUPPRESSION_COMPANY,
        Reason.CAMPAIGN_CLOSED,
        Reason.HOURS_OUTSIDE_WINDOW,
        Reason.ATTEMPTS_TOO_SOON,
    ]
    assert not decision.is_permitted
    assert decision.not_before is None
    assert decision.permitted_until is None


@pytest.mark.parametrize("rule", RULES)
def test_a_verdict_bears_the_name_of_its_rule(rule: Rule) -> None:
    assert rule(some_facts(), some_policy()).rule == rule.__name__


def test_a_rest_that_ends_at_night_leads_to_the_next_opening() -> None:
    last = an_attempt(utc("2026-03-03 17:30"), ended_at=utc("2026-03-03 18:00"))

    decision = decide(some_facts(attempts=[last]), some_policy(spacing=DAY))

    assert [verdict.reason for verdict in decision.refusals] == [Reason.ATTEMPTS_TOO_SOON]
    assert decision.not_before == utc("2026-03-05 08:00")  # the rest ends at 18:00 UTC, after hours


def test_an_opening_inside_a_rest_leads_to_the_end_of_the_rest() -> None:
    last = an_attempt(utc("2026-03-06 11:00"), ended_at=utc("2026-03-06 11:01"))

    decision = decide(some_facts(now=utc("2026-03-07 12:00"), attempts=[last]), some_policy(spacing=3 * DAY))

    assert decision.not_before == utc("2026-03-09 11:01")


def test_a_cap_that_clears_on_a_holiday_leads_to_the_working_day_after() -> None:
    policy = some_policy(hours=some_hours(holidays=[date(2026, 4, 3), date(2026, 4, 6)]), caps=[a_cap(1, 30 * DAY)])

    decision = decide(some_facts(attempts=[an_attempt(utc("2026-03-04 10:00"))]), policy)

    assert decision.not_before == utc("2026-04-07 07:00")


def test_a_wait_beyond_the_campaigns_last_day_does_not_help() -> None:
    facts = some_facts(
        campaign=some_campaign(ends_on=date(2026, 3, 4)), attempts=[an_attempt(NOON - timedelta(hours=1))]
    )

    assert decide(facts, some_policy()).not_before is None


def test_a_wait_until_after_the_wash_has_gone_stale_does_not_help_without_another_wash() -> None:
    facts = some_facts(
        now=utc("2026-03-06 17:00"), campaign=some_campaign(washed_at={"be_dncm": utc("2026-03-02 07:00")})
    )

    decision = decide(facts, some_policy(gates=[a_register_gate(valid_for=5 * DAY)]))

    assert [verdict.reason for verdict in decision.refusals] == [Reason.HOURS_OUTSIDE_WINDOW]
    assert decision.not_before is None


def test_an_unused_permit_leads_to_its_expiry_and_the_rest_after_it() -> None:
    permit = an_attempt(NOON - timedelta(seconds=10), outcome=None)
    by_dialer = replace(permit, placed_by=PlacedBy.DIALER, is_placed=False)

    decision = decide(some_facts(attempts=[by_dialer]), some_policy(spacing=DAY))

    assert [verdict.reason for verdict in decision.refusals] == [Reason.ATTEMPTS_IN_FLIGHT]
    assert decision.not_before == NOON + timedelta(seconds=50) + DAY


def test_a_cap_that_is_used_up_leaves_no_attempts() -> None:
    decision = decide(some_facts(attempts=[an_attempt()]), some_policy(caps=[a_cap(1)]))

    assert decision.attempts_left == 0


def test_without_a_policy_the_call_is_refused_and_what_can_be_known_is_told() -> None:
    facts = some_facts(number=some_number(country="FR"), suppressions=[a_suppression(Subject.PERSON)])

    decision = refuse_without_policy(facts, NO_FILE)

    assert [verdict.reason for verdict in decision.refusals] == [
        Reason.SUPPRESSION_PERSON,
        Reason.NUMBER_COUNTRY_CLOSED,
    ]
    assert decision.refusals[-1].parameters == {"country": "FR"}
    assert decision.policy_digest is None
    assert decision.not_before is None
    assert len(decision.verdicts) == len(RULES_WITHOUT_POLICY) + 1


def test_without_a_policy_nothing_is_permitted_even_where_no_other_rule_objects() -> None:
    assert not refuse_without_policy(some_facts(), NO_FILE).is_permitted
