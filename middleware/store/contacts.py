"""Which contacts are the same person, and at which numbers they answer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from middleware.store.models import ContactNumberRow, ContactRow


def contacts_of_person(connection: Connection, person_key: str, controllers: Sequence[str]) -> tuple[str, ...]:
    """Ids of the person's contact records at these controllers."""
    query = select(ContactRow.id).where(ContactRow.person_key == person_key)
    return tuple(connection.scalars(query.where(ContactRow.controller_id.in_(controllers))))


def numbers_of(connection: Connection, contact_ids: Sequence[str]) -> tuple[str, ...]:
    """Keys of all numbers at which these contacts answer."""
    query = select(ContactNumberRow.number_key).where(ContactNumberRow.contact_id.in_(contact_ids))
    return tuple(connection.scalars(query.distinct()))
