from dataclasses import replace
from datetime import date, timedelta

import pytest

from middleware.decision.model import CalleeFacts, CallFacts, Consent, Customer, Gate, GateKind, LegalForm, Reason
from middleware.decision.rules.register import register_entry, register_wash
from tests.builders import NOON, ORIGIN, a_register_gate, some_campaign, some_facts, some_policy, utc

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


def test_a_stale_wash_tells_when_it_was_made() -> None:
    verdict = register_wash(washed(FIVE_DAYS), some_policy(gates=[a_register_gate(valid_for=FIVE_DAYS)]))

    assert verdict.parameters == {
        "register": "be_dncm",
        "valid_for": FIVE_DAYS,
        "washed_at": NOON - FIVE_DAYS,
        "lifted_by": (),
    }


@pytest.mark.parametrize(
    ("customer", "reason", "changes_at"),
    [
        (None, Reason.REGISTER_NOT_WASHED, None),
        (Customer(date(2026, 1, 1)), None, None),
        (Customer(date(2026, 1, 1), date(2026, 3, 3)), None, "2026-04-01 10:00"),  # 30 days more
        (Customer(date(2026, 1, 1), date(2026, 2, 2)), Reason.REGISTER_NOT_WASHED, None),
        (Customer(date(2026, 3, 9)), Reason.REGISTER_NOT_WASHED, "2026-03-08 10:00"),
    ],
)
def test_customers_are_spared_while_their_contract_runs_and_as_long_after_as_the_country_says(
    customer: Customer | None, reason: Reason | None, changes_at: str | None
) -> None:
    gate = replace(a_register_gate(), except_customers_for=timedelta(days=30))

    verdict = register_wash(some_facts(callee=CalleeFacts(customer=customer)), some_policy(gates=[gate]))

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)
    if reason:
        assert verdict.parameters["lifted_by"] == (("customer",) if customer is None else ())


LISTED_ON = date(2026, 2, 10)


@pytest.mark.parametrize(
    ("listed_in", "consent", "reason", "changes_at"),
    [
        ({}, None, None, None),
        ({"se_nix": LISTED_ON}, None, None, None),  # no register of this country
        ({"be_dncm": LISTED_ON}, None, Reason.REGISTER_LISTED, None),
        ({"be_dncm": LISTED_ON}, Consent(LISTED_ON), Reason.REGISTER_LISTED, None),  # which came first is not known
        ({"be_dncm": LISTED_ON}, Consent(LISTED_ON + timedelta(days=1)), None, None),
        ({"be_dncm": LISTED_ON}, Consent(date(2026, 3, 9)), Reason.REGISTER_LISTED, "2026-03-08 10:00"),
        ({"be_dncm": LISTED_ON}, Consent(date(2026, 3, 1), ends_on=date(2026, 3, 5)), None, "2026-03-05 10:00"),
        ({"be_dncm": LISTED_ON}, Consent(date(2026, 3, 1), has_source=False), Reason.REGISTER_LISTED, None),
    ],
)
def test_who_is_listed_is_called_only_after_having_consented_later(
    listed_in: dict[str, date], consent: Consent | None, reason: Reason | None, changes_at: str | None
) -> None:
    facts = some_facts(callee=CalleeFacts(listed_in=listed_in, call_consent=consent))

    verdict = register_entry(facts, some_policy(gates=[a_register_gate()]))

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)
    if reason:
        assert verdict.parameters == {"register": "be_dncm", "lifted_by": ()}


def test_an_entry_does_not_bind_whom_the_register_does_not_cover() -> None:
    gate = replace(a_register_gate(), except_legal_forms=frozenset({LegalForm.LEGAL_PERSON}))
    firm = some_facts(callee=CalleeFacts(legal_form=LegalForm.LEGAL_PERSON, listed_in={"be_dncm": LISTED_ON}))
    nobody_knows = some_facts(callee=CalleeFacts(listed_in={"be_dncm": LISTED_ON}))

    assert register_entry(firm, some_policy(gates=[gate])).reason is None
    assert register_entry(nobody_knows, some_policy(gates=[gate])).parameters["lifted_by"] == ("legal_form",)
