"""The first contact with a person owes one notice and promises to send it, on every engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database
from middleware.store.models import ContactRow, NoticeRow, OutboxRow
from middleware.store.notices import SEND_NOTICE, owe_notice
from tests.builders import NOON
from tests.rows import an_ended_row, insert_attempts, insert_campaign, insert_rows

CONTACT: dict[str, Any] = {
    "id": "01a20000-0000-7000-8000-000000000001",
    "controller_id": "acme",
    "person_key": "0" * 32,
    "email": "mette.holm@holm.example",
    "language": "da",
    "data_source": "the register",
    "created_at": NOON,
}


def owe(store: Database, attempt_id: str) -> None:
    with store.writing() as connection:
        owe_notice(connection, AttemptRepository(connection).by_id(attempt_id), NOON)


def promised(store: Database) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(row.kind, row.ref) for row in connection.execute(select(OutboxRow.__table__))]


def owed(store: Database) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(row.id, row.state) for row in connection.execute(select(NoticeRow.__table__))]


def two_calls(store: Database, contact_id: str | None) -> list[str]:
    insert_campaign(store)
    insert_rows(store, ContactRow, CONTACT)
    rows = [an_ended_row(NOON - timedelta(days=days), contact_id=contact_id) for days in (1, 2)]
    insert_attempts(store, rows)
    return [row["id"] for row in rows]


def test_the_mail_to_a_person_with_a_mailbox_is_promised_once_however_often_they_are_called(store: Database) -> None:
    for attempt_id in two_calls(store, CONTACT["id"]):
        owe(store, attempt_id)

    [(notice_id, state)] = owed(store)
    assert state == "due"
    assert promised(store) == [(SEND_NOTICE, notice_id)]


def test_the_duty_to_somebody_without_a_mailbox_is_visible_and_nothing_is_promised(store: Database) -> None:
    for attempt_id in two_calls(store, None):
        owe(store, attempt_id)

    assert [state for _, state in owed(store)] == ["no_address"]
    assert promised(store) == []
