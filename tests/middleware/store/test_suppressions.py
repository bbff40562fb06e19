"""The stop list: what is the same bar is there once, and a bar reaches as far as its scope and no further."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from middleware.decision.model import Subject
from middleware.store.database import Database
from middleware.store.models import SuppressionRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON

KEY, OTHER_KEY = "a" * 32, "b" * 32
BAR: dict[str, Any] = {"subject": Subject.NUMBER, "key": KEY, "scope": "controller", "scope_id": "acme"}
DETAILS: dict[str, Any] = {"reason": "objection", "source": "one_click", "noted_by": "the person", "at": NOON}


def add(store: Database, **changes: Any) -> None:
    with store.writing() as connection:
        SuppressionRepository(connection).add(**{**BAR, **DETAILS, **changes})


def entries(store: Database) -> list[SuppressionRow]:
    with store.reading() as connection:
        rows = connection.execute(select(SuppressionRow.__table__).order_by(SuppressionRow.id))
        return [SuppressionRow(**row._asdict()) for row in rows]


def scopes(store: Database, *keys: str, controller_id: str = "acme") -> set[str]:
    with store.reading() as connection:
        return SuppressionRepository(connection).scopes_barring(keys, controller_id)


@pytest.mark.parametrize("scope", [("controller", "acme"), ("campaign", "spring"), ("everywhere", None)])
def test_adding_a_bar_twice_keeps_the_first_as_it_is(store: Database, scope: tuple[str, str | None]) -> None:
    bar = {"scope": scope[0], "scope_id": scope[1]}
    add(store, **bar)
    add(store, **bar, source="another door", noted_by="somebody", at=NOON + timedelta(days=1))

    [entry] = entries(store)
    assert (entry.source, entry.noted_by, entry.since) == ("one_click", "the person", NOON)
    assert (entry.subject_key, entry.subject, entry.scope, entry.scope_id) == (KEY, "number", *scope)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": OTHER_KEY},
        {"subject": Subject.PERSON},
        {"scope": "everywhere", "scope_id": None},
        {"scope_id": "beta"},
        {"scope": "campaign"},
        {"reason": "complaint"},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_what_differs_in_anything_that_counts_is_a_bar_of_its_own(store: Database, changes: dict[str, Any]) -> None:
    add(store)
    add(store, **changes)

    assert len(entries(store)) == 2


def test_a_lifted_bar_is_history_and_a_new_one_is_added_beside_it(store: Database) -> None:
    add(store)
    with store.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=NOON))
    assert scopes(store, KEY) == set()

    add(store, at=NOON + timedelta(days=1))

    assert [entry.lifted_at for entry in entries(store)] == [NOON, None]
    assert scopes(store, KEY) == {"controller"}


@pytest.mark.parametrize(
    ("scope", "scope_id", "reaches_acme", "reaches_beta"),
    [
        ("everywhere", None, True, True),
        ("controller", "acme", True, False),
        ("controller", "beta", False, True),
        ("campaign", "acme", False, False),
        ("campaign", "spring", False, False),
    ],
)
def test_a_bar_reaches_a_controller_by_its_scope(
    store: Database, scope: str, scope_id: str | None, reaches_acme: bool, reaches_beta: bool
) -> None:
    add(store, scope=scope, scope_id=scope_id)

    assert scopes(store, KEY, OTHER_KEY) == ({scope} if reaches_acme else set())
    assert scopes(store, KEY, controller_id="beta") == ({scope} if reaches_beta else set())
    assert scopes(store, OTHER_KEY) == set()
    assert scopes(store) == set()


def test_an_entry_undone_with_its_transaction_bars_nobody(store: Database) -> None:
    def fail() -> None:
        with store.writing() as connection:
            SuppressionRepository(connection).add(**BAR, **DETAILS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert entries(store) == []
