"""The stop list is asked about many subjects in one statement, on both engines."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import update

from middleware.decision.model import Subject
from middleware.store.database import Database
from middleware.store.models import SuppressionRow
from middleware.store.suppression_look_up import entries_in_force
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON


def _bar(store: Database, subject: Subject, key: str, scope: str = "everywhere", scope_id: str | None = None) -> None:
    with store.writing() as connection:
        SuppressionRepository(connection).add(
            subject, key, scope, scope_id, reason="objection", source="mail", noted_by="me", at=NOON
        )


def test_the_entries_of_each_key_are_found_with_their_scopes(store: Database) -> None:
    _bar(store, Subject.PERSON, "a")
    _bar(store, Subject.PERSON, "a", "controller", "acme")
    _bar(store, Subject.COMPANY, "b", "campaign", "spring")
    _bar(store, Subject.NUMBER, "c")

    with store.reading() as connection:
        found = entries_in_force(connection, {"a", "b", "z"})

    assert {key: {(each.subject, each.scope, each.scope_id) for each in some} for key, some in found.items()} == {
        "a": {(Subject.PERSON, "everywhere", None), (Subject.PERSON, "controller", "acme")},
        "b": {(Subject.COMPANY, "campaign", "spring")},
    }
    assert {each.since.astimezone(UTC) for some in found.values() for each in some} == {NOON}


def test_an_entry_that_was_lifted_is_not_in_force(store: Database) -> None:
    _bar(store, Subject.PERSON, "a")
    with store.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=NOON))

    with store.reading() as connection:
        assert entries_in_force(connection, ["a"]) == {}


def test_nothing_is_asked_about_nobody(store: Database) -> None:
    _bar(store, Subject.PERSON, "a")

    with store.reading() as connection:
        assert entries_in_force(connection, []) == {}
