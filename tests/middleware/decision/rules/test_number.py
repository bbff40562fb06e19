from dataclasses import replace

import pytest

from middleware.decision.model import CalleeFacts, ClosedPrefix, NumberKind, Reason
from middleware.decision.rules.number import number_country, number_kind, number_risk, number_validity
from tests.builders import ORIGIN, some_facts, some_number, some_policy

ORDINARY = (
    NumberKind.FIXED,
    NumberKind.MOBILE,
    NumberKind.FIXED_OR_MOBILE,
    NumberKind.TOLL_FREE,
    NumberKind.VOIP,
)
COSTLY = (NumberKind.PREMIUM, NumberKind.SHARED_COST)
CLOSED = (
    NumberKind.PERSONAL,
    NumberKind.UNIVERSAL_ACCESS,
    NumberKind.PAGER,
    NumberKind.VOICEMAIL,
    NumberKind.INVALID,
    NumberKind.UNKNOWN,
)


def test_a_number_that_cannot_exist_is_not_called() -> None:
    facts = some_facts(number=some_number(country=None, kind=NumberKind.UNKNOWN, valid=False))

    assert number_validity(facts, None).reason is Reason.NUMBER_INVALID


def test_a_number_that_does_not_exist_as_a_look_up_found_is_not_called_and_refused_once() -> None:
    facts = some_facts(callee=CalleeFacts(line_kind=NumberKind.INVALID))

    assert number_validity(facts, None).reason is Reason.NUMBER_INVALID
    assert number_kind(facts, None).reason is None


def test_an_emergency_number_is_named_as_such_and_not_as_invalid() -> None:
    facts = some_facts(number=some_number(country=None, kind=NumberKind.UNKNOWN, valid=False, emergency=True))

    assert number_validity(facts, None).reason is Reason.NUMBER_EMERGENCY


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_lines_may_be_called(kind: NumberKind) -> None:
    facts = some_facts(number=some_number(kind=kind))

    assert number_validity(facts, None).reason is None
    assert number_kind(facts, None).reason is None


@pytest.mark.parametrize("kind", COSTLY)
def test_numbers_that_cost_the_caller_are_closed(kind: NumberKind) -> None:
    assert number_kind(some_facts(number=some_number(kind=kind)), None).reason is Reason.NUMBER_PREMIUM


@pytest.mark.parametrize("kind", CLOSED)
def test_numbers_behind_which_no_callee_sits_are_closed(kind: NumberKind) -> None:
    assert number_kind(some_facts(number=some_number(kind=kind)), None).reason is Reason.NUMBER_NOT_DIALABLE


def test_every_kind_of_number_is_either_open_or_closed_on_purpose() -> None:
    assert sorted(ORDINARY + COSTLY + CLOSED) == sorted(NumberKind)


def test_an_invalid_number_is_refused_once_and_not_for_its_unknown_kind_too() -> None:
    facts = some_facts(number=some_number(country=None, kind=NumberKind.UNKNOWN, valid=False))

    assert number_kind(facts, None).reason is None


@pytest.mark.parametrize("country", ["SE", "GL", None])
def test_a_policy_rules_only_over_numbers_of_its_own_country(country: str | None) -> None:
    facts = some_facts(number=some_number(country=country))

    assert number_country(facts, some_policy(country="DK")).reason is Reason.NUMBER_COUNTRY_CLOSED
    assert number_country(some_facts(), some_policy(country="DK")).reason is None


@pytest.mark.parametrize(
    ("digits", "looked_up", "reason"),
    [
        (NumberKind.FIXED_OR_MOBILE, NumberKind.PREMIUM, Reason.NUMBER_PREMIUM),
        (NumberKind.FIXED_OR_MOBILE, NumberKind.PAGER, Reason.NUMBER_NOT_DIALABLE),
        (NumberKind.FIXED_OR_MOBILE, NumberKind.UNKNOWN, None),  # a look-up that found nothing closes nothing
        (NumberKind.UNKNOWN, NumberKind.FIXED, None),
        (NumberKind.PREMIUM, NumberKind.FIXED, Reason.NUMBER_PREMIUM),  # what costs by its digits costs
    ],
)
def test_a_look_up_tells_more_than_the_digits_and_makes_no_costly_number_cheap(
    digits: NumberKind, looked_up: NumberKind, reason: Reason | None
) -> None:
    facts = some_facts(number=some_number(kind=digits), callee=CalleeFacts(line_kind=looked_up))

    assert number_kind(facts, None).reason is reason


def test_a_number_of_a_closed_range_is_not_called_and_the_source_of_its_closing_is_named() -> None:
    policy = replace(some_policy(), closed_prefixes=(ClosedPrefix("+4590", replace(ORIGIN, source="fraud")),))
    facts = some_facts(number=replace(some_number(), closed_prefix="+4590"))

    verdict = number_risk(facts, policy)

    assert (verdict.reason, verdict.parameters) == (Reason.NUMBER_HIGH_RISK, {"prefix": "+4590"})
    assert verdict.origin is policy.closed_prefixes[0].origin


def test_networks_of_no_country_are_closed_with_or_without_a_policy() -> None:
    satellite = some_facts(number=some_number(country="001"))

    assert number_risk(satellite, None).reason is Reason.NUMBER_HIGH_RISK
    assert number_risk(satellite, some_policy()).parameters == {"prefix": ""}
    assert number_risk(some_facts(), some_policy(closed_prefixes=["+4590"])).reason is None
