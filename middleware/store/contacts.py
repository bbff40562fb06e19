"""Which contacts are the same person, and at which numbers they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from middleware.store.models import ContactNumberRow, ContactRow


@dataclass(frozen=True, slots=True)
class ContactAt:
    """Somebody who answers at a number."""

    id: str
    controller_id: str
    person_key: str
    language: str
    time_zone: str | None


def contacts_at(connection: Connection, controllers: Sequence[str], number_key: str) -> tuple[ContactAt, ...]:
    """Everybody who answers at this number, as these controllers know it."""
    at_number = (ContactNumberRow.number_key == number_key) & ContactNumberRow.controller_id.in_(controllers)
    columns = [getattr(ContactRow, name) for name in ContactAt.__slots__]
    query = select(*columns).join(ContactNumberRow, ContactNumberRow.contact_id == ContactRow.id).where(at_number)
    return tuple(ContactAt(*row) for row in connection.execute(query.order_by(ContactRow.id)))


def contacts_of_person(connection: Connection, person_key: str, controllers: Sequence[str]) -> tuple[str, ...]:
    """Ids of the person's contact records at these controllers."""
    query = select(ContactRow.id).where(ContactRow.person_key == person_key)
    return tuple(connection.scalars(query.where(ContactRow.controller_id.in_(controllers))))


def numbers_of(connection: Connection, contact_ids: Sequence[str]) -> tuple[str, ...]:
    """Keys of all numbers at which these contacts answer."""
    query = select(ContactNumberRow.number_key).where(ContactNumberRow.contact_id.in_(contact_ids))
    return tuple(connection.scalars(query.distinct()))
