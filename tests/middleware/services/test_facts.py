"""What the store read becomes what rules ask: who answers there, what bars the call, and how far back was looked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from middleware.decision.model import (
    CalleeFacts,
    Consent,
    LegalForm,
    Outcome,
    PlacedBy,
    Reason,
    Scope,
    Subject,
    SuppressionHit,
)
from middleware.services.facts import (
    Known,
    facts_from,
    guards_to_take,
    known_contact,
)
from middleware.store.catalogue import SuppressedPrefix
from middleware.store.database import Database
from middleware.store.hot_path.contact_facts import ContactFacts
from middleware.store.hot_path.model import (
    MOST_CONTACTS,
    ContactFound,
    Counted,
    GuardFound,
    GuardKey,
    HotReading,
    SuppressionFound,
)
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON, some_campaign, some_number
from tests.people import insert_company, insert_contact
from tests.reserving import MORNING, PEPPER, a_dialer, a_gate, a_question, clock_showing
from tests.rows import insert_campaign

DAY = timedelta(days=1)
BY_NUMBER, BY_PERSON = (Scope.CONTROLLER, Subject.NUMBER), (Scope.CONTROLLER, Subject.PERSON)
CONSENT = "2026-01-05"


def a_reading(
    *contacts: ContactFound,
    suppressions: tuple[SuppressionFound, ...] = (),
    guards: dict[tuple[Scope, Subject], list[GuardFound]] | None = None,
) -> HotReading:
    return HotReading(NOON, 1, None, contacts, suppressions, guards or {})


def a_contact(contact_id: str = "anna", **changes: Any) -> ContactFound:
    """Somebody of a limited company in Denmark who has consented."""
    values = {
        "contact_id": contact_id,
        "company_id": "boozt",
        "person_key": contact_id,
        "company_key": "c",
        "legal_form": "legal_person",
        "time_zone": "Europe/Copenhagen",
        "call_consent_on": CONSENT,
        "facts": ContactFacts(call_consent_source="a signed form"),
    }
    return ContactFound(**{**values, **changes})


def a_guard(seq: int, *, counts: bool = True) -> GuardFound:
    """An attempt that was not answered, `seq` days after noon; or a row that does not count."""
    at = NOON + seq * DAY
    return GuardFound(seq, counts, f"attempt {seq}" if counts else "", "spring", at, at, "us", True, "no-answer", at)


def suppression(scope: str, scope_id: str | None) -> SuppressionFound:
    return SuppressionFound("entry", Subject.NUMBER, scope, scope_id, "objection", NOON)


# ---------------------------------------------------------------- who answers there

CONSENTED = Consent(date(2026, 1, 5))
EVERYTHING = CalleeFacts(LegalForm.LEGAL_PERSON, "Europe/Copenhagen", call_consent=CONSENTED)
NOTHING = CalleeFacts(LegalForm.UNKNOWN, None, None)


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([], NOTHING),
        ([a_contact()], EVERYTHING),
        ([a_contact(), a_contact("bo")], EVERYTHING),
        (
            [a_contact(), a_contact("bo", legal_form="sole_trader")],
            CalleeFacts(LegalForm.UNKNOWN, "Europe/Copenhagen", call_consent=CONSENTED),
        ),
        (
            [a_contact(), a_contact("bo", time_zone="Europe/Oslo")],
            CalleeFacts(LegalForm.LEGAL_PERSON, None, call_consent=CONSENTED),
        ),
        (
            [a_contact(), a_contact("bo", call_consent_on=None)],
            CalleeFacts(LegalForm.LEGAL_PERSON, "Europe/Copenhagen"),
        ),
        (
            [a_contact(), a_contact("bo", call_consent_on="2026-01-06")],
            CalleeFacts(LegalForm.LEGAL_PERSON, "Europe/Copenhagen"),
        ),
        ([a_contact(legal_form=None, time_zone=None, call_consent_on=None)], NOTHING),
        ([a_contact(f"{place}") for place in range(MOST_CONTACTS)], EVERYTHING),
        ([a_contact(f"{place}") for place in range(MOST_CONTACTS + 1)], NOTHING),  # there may be others unseen
    ],
    ids=["nobody", "one", "two alike", "two forms", "two zones", "one consent of two", "two consents", "nothing known",
         "fifty", "more than were read"],
)  # fmt: skip
def test_of_several_people_only_what_holds_for_all_is_known(
    contacts: list[ContactFound], expected: CalleeFacts
) -> None:
    assert facts_from(a_reading(*contacts), some_number(), some_campaign()).callee == expected


@pytest.mark.parametrize(
    ("contacts", "known"),
    [
        ([], Known(None, None)),
        ([a_contact()], Known("anna", "boozt")),
        ([a_contact(company_id=None)], Known("anna", None)),
        ([a_contact(), a_contact("bo")], Known(None, None)),
    ],
    ids=["nobody", "one", "one without a company", "a switchboard"],
)
def test_a_call_belongs_to_a_person_only_where_one_answers(contacts: list[ContactFound], known: Known) -> None:
    assert known_contact(a_reading(*contacts)) == known


# ---------------------------------------------------------------- what bars the call


@pytest.mark.parametrize(
    ("scope", "scope_id", "counts"),
    [
        ("everywhere", None, True),
        ("controller", "acme", True),
        ("controller", "beta", False),
        ("controller", "spring", False),  # a controller of that name, not this campaign
        ("campaign", "spring", True),
        ("campaign", "autumn", False),
        ("campaign", "acme", False),
    ],
)
def test_what_others_barred_for_themselves_is_left_out(scope: str, scope_id: str | None, counts: bool) -> None:
    campaign = some_campaign(campaign_id="spring", controller_id="acme")

    facts = facts_from(a_reading(suppressions=(suppression(scope, scope_id),)), some_number(), campaign)

    assert [hit.scope for hit in facts.suppressions] == [scope] * counts


@pytest.mark.parametrize(
    ("scope", "scope_id", "counts"),
    [("everywhere", None, True), ("controller", "acme", True), ("controller", "beta", False),
     ("campaign", "spring", True), ("campaign", "autumn", False)],
)  # fmt: skip
def test_a_suppressed_prefix_bars_those_for_whom_it_was_made(scope: str, scope_id: str | None, counts: bool) -> None:
    campaign = some_campaign(campaign_id="spring", controller_id="acme")
    entry = SuppressedPrefix("entry", "+4590", scope, scope_id, "objection", NOON)

    facts = facts_from(a_reading(), some_number(), campaign, (entry,))

    expected = SuppressionHit("entry", Subject.PREFIX, scope, "objection", NOON)
    assert list(facts.suppressions) == [expected] * counts


def test_rows_that_do_not_count_are_no_attempts() -> None:
    guards = {BY_NUMBER: [a_guard(3, counts=False), a_guard(2), a_guard(1)], BY_PERSON: []}

    histories = facts_from(a_reading(guards=guards), some_number(), some_campaign()).histories

    assert [(each.scope, each.subject, [past.attempt_id for past in each.attempts]) for each in histories] == [
        (*BY_NUMBER, ["attempt 2", "attempt 1"]),
        (*BY_PERSON, []),
    ]
    past = histories[0].attempts[0]
    assert (past.placed_by, past.outcome, past.ended_at) == (PlacedBy.US, Outcome.NO_ANSWER, NOON + 2 * DAY)


def test_a_suppression_of_anybody_at_a_switchboard_bars_it(store: Database) -> None:
    insert_campaign(store)
    switchboard, dialer = "+4533123456", a_dialer(store)
    company = insert_company(store)
    for place in range(MOST_CONTACTS + 20):
        insert_contact(store, email=f"p{place:02d}@boozt.example", numbers=(switchboard,), company_id=company)
    gate = a_gate(store, clock_showing(MORNING))
    assert gate.consider(a_question(switchboard), dialer).decision.is_permitted

    with store.writing() as connection:
        person = PEPPER.mailbox(f"p{MOST_CONTACTS + 15:02d}@boozt.example")
        SuppressionRepository(connection).add(
            Subject.PERSON, person, "everywhere", None, reason="x", source="x", noted_by="x", at=NOON
        )

    refusals = gate.consider(a_question(switchboard), dialer).decision.refusals
    assert [verdict.reason for verdict in refusals] == [Reason.SUPPRESSION_PERSON]


# ---------------------------------------------------------------- the rows to take


def test_the_next_row_of_everybody_known_is_taken_in_one_order() -> None:
    counted = (
        Counted(Scope.CONTROLLER, Subject.PERSON, 1),
        Counted(Scope.CAMPAIGN, Subject.NUMBER, 4),
        Counted(Scope.CONTROLLER, Subject.NUMBER, 4),
        Counted(Scope.CONTROLLER, Subject.COMPANY, 4),
    )
    guards: dict[tuple[Scope, Subject], list[GuardFound]] = {(each.scope, each.subject): [] for each in counted}
    guards[BY_NUMBER] = [a_guard(7, counts=False), a_guard(6)]

    taken = guards_to_take(a_reading(a_contact(), guards=guards), counted, some_campaign(), "key")
    at_switchboard = guards_to_take(
        a_reading(a_contact(), a_contact("bo"), guards=guards), counted, some_campaign(), "key"
    )

    assert taken == (
        GuardKey("acme", "c:boozt", 1),
        GuardKey("acme", "n:key", 8),
        GuardKey("acme", "p:anna", 1),
        GuardKey("campaign/spring", "n:key", 1),
    )
    assert at_switchboard == (GuardKey("acme", "n:key", 8), GuardKey("campaign/spring", "n:key", 1))
