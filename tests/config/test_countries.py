"""The figures of all countries that ship, against those that the research found, written down here once more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from middleware.decision.calendar import spell_windows
from middleware.decision.model import (
    Audience,
    Basis,
    CallerIdRules,
    Policy,
    Scope,
    Subject,
)
from middleware.policies.book import PolicyBook
from middleware.policies.pack import Pack
from middleware.policies.reading import figures
from middleware.policies.source import read_source
from middleware.settings import REPOSITORY
from tests.builders import utc

COUNTRIES = REPOSITORY / "config" / "countries"
BOOK = PolicyBook(COUNTRIES)
NOW = utc("2026-11-25 12:00")
LAW, CODE, RECOMMENDED = Basis.LAW, Basis.CODE, Basis.RECOMMENDED

# country, audience | weekdays | Saturday | Sunday | basis of the hours | basis of the days without calls
HOURS = """
DK b2b | 09:00-17:00 | none | none | recommended | recommended
DK b2c | 09:00-20:00 | none | none | recommended | recommended
SE b2b | 09:00-17:00 | none | none | recommended | recommended
SE b2c | 09:00-20:00 | none | none | recommended | recommended
DE b2b | 08:00-20:00 | 09:00-18:00 | none | code | code
DE b2c | 08:00-20:00 | 09:00-18:00 | none | code | code
BE b2b | 09:00-17:00 | none | none | recommended | recommended
BE b2c | 09:00-20:00 | none | none | recommended | recommended
NL b2b | 09:00-17:00 | none | none | recommended | recommended
NL b2c | 09:00-22:00 | 10:00-16:00 | none | code | code
NO b2b | 09:00-17:00 | none | none | recommended | recommended
NO b2c | 09:00-21:00 | none | none | law | law
FI b2b | 09:00-17:00 | none | none | recommended | recommended
FI b2c | 09:00-20:00 | none | none | recommended | recommended
GB b2b | 08:00-21:00 | 09:00-21:00 | none | code | code
GB b2c | 08:00-21:00 | 09:00-21:00 | none | code | code
IE b2b | 09:00-17:00 | none | none | recommended | recommended
IE b2c | 09:00-20:00 | none | none | recommended | recommended
FR b2b | 09:00-17:00 | none | none | recommended | recommended
FR b2c | 10:00-13:00, 14:00-20:00 | none | none | law | law
ES b2b | 09:00-17:00 | none | none | recommended | recommended
ES b2c | 09:00-21:00 | none | none | law | law
IT b2b | 09:00-20:00 | 10:00-19:00 | none | code | code
IT b2c | 09:00-20:00 | 10:00-19:00 | none | code | code
AT b2b | 09:00-17:00 | none | none | recommended | recommended
AT b2c | 09:00-20:00 | none | none | recommended | recommended
CH b2b | 09:00-17:00 | none | none | recommended | recommended
CH b2c | 09:00-20:00 | none | none | recommended | recommended
PL b2b | 09:00-17:00 | none | none | recommended | recommended
PL b2c | 09:00-20:00 | none | none | recommended | recommended
PT b2b | 09:00-17:00 | none | none | recommended | recommended
PT b2c | 09:00-22:00 | none | none | law | law
LU b2b | 09:00-17:00 | none | none | recommended | recommended
LU b2c | 09:00-20:00 | none | none | recommended | recommended
CZ b2b | 09:00-17:00 | none | none | recommended | recommended
CZ b2c | 09:00-20:00 | none | none | recommended | recommended
US b2b | 10:00-17:00 | none | none | recommended | recommended
US b2c | 08:00-21:00 | 08:00-21:00 | 08:00-21:00 | law | recommended
CA b2b | 09:00-21:30 | 10:00-18:00 | 10:00-18:00 | law | recommended
CA b2c | 09:00-21:30 | 10:00-18:00 | 10:00-18:00 | law | recommended
AU b2b | 09:00-20:00 | 09:00-17:00 | none | law | law
AU b2c | 09:00-20:00 | 09:00-17:00 | none | law | law
"""

# country | rest after a refusal in days, by audience | ring at most | at least | number shown | machine, by audience
OTHERS = """
DK | asked asked | 30 recommended | 15 recommended | recommended | law law
SE | asked asked | 30 recommended | 15 recommended | code | recommended law
DE | asked asked | 40 code | 15 code | law | law law
BE | asked asked | 35 recommended | 15 recommended | recommended | law law
NL | asked asked | 30 recommended | 15 recommended | law | recommended law
NO | asked asked | 30 recommended | 15 recommended | recommended law | recommended law
FI | asked asked | 30 recommended | 15 recommended | recommended | recommended law
GB | asked asked | 30 recommended | 15 code | law | law law
IE | asked asked | 30 recommended | 15 recommended | recommended | recommended law
FR | asked 60 | 30 recommended | 15 recommended | law | recommended law
ES | asked asked | 30 recommended | 15 recommended | law | law law
IT | asked asked | 30 recommended | 15 recommended | law | law law
AT | asked asked | 30 recommended | 15 recommended | law | law law
CH | asked asked | 30 recommended | 15 recommended | law | recommended recommended
PL | asked asked | 30 recommended | 15 recommended | recommended | law law
PT | asked asked | 30 recommended | 15 recommended | recommended | recommended law
LU | asked asked | 30 recommended | 15 recommended | recommended | law law
CZ | asked asked | 30 recommended | 15 recommended | recommended | law law
US | 1827 1827 | 30 recommended | 15 law | law | law law
CA | 1110 1110 | 30 recommended | 15 recommended | law | law law
AU | asked asked | 30 recommended | 15 recommended | law | recommended recommended
"""


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def policy_of(country: str, audience: str) -> Policy:
    policy = BOOK.resolve(country, Audience(audience), {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy.in_force(NOW)


def test_the_tables_name_every_country_that_ships_and_both_audiences() -> None:
    both = {f"{country} {audience.value}" for country in BOOK.countries() for audience in Audience}

    assert {row[0] for row in rows(HOURS)} == both
    assert {row[0] for row in rows(OTHERS)} == set(BOOK.countries())
    assert len(BOOK.countries()) == 21


@pytest.mark.parametrize("row", rows(HOURS), ids=lambda row: row[0])
def test_hours_are_those_of_the_research(row: list[str]) -> None:
    hours = policy_of(*row[0].split()).hours

    week = [spell_windows(day) for day in hours.week]
    assert [*dict.fromkeys(week[:5]), *week[5:]] == row[1:4]
    assert [hours.origin.basis, hours.holidays_origin.basis] == row[4:]


@pytest.mark.parametrize("row", rows(OTHERS), ids=lambda row: row[0])
def test_rests_ringing_numbers_shown_and_machines_are_those_of_the_research(row: list[str]) -> None:
    b2b, b2c = policy_of(row[0], "b2b"), policy_of(row[0], "b2c")

    assert f"{rest(b2b)} {rest(b2c)}" == row[1]
    for policy in (b2b, b2c):
        assert f"{policy.ring_timeout.seconds} {policy.ring_origin.basis.value}" == row[2]
        assert policy.ring_at_least is not None
        assert policy.ring_at_least_origin is not None
        assert f"{policy.ring_at_least.seconds} {policy.ring_at_least_origin.basis.value}" == row[3]
    shown = [caller_id(policy).origin.basis.value for policy in (b2b, b2c)]
    assert " ".join(dict.fromkeys(shown)) == row[4]
    machines = [policy.automation.machine.basis.value for policy in (b2b, b2c) if policy.automation is not None]
    assert " ".join(machines) == row[5]


def rest(policy: Policy) -> str:
    assert policy.refusal_rest is not None
    span = policy.refusal_rest.span
    assert (policy.refusal_rest.origin.basis is LAW) == (span is not None)
    return "asked" if span is None else str(span.days)


def caller_id(policy: Policy) -> CallerIdRules:
    assert policy.caller_id is not None
    return policy.caller_id


@pytest.mark.parametrize("country", BOOK.countries())
@pytest.mark.parametrize("audience", ["b2b", "b2c"])
def test_everywhere_four_attempts_in_thirty_days_a_day_between_them_and_records_of_twelve_months(
    country: str, audience: str
) -> None:
    policy = policy_of(country, audience)

    first = policy.caps[0]
    assert (first.count, first.window, first.subject, first.scope) == (
        4,
        timedelta(days=30),
        Subject.NUMBER,
        Scope.CONTROLLER,
    )
    assert first.origin.basis is (LAW if (country, audience) == ("FR", "b2c") else RECOMMENDED)
    assert (policy.spacing.default, policy.spacing.origin.basis) == (timedelta(hours=24), RECOMMENDED)
    assert policy.data is not None
    assert (policy.data.max_age, policy.data.age.basis) == (timedelta(days=365), RECOMMENDED)
    assert (policy.data.advert_protection is not None) == (country == "DK")


def test_the_law_of_three_american_states_caps_a_day_everywhere() -> None:
    cap = policy_of("US", "b2b").caps[1]

    assert (cap.count, cap.window, cap.origin.basis) == (3, timedelta(days=1), LAW)


@pytest.mark.parametrize("country", BOOK.countries())
def test_every_figure_of_every_file_has_a_basis_and_a_source_and_every_part_of_the_shape(country: str) -> None:
    pack = Pack.model_validate(read_source(COUNTRIES / f"{country}.yaml").content)

    found = list(figures(pack))
    assert len(found) > 12
    assert all(figure.source_text.strip() for _name, figure in found)
    assert {figure.basis for _name, figure in found} <= {LAW, CODE, RECOMMENDED}
