"""What holds for every call and every policy."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from middleware.decision.engine import decide
from middleware.decision.model import PARAMETERS, CallFacts, Policy, Scope, Subject
from middleware.decision.rules.catalogue import RULES
from middleware.encoding import facts_from_text, facts_to_text, policy_from_text, policy_to_text
from tests.builders import a_history, a_suppression
from tests.strategies import COUNTED, cases, likely_permits, past_attempts

INSTANT = timedelta(microseconds=1)

Case = tuple[CallFacts, Policy]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(likely_permits(), st.integers(0, 100))
def test_the_first_permitted_moment_is_permitted_and_no_moment_before_it(case: Case, percent: int) -> None:
    facts, policy = case
    first = decide(facts, policy).not_before
    assume(first is not None)
    assert first is not None

    between = facts.now + (first - facts.now) * percent / 100

    assert decide(replace(facts, now=first), policy).is_permitted
    assert not decide(replace(facts, now=first - INSTANT), policy).is_permitted
    assert between >= first or not decide(replace(facts, now=between), policy).is_permitted


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(likely_permits(), st.integers(0, 7 * 3600))
def test_where_no_moment_is_named_none_is_permitted(case: Case, seconds: int) -> None:
    facts, policy = case
    decision = decide(facts, policy)
    assume(not decision.is_permitted and decision.not_before is None)

    later = (facts.now + timedelta(seconds=seconds, hours=17 * step) for step in range(25))

    assert not [now for now in later if decide(replace(facts, now=now), policy).is_permitted]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(likely_permits(), st.integers(0, 99))
def test_a_permit_holds_until_it_says_so_and_no_longer(case: Case, percent: int) -> None:
    facts, policy = case
    first = decide(facts, policy).not_before
    facts = facts if first is None else replace(facts, now=first)
    decision = decide(facts, policy)
    assume(decision.is_permitted)
    until = decision.permitted_until
    assert until is not None  # every calendar ends

    between = facts.now + (until - facts.now) * percent / 100

    assert decide(replace(facts, now=between), policy).is_permitted
    assert decide(replace(facts, now=until - INSTANT), policy).is_permitted
    is_change_of_the_law = until == policy.changes_at and decide(replace(facts, now=until), policy).is_permitted
    assert is_change_of_the_law or not decide(replace(facts, now=until), policy).is_permitted


@settings(max_examples=150, deadline=None)
@given(cases())
def test_every_refusal_carries_exactly_what_its_sentences_are_made_from(case: Case) -> None:
    for verdict in decide(*case).verdicts:
        assert set(verdict.parameters) == (set() if verdict.reason is None else PARAMETERS[verdict.reason])


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 10 * 86_400))
def test_a_rule_names_no_wait_that_is_longer_than_it_has_to_be(case: Case, seconds: int) -> None:
    facts, policy = case
    later = replace(facts, now=facts.now + timedelta(seconds=seconds))
    for rule in RULES:
        verdict = rule(facts, policy)
        if verdict.reason is None:
            if verdict.until is None or later.now < verdict.until:
                assert rule(later, policy).reason is None, verdict
        elif verdict.not_before is None or later.now < verdict.not_before:
            assert rule(later, policy).reason is not None, verdict


def still_refused(facts: CallFacts, policy: Policy, with_more: CallFacts, stricter: Policy) -> None:
    """A refusal stays one, and no wait becomes shorter."""
    before, after = decide(facts, policy), decide(with_more, stricter)
    if not before.is_permitted:
        assert not after.is_permitted
        assert after.not_before is None or (before.not_before is not None and after.not_before >= before.not_before)


@settings(max_examples=80, deadline=None)
@given(cases(), st.sampled_from(Subject))
def test_another_suppression_permits_nothing(case: Case, subject: Subject) -> None:
    facts, policy = case
    more = replace(facts, suppressions=(*facts.suppressions, a_suppression(subject)))

    still_refused(facts, policy, more, policy)
    assert not decide(more, policy).is_permitted


@settings(max_examples=150, deadline=None)
@given(likely_permits(), st.data())
def test_another_attempt_permits_nothing(case: Case, data: st.DataObject) -> None:
    facts, policy = case
    past = data.draw(past_attempts(facts.now, latest=timedelta(minutes=1)))
    extra = a_history(past, subject=data.draw(st.sampled_from(COUNTED)), scope=data.draw(st.sampled_from(Scope)))

    still_refused(facts, policy, replace(facts, histories=(*facts.histories, extra)), policy)


@settings(max_examples=80, deadline=None)
@given(likely_permits(), st.integers(-1, 10))
def test_another_holiday_permits_nothing(case: Case, days: int) -> None:
    facts, policy = case
    holiday = facts.now.date() + timedelta(days=days)
    hours = replace(policy.hours, holidays=policy.hours.holidays | {holiday})

    still_refused(facts, policy, facts, replace(policy, hours=hours))


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_stored_decision_made_again_is_the_same(case: Case) -> None:
    facts, policy = case
    decision = decide(facts, policy)

    stored_facts, stored_policy = facts_to_text(facts), policy_to_text(policy)

    assert decide(facts_from_text(stored_facts), policy_from_text(stored_policy)) == decision


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_decision_depends_on_nothing_but_facts_and_figures(case: Case) -> None:
    facts, policy = case
    backwards = replace(facts, histories=facts.histories[::-1], suppressions=facts.suppressions[::-1])

    assert [verdict.reason for verdict in decide(backwards, policy).verdicts] == [
        verdict.reason for verdict in decide(facts, policy).verdicts
    ]
