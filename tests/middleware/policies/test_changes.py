"""Changes of the law that are known beforehand: they rule from the beginning of their day on, and not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from middleware.decision.calendar import spell_windows
from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    CalleeFacts,
    Customer,
    GateKind,
    NumberKind,
    Policy,
    Reason,
)
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.builders import a_caller_id, a_request, some_campaign, some_facts, some_number, utc

COUNTRIES = REPOSITORY / "config" / "countries"
SHIPPED = PolicyBook(COUNTRIES)
INSTANT = timedelta(microseconds=1)


def policy_of(book: PolicyBook, country: str, audience: str) -> Policy:
    policy = book.resolve(country, Audience(audience), {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy


@pytest.mark.parametrize(
    ("country", "audience", "changes_at"),
    [
        ("FR", "b2c", "2026-08-10 22:00"),  # midnight in Paris
        ("NL", "b2c", "2026-06-30 22:00"),  # midnight in Amsterdam
        ("US", "b2c", "2026-10-18 04:00"),  # midnight in New York, the first of the zones
    ],
)
def test_a_change_takes_effect_where_its_day_begins_first(country: str, audience: str, changes_at: str) -> None:
    policy, at = policy_of(SHIPPED, country, audience), utc(changes_at)

    assert policy.changes_at == at
    assert policy.successor is not None
    assert policy.in_force(at - INSTANT) is policy
    assert policy.in_force(at) is policy.successor


def test_an_audience_that_a_change_does_not_touch_has_none() -> None:
    changing = {
        (country, audience)
        for country in SHIPPED.countries()
        for audience in ("b2b", "b2c")
        if policy_of(SHIPPED, country, audience).changes_at is not None
    }

    assert changing == {("FR", "b2c"), ("NL", "b2c"), ("US", "b2c")}


@pytest.mark.parametrize(
    ("now", "washed", "customer", "reasons"),
    [
        # 10:30 in Paris on the last day of Bloctel, and on the first day of consent
        ("2026-08-10 08:30", False, None, [Reason.REGISTER_NOT_WASHED]),
        ("2026-08-10 08:30", True, None, []),
        ("2026-08-11 08:30", True, None, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("2026-08-11 08:30", False, Customer(utc("2026-01-01 00:00").date()), []),
    ],
)
def test_french_consumers_are_washed_against_bloctel_and_then_asked_for_consent(
    now: str, washed: bool, customer: Customer | None, reasons: list[Reason]
) -> None:
    facts = some_facts(
        now=utc(now),
        number=some_number(country="FR", zones=["Europe/Paris"]),
        campaign=some_campaign(
            audience=Audience.B2C, washed_at={"fr_bloctel": utc("2026-08-01 08:00")} if washed else {}
        ),
        callee=CalleeFacts(customer=customer),
        request=a_request(caller_id=a_caller_id("+33170000000", country="FR", kind=NumberKind.FIXED)),
    )

    decision = decide(facts, policy_of(SHIPPED, "FR", "b2c"))

    assert [verdict.reason for verdict in decision.refusals] == reasons


@pytest.mark.parametrize(("now", "refused"), [("2026-06-30 09:00", False), ("2026-07-01 09:00", True)])
def test_dutch_customers_are_called_without_consent_until_the_exception_ends(now: str, refused: bool) -> None:
    facts = some_facts(
        now=utc(now),
        number=some_number(country="NL", zones=["Europe/Amsterdam"]),
        campaign=some_campaign(audience=Audience.B2C),
        callee=CalleeFacts(customer=Customer(utc("2025-01-01 00:00").date())),
    )

    decision = decide(facts, policy_of(SHIPPED, "NL", "b2c"))

    assert [verdict.reason for verdict in decision.refusals] == (
        [Reason.LEGAL_BASIS_CONSENT_MISSING] if refused else []
    )


def test_pennsylvania_loses_its_sundays_mornings_and_evenings_and_no_other_state_changes() -> None:
    policy = policy_of(SHIPPED, "US", "b2c")
    assert policy.regional_hours is not None
    assert policy.successor is not None
    assert policy.successor.regional_hours is not None

    before = policy.regional_hours.by_subdivision
    after = policy.successor.regional_hours.by_subdivision

    assert [spell_windows(windows) for windows in before["PA"].week] == ["08:00-21:00"] * 7
    assert [spell_windows(windows) for windows in after["PA"].week] == [*["09:00-19:00"] * 6, "none"]
    assert {code for code in before if before[code] != after[code]} == {"PA"}


Change = Callable[[str], PolicyBook]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """A book of Sweden with these changes at the end of its file."""

    def written(changes: str) -> PolicyBook:
        text = (COUNTRIES / "SE.yaml").read_text(encoding="utf-8")
        (tmp_path / "SE.yaml").write_text(f"{text}\nchanges:\n{changes}", encoding="utf-8")
        return PolicyBook(tmp_path)

    return written


CONSENT = "{gates: [{kind: consent, basis: law, source: A law.}]}"
FIRST = f"  - {{takes_effect: 2027-01-01, what: Opt-in., source: A law., b2c: {CONSENT}}}\n"
SECOND = (
    "  - {takes_effect: 2027-06-01, what: Longer., source: A law., "
    "both: {refusal_rest: {days: 90, basis: law, source: A law.}}}\n"
)


def test_several_changes_follow_each_other_and_each_keeps_what_came_before(changed: Change) -> None:
    book = changed(FIRST + SECOND)
    assert book.problems() == ()

    consumers, businesses = policy_of(book, "SE", "b2c"), policy_of(book, "SE", "b2b")

    spans = [(policy.gates[-1].kind, policy.refusal_rest and policy.refusal_rest.span) for policy in chain(consumers)]
    assert spans == [
        (GateKind.DOCUMENTED_BASIS, None),
        (GateKind.CONSENT, None),
        (GateKind.CONSENT, timedelta(days=90)),
    ]
    assert [policy.changes_at for policy in chain(businesses)] == [utc("2027-05-31 22:00"), None]
    assert consumers.in_force(utc("2027-03-01 00:00")).gates[-1].kind is GateKind.CONSENT


def chain(policy: Policy) -> list[Policy]:
    return [policy] if policy.successor is None else [policy, *chain(policy.successor)]


def test_a_change_to_come_has_a_digest_of_its_own(changed: Change) -> None:
    today = policy_of(SHIPPED, "SE", "b2c")
    tomorrow = policy_of(changed(FIRST), "SE", "b2c")

    assert today.digest != tomorrow.digest
    assert today.gates == tomorrow.gates


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (SECOND + FIRST, "changes: the changes must stand in the order of their days, each day once"),
        (FIRST + FIRST, "changes: the changes must stand in the order of their days, each day once"),
        ("  - {what: Opt-in., source: A law.}\n", "changes.0.takes_effect: is missing"),
        ("  - {takes_effect: soon, what: Opt-in., source: A law.}\n", "changes.0.takes_effect: "),
        (
            "  - {takes_effect: 2027-01-01, what: W., source: S., b2b: {ringing: 3}}\n",
            "changes.0.b2b.ringing: is no key that is known here",
        ),
        (
            "  - {takes_effect: 2027-01-01, what: W., source: S., b2b: {regional_hours: "
            "{AB: {week: {mon: ['09:00-10:00']}, basis: law, source: S}}}}\n",
            "changes: regional_hours: AB: not among the subdivisions of regions",
        ),
    ],
)
def test_a_change_that_cannot_be_read_closes_the_country(changed: Change, changes: str, problem: str) -> None:
    book = changed(changes)

    assert any(problem in told and told.startswith("SE.yaml, line ") for told in book.problems()), book.problems()
    assert book.countries() == ()
