from datetime import timedelta

import pytest

from middleware.decision.model import CalleeFacts, CallFacts, Gate, GateKind, LegalForm, Reason
from middleware.decision.rules.register import register_wash
from tests.builders import NOON, ORIGIN, a_register_gate, some_campaign, some_facts, some_policy

FIVE_DAYS = timedelta(days=5)
SECOND = timedelta(seconds=1)


def washed(ago: timedelta, register: str = "be_dncm") -> CallFacts:
    return some_facts(campaign=some_campaign(washed_at={register: NOON - ago}))


def test_a_country_without_a_register_asks_for_no_wash() -> None:
    assert register_wash(some_facts(), some_policy()).reason is None


def test_a_list_that_was_never_washed_is_not_called() -> None:
    verdict = register_wash(some_facts(), some_policy(gates=[a_register_gate()]))

    assert verdict.reason is Reason.REGISTER_NOT_WASHED
    assert verdict.origin is ORIGIN
    assert verdict.parameters == {"register": "be_dncm", "valid_for": FIVE_DAYS, "lifted_by": ()}


@pytest.mark.parametrize(
    ("ago", "reason"),
    [
        (timedelta(0), None),
        (FIVE_DAYS - SECOND, None),
        (FIVE_DAYS, Reason.REGISTER_STALE),
        (timedelta(days=400), Reason.REGISTER_STALE),
        (-SECOND, Reason.REGISTER_NOT_WASHED),
    ],
    ids=["just now", "a second before it is stale", "exactly stale", "long ago", "not yet"],
)
def test_a_wash_is_good_for_its_validity_and_no_longer(ago: timedelta, reason: Reason | None) -> None:
    verdict = register_wash(washed(ago), some_policy(gates=[a_register_gate(valid_for=FIVE_DAYS)]))

    assert verdict.reason is reason
    assert verdict.not_before is None


def test_a_permit_says_when_the_wash_will_be_stale() -> None:
    verdict = register_wash(washed(timedelta(days=2)), some_policy(gates=[a_register_gate(valid_for=FIVE_DAYS)]))

    assert verdict.until == NOON + timedelta(days=3)


def test_a_wash_against_another_register_does_not_count() -> None:
    verdict = register_wash(washed(timedelta(0), "se_nix"), some_policy(gates=[a_register_gate("be_dncm")]))

    assert verdict.reason is Reason.REGISTER_NOT_WASHED


def test_every_register_that_the_country_names_must_be_washed() -> None:
    policy = some_policy(gates=[a_register_gate("first"), a_register_gate("second")])

    assert register_wash(washed(timedelta(0), "first"), policy).reason is Reason.REGISTER_NOT_WASHED


def test_a_missing_wash_is_told_before_a_stale_one() -> None:
    policy = some_policy(gates=[a_register_gate("first"), a_register_gate("second")])

    assert register_wash(washed(timedelta(days=9), "first"), policy).reason is Reason.REGISTER_NOT_WASHED


def test_of_two_washes_the_one_that_ends_first_limits_the_permit() -> None:
    policy = some_policy(gates=[a_register_gate("first", timedelta(days=9)), a_register_gate("second", FIVE_DAYS)])
    facts = some_facts(campaign=some_campaign(washed_at={"first": NOON, "second": NOON}))

    assert register_wash(facts, policy).until == NOON + FIVE_DAYS


@pytest.mark.parametrize(
    ("form", "reason"),
    [(LegalForm.LEGAL_PERSON, None), (LegalForm.SOLE_TRADER, Reason.REGISTER_NOT_WASHED)],
)
def test_a_register_of_natural_persons_does_not_bind_towards_firms(form: LegalForm, reason: Reason | None) -> None:
    gate = Gate(GateKind.REGISTER, ORIGIN, "dk_robinson", timedelta(days=90), frozenset({LegalForm.LEGAL_PERSON}))
    facts = some_facts(callee=CalleeFacts(legal_form=form))

    assert register_wash(facts, some_policy(gates=[gate])).reason is reason
