from datetime import date, datetime, timedelta

import pytest

from middleware.decision.model import (
    BalancingTest,
    CalleeFacts,
    CallFacts,
    Consent,
    Customer,
    DirectoryMark,
    Gate,
    GateKind,
    LegalForm,
    NumberKind,
    Policy,
    Reason,
)
from middleware.decision.rules.legal_basis import consent, documented_basis, prospect_reason, registration
from tests.builders import (
    DOCUMENTED_BASIS,
    NOON,
    ORIGIN,
    a_consent_gate,
    some_campaign,
    some_facts,
    some_number,
    some_policy,
    utc,
)

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


CONSENT_ONLY = some_policy(gates=[a_consent_gate()])
MARCH_1, MARCH_9 = date(2026, 3, 1), date(2026, 3, 9)


@pytest.mark.parametrize(
    ("given", "now", "reason", "changes_at"),
    [
        (Consent(MARCH_1, has_source=False), "2026-03-04 12:00", Reason.LEGAL_BASIS_CONSENT_MISSING, None),
        (Consent(MARCH_1, ends_on=date(2026, 3, 6)), "2026-03-06 09:59:59.999999", None, "2026-03-06 10:00"),
        (Consent(MARCH_1, ends_on=date(2026, 3, 6)), "2026-03-06 10:00", Reason.LEGAL_BASIS_CONSENT_EXPIRED, None),
        (Consent(MARCH_1, ends_on=date(2026, 2, 1)), "2026-03-04 12:00", Reason.LEGAL_BASIS_CONSENT_EXPIRED, None),
        (
            Consent(date(2026, 3, 9), ends_on=date(2026, 3, 8)),
            "2026-03-04 12:00",
            Reason.LEGAL_BASIS_CONSENT_MISSING,
            None,
        ),
    ],
)
def test_a_consent_holds_with_its_source_through_its_last_day_where_days_end_first(
    given: Consent, now: str, reason: Reason | None, changes_at: str | None
) -> None:
    verdict = consent(some_facts(now=utc(now), callee=CalleeFacts(call_consent=given)), CONSENT_ONLY)

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)
    if reason is Reason.LEGAL_BASIS_CONSENT_EXPIRED:
        assert verdict.parameters["ended_on"] == given.ends_on


def test_a_campaign_that_rests_on_consent_asks_for_it_in_every_country_and_for_no_balancing_test() -> None:
    campaign = some_campaign(requires_consent=True, balancing_test=None)
    bare = some_facts(campaign=campaign)
    given = some_facts(campaign=campaign, callee=CalleeFacts(call_consent=Consent(MARCH_1)))

    refused = consent(bare, ASKS_FOR_TEST)

    assert refused.reason is Reason.LEGAL_BASIS_CONSENT_MISSING
    assert refused.origin is not None
    assert refused.origin.set_by == "the campaign"
    assert documented_basis(bare, ASKS_FOR_TEST).reason is None
    assert consent(given, ASKS_FOR_TEST).reason is None


def test_a_permit_lasts_until_both_consent_and_balancing_test_have_ended() -> None:
    test = BalancingTest(date(2026, 1, 1), date(2026, 3, 10))
    for ends_on, until in ((date(2026, 3, 5), "2026-03-11 00:00"), (date(2026, 3, 20), "2026-03-20 10:00")):
        callee = CalleeFacts(call_consent=Consent(MARCH_1, ends_on=ends_on))
        facts = some_facts(campaign=some_campaign(balancing_test=test), callee=callee)

        assert documented_basis(facts, ASKS_FOR_TEST).until == utc(until)


def gated(**exceptions: object) -> Policy:
    return some_policy(gates=[Gate(GateKind.CONSENT, ORIGIN, **exceptions)])  # type: ignore[arg-type]


MARKS = gated(except_marks=frozenset({DirectoryMark.LISTED}))  # as in Switzerland
LINES = gated(except_line_kinds=frozenset({NumberKind.FIXED}))  # as in Ireland
CUSTOMERS = gated(except_customers_for=timedelta(0))


@pytest.mark.parametrize(
    ("policy", "callee", "kind", "reason", "lifted_by"),
    [
        (MARKS, CalleeFacts(), NumberKind.FIXED, Reason.LEGAL_BASIS_CONSENT_MISSING, ("directory_mark",)),
        (MARKS, CalleeFacts(directory_mark=DirectoryMark.LISTED), NumberKind.FIXED, None, None),
        (
            MARKS,
            CalleeFacts(directory_mark=DirectoryMark.UNLISTED),
            NumberKind.FIXED,
            Reason.LEGAL_BASIS_CONSENT_MISSING,
            (),
        ),
        (LINES, CalleeFacts(), NumberKind.FIXED, None, None),
        (LINES, CalleeFacts(), NumberKind.MOBILE, Reason.LEGAL_BASIS_CONSENT_MISSING, ()),
        (LINES, CalleeFacts(), NumberKind.FIXED_OR_MOBILE, Reason.LEGAL_BASIS_CONSENT_MISSING, ("line_kind",)),
        (LINES, CalleeFacts(line_kind=NumberKind.FIXED), NumberKind.FIXED_OR_MOBILE, None, None),
        (
            LINES,
            CalleeFacts(line_kind=NumberKind.MOBILE),
            NumberKind.FIXED,
            Reason.LEGAL_BASIS_CONSENT_MISSING,
            (),
        ),
        (LINES, CalleeFacts(line_kind=NumberKind.UNKNOWN), NumberKind.FIXED, None, None),
        (CUSTOMERS, CalleeFacts(), NumberKind.FIXED, Reason.LEGAL_BASIS_CONSENT_MISSING, ("customer",)),
        (CUSTOMERS, CalleeFacts(customer=Customer(MARCH_1)), NumberKind.FIXED, None, None),
    ],
)
def test_what_is_not_known_takes_the_stricter_branch_and_says_which_fact_would_lift_it(
    policy: Policy, callee: CalleeFacts, kind: NumberKind, reason: Reason | None, lifted_by: tuple[str, ...] | None
) -> None:
    verdict = consent(some_facts(number=some_number(kind=kind), callee=callee), policy)

    assert verdict.reason is reason
    assert verdict.parameters.get("lifted_by") == lifted_by


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-02-28 10:00", None),
        ("2026-03-09 09:59:59.999999", None),
        ("2026-03-09 10:00", Reason.LEGAL_BASIS_CONSENT_MISSING),
    ],
)
def test_the_exception_for_customers_ends_with_their_contract(now: str, reason: Reason | None) -> None:
    customer = Customer(MARCH_1, ended_on=date(2026, 3, 10))

    verdict = consent(some_facts(now=utc(now), callee=CalleeFacts(customer=customer)), CUSTOMERS)

    assert verdict.reason is reason
    assert verdict.until == (None if reason else utc("2026-03-09 10:00"))


def test_all_gates_of_a_country_have_to_be_open() -> None:
    firms, customers = a_consent_gate(LegalForm.LEGAL_PERSON), CUSTOMERS.gates[0]
    firm = some_facts(callee=CalleeFacts(legal_form=LegalForm.LEGAL_PERSON))

    verdict = consent(firm, some_policy(gates=[firms, customers]))

    assert verdict.reason is Reason.LEGAL_BASIS_CONSENT_MISSING
    assert verdict.parameters == {"lifted_by": ("customer",)}


@pytest.mark.parametrize(
    ("callee", "reason", "not_before"),
    [
        (CalleeFacts(), Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING, None),
        (CalleeFacts(prospect_reason_on=MARCH_1), None, None),
        (
            CalleeFacts(prospect_reason_on=date(2026, 3, 9)),
            Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING,
            "2026-03-08 10:00",
        ),
        (CalleeFacts(call_consent=Consent(MARCH_1)), None, None),
    ],
)
def test_where_consent_is_presumed_a_reason_for_this_very_callee_is_on_file(
    callee: CalleeFacts, reason: Reason | None, not_before: str | None
) -> None:
    policy = some_policy(gates=[Gate(GateKind.PROSPECT_REASON, ORIGIN)])

    verdict = prospect_reason(some_facts(callee=callee), policy)

    assert verdict.reason is reason
    assert verdict.not_before == (utc(not_before) if not_before else None)
    assert prospect_reason(some_facts(), some_policy()).reason is None


@pytest.mark.parametrize(
    ("registrations", "reason"),
    [((), Reason.LEGAL_BASIS_NOT_REGISTERED), (("us_ftc",), Reason.LEGAL_BASIS_NOT_REGISTERED), (("ca_dncl",), None)],
)
def test_where_callers_register_with_an_operator_the_controller_has(
    registrations: tuple[str, ...], reason: Reason | None
) -> None:
    policy = some_policy(gates=[Gate(GateKind.REGISTRATION, ORIGIN, "ca_dncl")])

    verdict = registration(some_facts(campaign=some_campaign(registrations=registrations)), policy)

    assert verdict.reason is reason
    if reason:
        assert verdict.parameters == {"registration": "ca_dncl", "lifted_by": ()}
