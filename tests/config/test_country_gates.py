"""What each country asks for before a call, and which numbers may be shown, against what the research found."""

from __future__ import annotations

import pytest

from middleware.decision.model import Audience, CallerIdRules, Gate, GateKind, NumberKind, Policy, Standing
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.builders import utc

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
NOW = utc("2026-11-25 12:00")

# country, audience | gates in force in November 2026: kind, register/days it is valid, how binding, whom it spares
GATES = """
DK b2b | documented_basis law ; register dk_robinson/90 law -legal_person -partnership
DK b2c | consent law
SE b2b | documented_basis law
SE b2c | documented_basis law ; register se_nix/60 code
DE b2b | documented_basis law ; prospect_reason law
DE b2c | consent law
BE b2b | documented_basis law ; register be_dncm/5 law
BE b2c | documented_basis law ; register be_dncm/5 law
NL b2b | consent law -legal_person ; documented_basis law
NL b2c | consent law
NO b2b | documented_basis law
NO b2c | documented_basis law ; register no_reservasjon/30 law
FI b2b | documented_basis law
FI b2c | documented_basis law ; register fi_asml/30 code
GB b2b | documented_basis law ; register gb_ctps/28 law -sole_trader ; register gb_tps/28 law -legal_person
GB b2c | documented_basis law ; register gb_tps/28 law
IE b2b | consent law -fixed ; documented_basis law ; register ie_ndd/28 law -mobile
IE b2c | consent law -fixed ; documented_basis law ; register ie_ndd/28 law -mobile
FR b2b | documented_basis law
FR b2c | consent law -customers:0 ; documented_basis law
ES b2b | documented_basis law ; register es_robinson/30 law -legal_person
ES b2c | consent law -customers:0 ; documented_basis law ; register es_robinson/30 law
IT b2b | documented_basis law ; register it_rpo/15 law
IT b2c | consent recommended -consents -listed ; documented_basis law ; register it_rpo/15 law
AT b2b | consent law
AT b2c | consent law
CH b2b | consent law -consents -listed -customers:0 ; documented_basis recommended
CH b2c | consent law -consents -listed -customers:0 ; documented_basis recommended
PL b2b | consent law
PL b2c | consent law
PT b2b | consent law -legal_person ; documented_basis law ; register pt_dgc/90 law -sole_trader
PT b2c | consent law
LU b2b | consent recommended
LU b2c | consent law
CZ b2b | consent law -consents -customers:0 ; documented_basis law
CZ b2c | consent law -consents -customers:0 ; documented_basis law
US b2b | documented_basis recommended ; register us_ndnc/31 recommended -fixed ; register us_state_lists/30 law
US b2c | documented_basis recommended ; register us_ndnc/31 law ; register us_state_lists/30 law
CA b2b | documented_basis recommended ; registration ca_dncl law
CA b2c | documented_basis recommended ; register ca_dncl/31 law ; registration ca_dncl law
AU b2b | documented_basis recommended ; register au_dncr/30 recommended
AU b2c | documented_basis recommended ; register au_dncr/30 law
"""
GATES_OF = [[cell.strip() for cell in line.split("|")] for line in GATES.strip().splitlines()]


def policy_of(country: str, audience: str) -> Policy:
    policy = BOOK.resolve(country, Audience(audience), {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy.in_force(NOW)


def caller_id(policy: Policy) -> CallerIdRules:
    assert policy.caller_id is not None
    return policy.caller_id


def spelled(gate: Gate) -> str:
    valid = f"/{gate.valid_for.days}" if gate.valid_for is not None else ""
    register = f" {gate.register}{valid}" if gate.register else ""
    spared = [*gate.except_legal_forms, *gate.except_line_kinds, *gate.except_marks]
    names = "".join(sorted(f" -{each.value}" for each in spared))
    customers = "" if gate.except_customers_for is None else f" -customers:{gate.except_customers_for.days}"
    return f"{gate.kind.value}{register} {gate.origin.basis.value}{names}{customers}"


def test_the_table_names_every_country_that_ships_and_both_audiences() -> None:
    both = {f"{country} {audience.value}" for country in BOOK.countries() for audience in Audience}

    assert {row[0] for row in GATES_OF} == both


@pytest.mark.parametrize("row", GATES_OF, ids=lambda row: row[0])
def test_gates_are_those_of_the_research(row: list[str]) -> None:
    assert " ; ".join(sorted(spelled(gate) for gate in policy_of(*row[0].split()).gates)) == row[1]


@pytest.mark.parametrize("country", ["AT", "PL", "CZ", "LU"])
def test_countries_that_need_consent_even_from_businesses_ship_consent_only(country: str) -> None:
    for audience in ("b2b", "b2c"):
        assert GateKind.CONSENT in {gate.kind for gate in policy_of(country, audience).gates}


SOME = ("FR", "ES", "AT", "CH", "BE")


def test_which_numbers_may_be_shown() -> None:
    france, spain, austria, swiss, belgium = (caller_id(policy_of(code, "b2c")) for code in SOME)

    assert [(bar.country, set(bar.kinds)) for bar in (france.bars[0], spain.bars[0])] == [
        ("FR", {NumberKind.MOBILE}),
        (
            "ES",
            {
                NumberKind.MOBILE,
                NumberKind.PREMIUM,
                NumberKind.SHARED_COST,
                NumberKind.PERSONAL,
                NumberKind.UNIVERSAL_ACCESS,
            },
        ),
    ]
    assert france.bars[1].only_automated
    assert len(france.bars[1].except_prefixes) == 17
    assert austria.standings == {Standing.OWNED}
    assert swiss.needs_directory
    assert swiss.bars[0].except_prefixes == ("+41",)
    assert NumberKind.TOLL_FREE in belgium.bars[0].kinds
    assert [caller_id(policy_of("NO", audience)).needs_directory for audience in ("b2b", "b2c")] == [False, True]
