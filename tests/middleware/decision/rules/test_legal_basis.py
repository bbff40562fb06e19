from datetime import date, datetime, timedelta

import pytest

from middleware.decision.model import BalancingTest, CalleeFacts, CallFacts, Consent, LegalForm, Reason
from middleware.decision.rules.legal_basis import consent, documented_basis
from tests.builders import DOCUMENTED_BASIS, NOON, a_consent_gate, some_campaign, some_facts, some_policy, utc

ASKS_FOR_TEST = some_policy(gates=[DOCUMENTED_BASIS])
NL = some_policy(gates=[a_consent_gate(LegalForm.LEGAL_PERSON)])


def with_test(approved_on: date, review_due: date, now: datetime = NOON) -> CallFacts:
    return some_facts(now=now, campaign=some_campaign(balancing_test=BalancingTest(approved_on, review_due)))


def test_a_campaign_without_a_balancing_test_may_not_call() -> None:
    verdict = documented_basis(some_facts(campaign=some_campaign(balancing_test=None)), ASKS_FOR_TEST)

    assert verdict.reason is Reason.LEGAL_BASIS_MISSING
    assert verdict.origin is DOCUMENTED_BASIS.origin
    assert verdict.not_before is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-06-30 23:59:59.999999", None),
        ("2026-07-01 00:00", Reason.LEGAL_BASIS_REVIEW_OVERDUE),
    ],
)
def test_a_balancing_test_holds_through_the_day_on_which_its_review_is_due(now: str, reason: Reason | None) -> None:
    facts = with_test(date(2026, 1, 1), date(2026, 6, 30), now=utc(now))

    verdict = documented_basis(facts, ASKS_FOR_TEST)

    assert verdict.reason is reason
    assert verdict.until == (utc("2026-07-01 00:00") if reason is None else None)


def test_a_balancing_test_that_is_approved_later_does_not_hold_yet() -> None:
    verdict = documented_basis(with_test(date(2026, 3, 6), date(2027, 3, 6)), ASKS_FOR_TEST)

    assert verdict.reason is Reason.LEGAL_BASIS_MISSING
    assert verdict.not_before == utc("2026-03-05 10:00")  # 6 March has begun somewhere: UTC+14


def test_a_recorded_consent_takes_the_place_of_a_balancing_test() -> None:
    facts = some_facts(
        campaign=some_campaign(balancing_test=None), callee=CalleeFacts(call_consent=Consent(date(2026, 3, 1)))
    )

    assert documented_basis(facts, ASKS_FOR_TEST).reason is None


def test_a_policy_without_the_gate_asks_for_no_balancing_test() -> None:
    facts = some_facts(campaign=some_campaign(balancing_test=None))

    assert documented_basis(facts, some_policy(gates=[])).reason is None


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (LegalForm.LEGAL_PERSON, None),
        (LegalForm.SOLE_TRADER, Reason.LEGAL_BASIS_CONSENT_MISSING),
        (LegalForm.PARTNERSHIP, Reason.LEGAL_BASIS_CONSENT_MISSING),
        (LegalForm.UNKNOWN, Reason.LEGAL_BASIS_CONSENT_MISSING),
    ],
)
def test_where_only_firms_may_be_called_without_consent_an_unknown_form_takes_the_stricter_branch(
    form: LegalForm, reason: Reason | None
) -> None:
    assert consent(some_facts(callee=CalleeFacts(legal_form=form)), NL).reason is reason


def test_an_unknown_legal_form_is_named_as_the_fact_that_would_lift_the_refusal() -> None:
    unknown = consent(some_facts(), NL)
    sole_trader = consent(some_facts(callee=CalleeFacts(legal_form=LegalForm.SOLE_TRADER)), NL)

    assert unknown.parameters == {"lifted_by": ("legal_form",)}
    assert sole_trader.parameters == {"lifted_by": ()}


def test_an_unknown_legal_form_is_not_blamed_where_everybody_must_consent() -> None:
    assert consent(some_facts(), some_policy(gates=[a_consent_gate()])).parameters == {"lifted_by": ()}


def test_a_recorded_consent_opens_the_gate() -> None:
    facts = some_facts(callee=CalleeFacts(call_consent=Consent(date(2026, 3, 4))))

    assert consent(facts, some_policy(gates=[a_consent_gate()])).reason is None


def test_a_consent_dated_in_the_future_is_none_until_that_day_has_begun_somewhere() -> None:
    facts = some_facts(callee=CalleeFacts(call_consent=Consent(date(2026, 3, 6))))

    verdict = consent(facts, some_policy(gates=[a_consent_gate()]))

    assert verdict.reason is Reason.LEGAL_BASIS_CONSENT_MISSING
    assert verdict.not_before == utc("2026-03-06 00:00") - timedelta(hours=14)
