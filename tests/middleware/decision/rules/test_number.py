import pytest

from middleware.decision.model import NumberKind, Reason
from middleware.decision.rules.number import number_country, number_kind, number_validity
from tests.builders import some_facts, some_number, some_policy

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
    NumberKind.UNKNOWN,
)


def test_a_number_that_cannot_exist_is_not_called() -> None:
    facts = some_facts(number=some_number(country=None, kind=NumberKind.UNKNOWN, valid=False))

    assert number_validity(facts, None).reason is Reason.NUMBER_INVALID


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
