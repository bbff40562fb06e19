"""People in tests: contacts with their numbers, and the notices that calls to them owe.

anna = insert_contact(store, email="anna@boozt.example", numbers=("+4533123456",))
notice_id = owe(store, contact_id=anna)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database
from middleware.store.ids import new_id
from middleware.store.models import CompanyRow, ContactNumberRow, ContactRow, NoticeRow, OutboxRow
from middleware.store.notices import owe_notice
from tests.builders import NOON
from tests.reserving import PEPPER
from tests.rows import an_ended_row, insert_attempts, insert_rows

CALLEE = "+4533123456"


def insert_contact(
    store: Database,
    controller_id: str = "acme",
    *,
    email: str | None = "anna@boozt.example",
    numbers: Sequence[str] = (CALLEE,),
    **changes: Any,
) -> str:
    """A contact at these numbers, of a controller that is there; returns the contact's id."""
    contact_id = new_id(NOON)
    values = {
        "id": contact_id,
        "controller_id": controller_id,
        "person_key": PEPPER.mailbox(email) if email else PEPPER.number(numbers[0]),
        "name": "Anna Jensen",
        "email": email,
        "language": "da",
        "data_source": "the Central Business Register, publicly accessible",
        "checked_on": date(2026, 3, 2),
        "created_at": NOON,
    }
    insert_rows(store, ContactRow, {**values, **changes})
    for number in numbers:
        answers_at(store, contact_id, number, controller_id)
    return contact_id


def answers_at(store: Database, contact_id: str, number: str, controller_id: str = "acme", **changes: Any) -> None:
    """Say that a contact answers at a number."""
    key = PEPPER.number(number)
    row = {"controller_id": controller_id, "number_key": key, "contact_id": contact_id, "number": number}
    insert_rows(store, ContactNumberRow, {**row, **changes})


def insert_company(store: Database, controller_id: str = "acme", **changes: Any) -> str:
    """A Danish company; returns its id."""
    company_id = new_id(NOON)
    values = {
        "id": company_id,
        "controller_id": controller_id,
        "company_key": PEPPER.company("DK", "12345674"),
        "name": "Boozt & Co A/S",
        "country": "DK",
        "register_number": "12345674",
        "legal_form": "legal_person",
    }
    insert_rows(store, CompanyRow, {**values, **changes})
    return company_id


def insert_answered_attempt(store: Database, contact_id: str | None = None, **changes: Any) -> str:
    """An answered call of campaign `spring` of `acme`; returns the attempt's id."""
    row = an_ended_row(
        changes.pop("asked_at", NOON),
        **{"id": new_id(NOON), "callee": CALLEE, "contact_id": contact_id, "call_sid": None, **changes},
    )
    insert_attempts(store, [{**row, "callee_key": PEPPER.number(row["callee"])}])
    return str(row["id"])


def owe(store: Database, contact_id: str | None = None, *, at: datetime = NOON, **changes: Any) -> str | None:
    """An answered call, and the notice it owes: its id, or None where one was owed before."""
    attempt_id = insert_answered_attempt(store, contact_id, **changes)
    with store.writing() as connection:
        owe_notice(connection, AttemptRepository(connection).by_id(attempt_id), at)
        return connection.scalar(select(NoticeRow.id).where(NoticeRow.attempt_id == attempt_id))


def row_of_notice(store: Database, notice_id: str) -> NoticeRow:
    """A notice as it stands now."""
    with store.reading() as connection:
        return NoticeRow(
            **connection.execute(select(NoticeRow.__table__).where(NoticeRow.id == notice_id)).one()._asdict()
        )


def outbox_row_of(store: Database, ref: str) -> OutboxRow:
    """The promised work for something, as it stands now."""
    with store.reading() as connection:
        return OutboxRow(**connection.execute(select(OutboxRow.__table__).where(OutboxRow.ref == ref)).one()._asdict())
