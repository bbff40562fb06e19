"""A database that the first edition filled is brought to this version: every row stays, and nothing says more than it
did. What was never recorded is not known, and the decision takes the stricter branch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Table, column, inspect, select, table

from middleware.decision.model import (
    BalancingTest,
    Dialling,
    DirectoryMark,
    LegalForm,
    NumberKind,
    Outcome,
    Scope,
    Speaker,
    Standing,
    Subject,
)
from middleware.encoding import facts_from_text
from middleware.services.callee import callee_from
from middleware.store import schema
from middleware.store.catalogue import Campaign, current_generation
from middleware.store.catalogue_reading import load
from middleware.store.database import Connection, Database
from middleware.store.hot_path.contact_facts import contact_facts, facts_column
from middleware.store.hot_path.model import ContactFound
from middleware.store.models import Base
from middleware.store.schema import is_current, migrate
from tests.builders import NOON

FIRST_EDITION = "0001"
CONSENTED_ON = date(2026, 1, 5)
FACTS = (
    '{"now":"2026-03-04T12:00:00Z","number":{"country":"NL","kind":"fixed","valid":true,"emergency":false,"zones":'
    '["Europe/Amsterdam"]},"campaign":{"campaign_id":"spring","controller_id":"acme","audience":"b2b","is_open":true,'
    '"starts_on":null,"ends_on":null,"balancing_test":null,"washed_at":{}},"callee":{"legal_form":"sole_trader",'
    '"time_zone":null,"call_consent_on":"2026-01-05"},"suppressions":[],"histories":[]}'
)
ROWS: dict[str, dict[str, Any]] = {
    "controllers": {
        "id": "acme",
        "name": "Acme ApS",
        "address": "Havnegade 12, 1058 København K",
        "register_number": "CVR 12345674",
        "email": "privacy@acme.example",
        "phone": "+4570123499",
        "dpo_contact": None,
        "privacy_url": "https://acme.example/privacy",
        "complaint_body": "Datatilsynet",
        "complaint_url": "https://datatilsynet.example/klage",
        "created_at": NOON,
    },
    "campaigns": {
        "id": "spring",
        "controller_id": "acme",
        "name": "Spring",
        "audience": "b2b",
        "is_open": True,
        "starts_on": None,
        "ends_on": date(2026, 12, 31),
        "purpose": "offering desks",
        "interest": "selling desks",
        "data_categories": "name and number",
        "retention": "a year",
        "balancing_test": "kept in the compliance folder",
        "balancing_approved_by": "Anna Jensen",
        "balancing_approved_on": date(2026, 1, 2),
        "balancing_review_due": date(2028, 12, 31),
        "texts": {"da": {"purpose": "at tilbyde borde"}},
        "overrides": {"ring_seconds": 20},
        "created_at": NOON,
    },
    "register_washes": {
        "campaign_id": "spring",
        "register": "be_dncm",
        "washed_at": NOON,
        "evidence": "receipt 7",
        "noted_by": "Anna Jensen",
    },
    "companies": {
        "id": "boozt",
        "controller_id": "acme",
        "company_key": "c" * 32,
        "name": "Boozt",
        "country": "NL",
        "register_number": "12345674",
        "legal_form": "sole_trader",
        "domain": None,
    },
    "contacts": {
        "id": "anna",
        "controller_id": "acme",
        "company_id": "boozt",
        "person_key": "a" * 32,
        "name": "Anna Ærø",
        "email": "anna@boozt.example",
        "language": "nl",
        "time_zone": None,
        "data_source": "the company's website",
        "data_obtained_on": date(2026, 1, 3),
        "call_consent_on": CONSENTED_ON,
        "created_at": NOON,
    },
    "contact_numbers": {
        "controller_id": "acme",
        "number_key": "b" * 32,
        "contact_id": "anna",
        "number": "+31200001021",
    },
    "suppressions": {
        "id": "entry",
        "subject_key": "d" * 32,
        "subject": "company",
        "scope": "everywhere",
        "scope_id": None,
        "reason": "objection",
        "source": "letter",
        "noted_by": "Anna Jensen",
        "since": NOON,
        "lifted_at": None,
    },
    "guards": {
        "scope": "acme",
        "subject": "n:" + "b" * 32,
        "seq": 1,
        "kind": "attempt",
        "attempt_id": "attempt",
        "campaign_id": "spring",
        "reserved_at": NOON,
        "expires_at": NOON,
        "placed_by": "us",
        "is_placed": True,
        "outcome": "no-answer",
        "ended_at": NOON,
        "released_at": None,
    },
    "decisions": {
        "id": "attempt",
        "kind": "attempt",
        "controller_id": "acme",
        "campaign_id": "spring",
        "credential_id": "dialer",
        "callee_key": "b" * 32,
        "decided_at": NOON,
        "policy_digest": "e" * 64,
        "clock_offset_seconds": 0.0,
        "is_permitted": True,
        "not_before": None,
        "attempts_left": 4,
        "refusals": "[]",
        "facts": FACTS,
    },
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """What an installation of the first edition holds."""
    made = Database(database_url)
    migrate(made, FIRST_EDITION)
    with made.writing() as connection:
        for name, values in ROWS.items():
            connection.execute(as_it_was(connection, name).insert().values(**values))
    yield made
    made.dispose()


def as_it_was(connection: Connection, name: str) -> Any:
    """A table with the columns that the database has now, read and written as the models do."""
    model: Table = Base.metadata.tables[name]
    there = [each["name"] for each in inspect(connection).get_columns(name)]
    return table(name, *(column(each, model.columns[each].type) for each in there if each in model.columns))


def contents(database: Database) -> dict[str, dict[str, Any]]:
    with database.reading() as connection:
        return {name: dict(connection.execute(select(as_it_was(connection, name))).mappings().one()) for name in ROWS}


def test_every_row_stays_and_says_what_it_said(database: Database) -> None:
    assert contents(database) == ROWS

    migrate(database)

    assert is_current(database)
    for name, row in contents(database).items():
        assert {column: row[column] for column in ROWS[name]} == ROWS[name]


def test_what_was_never_recorded_is_not_known(database: Database) -> None:
    migrate(database)

    added = {
        name: {each: row[each] for each in row.keys() - ROWS[name].keys()} for name, row in contents(database).items()
    }
    assert {name: row for name, row in added.items() if set(row.values()) - {None}} == {
        "campaigns": {**dict.fromkeys(added["campaigns"]), "requires_consent": False}
    }
    assert len(added["contacts"]) == 16


def test_a_consent_without_a_recorded_source_counts_for_nothing_and_an_unchecked_record_for_outdated(
    database: Database,
) -> None:
    migrate(database)

    callee = the_callee(database)

    assert callee.call_consent is not None
    assert (callee.call_consent.given_on, callee.call_consent.has_source) == (CONSENTED_ON, False)
    assert callee.has_source
    assert (callee.checked_on, callee.machine_consent, callee.customer, callee.prospect_reason_on) == (None,) * 4


def test_a_campaign_that_does_not_say_so_may_be_an_agencys_and_says_nothing_of_who_speaks(database: Database) -> None:
    migrate(database)

    campaign = the_campaign(database)

    assert campaign.facts.is_agency
    assert campaign.facts.processor_agreement_on is None
    assert not campaign.facts.has_list_source
    assert not campaign.facts.requires_consent
    assert campaign.facts.balancing_test == BalancingTest(date(2026, 1, 2), date(2028, 12, 31))
    assert campaign.facts.is_controller_identified
    assert (campaign.speaker, campaign.dialling, campaign.caller_ids) == (None, None, ())
    assert (campaign.overrides, campaign.controller_overrides) == ({"ring_seconds": 20}, {})


def test_what_was_decided_then_reads_as_it_was_seen_then(database: Database) -> None:
    migrate(database)

    facts = facts_from_text(str(contents(database)["decisions"]["facts"]))

    assert facts.callee.call_consent is not None
    assert facts.callee.call_consent.has_source  # nothing was asked about sources then


def test_nobody_who_holds_the_catalogue_is_told_of_a_change_that_there_is_not(database: Database) -> None:
    with database.reading() as connection:
        before = current_generation(connection)

    migrate(database)

    with database.reading() as connection:
        assert current_generation(connection) == before


def test_the_way_back_takes_the_new_columns_and_leaves_the_old_rows(database: Database) -> None:
    migrate(database)

    config = schema._config()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, FIRST_EDITION)

    assert contents(database) == ROWS


def the_campaign(database: Database) -> Campaign:
    with database.reading() as connection:
        return load(connection).campaigns["spring"]


def the_callee(database: Database) -> Any:
    people = "contact_numbers n JOIN contacts c ON c.id = n.contact_id LEFT JOIN companies o ON o.id = c.company_id"
    sql = f"SELECT {facts_column(database.is_sqlite)} FROM {people}"  # all constants
    with database.reading() as connection:
        text = connection.exec_driver_sql(sql).scalar_one()
    contact = ContactFound(
        "anna", "boozt", "a" * 32, "c" * 32, "sole_trader", None, CONSENTED_ON.isoformat(), contact_facts(text)
    )
    return callee_from((contact,))


def test_every_word_of_the_vocabularies_fits_its_column() -> None:
    for name, words in {
        "guards.outcome": Outcome,
        "attempts.outcome": Outcome,
        "companies.legal_form": LegalForm,
        "contact_numbers.line_kind": NumberKind,
        "contact_numbers.directory_mark": DirectoryMark,
        "caller_ids.kind": NumberKind,
        "caller_ids.standing": Standing,
        "campaigns.speaker": Speaker,
        "campaigns.dialling": Dialling,
        "suppressions.subject": Subject,
        "guards.scope": Scope,
    }.items():
        of_table, of_column = name.split(".")
        width = Base.metadata.tables[of_table].columns[of_column].type.length  # type: ignore[attr-defined]
        assert max(len(word.value) for word in words) <= width, name
