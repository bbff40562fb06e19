"""Contacts, their companies and numbers: added once, found again by the keys of who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select, update
from sqlalchemy.orm import InstrumentedAttribute

from middleware.decision.model import Subject
from middleware.store.guards import block
from middleware.store.hot_path.model import subject_id
from middleware.store.missing_rows import AT_ONCE, News, add_missing, tell_rows
from middleware.store.models import CompanyRow, ContactNumberRow, ContactRow, SuppressionRow
from middleware.store.suppressions import SuppressionRepository

Keyed = dict[tuple[str, str], str]  # (controller, key of the company or person) -> its id


class Barred(NamedTuple):
    """What makes one suppression entry the same as another."""

    subject: str
    subject_key: str
    scope: str
    scope_id: str | None
    reason: str


class PeopleRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def companies(self, keys: Sequence[str]) -> Keyed:
        """The ids of the companies with these keys, by controller and key."""
        columns = (CompanyRow.controller_id, CompanyRow.company_key, CompanyRow.id)
        return self._found(select(*columns), CompanyRow.company_key, keys)

    def contacts(self, keys: Sequence[str]) -> Keyed:
        """The ids of the contacts with these person keys, by controller and key."""
        columns = (ContactRow.controller_id, ContactRow.person_key, ContactRow.id)
        return self._found(select(*columns), ContactRow.person_key, keys)

    def add_companies(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert companies, given as columns."""
        add_missing(self._connection, CompanyRow, rows)

    def add_contacts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert contacts, given as columns."""
        add_missing(self._connection, ContactRow, rows)

    def add_numbers(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Say which contacts answer at which numbers; what is said already changes nothing."""
        add_missing(self._connection, ContactNumberRow, rows)

    def tell_companies(self, rows: Sequence[Mapping[str, Any]], news: News) -> int:
        """Change what is new about companies that are there, given by their ids; returns how many were changed."""
        return tell_rows(self._connection, CompanyRow, rows, "id", news)

    def tell_contacts(self, rows: Sequence[Mapping[str, Any]], news: News) -> int:
        """Change what is new about contacts that are there, given by their ids; returns how many were changed."""
        return tell_rows(self._connection, ContactRow, rows, "id", news)

    def tell_numbers(self, rows: Sequence[Mapping[str, Any]], news: News) -> int:
        """Change what is new about the numbers of contacts; returns how many were changed."""
        return tell_rows(self._connection, ContactNumberRow, rows, "contact_id", news)

    def wants_call(self, contact_id: str, at: datetime) -> bool:
        """The person's wish for a call at a moment (aware): none before it. False where there is no such contact."""
        wish = update(ContactRow).where(ContactRow.id == contact_id).values(promised_at=at, asked_to_be_called_at=at)
        # asked of the row itself: a count of changed rows is not to be had from every driver
        return self._connection.scalar(wish.returning(ContactRow.id)) is not None

    def numbers_behind(self, subject: Subject, key: str) -> set[str]:
        """The keys of all numbers on which a number's, person's or company's suppression bears."""
        if subject is Subject.NUMBER:
            return {key}
        query = select(ContactNumberRow.number_key).join(ContactRow, ContactRow.id == ContactNumberRow.contact_id)
        if subject is Subject.PERSON:
            query = query.where(ContactRow.person_key == key)
        else:
            query = query.join(CompanyRow, CompanyRow.id == ContactRow.company_id).where(CompanyRow.company_key == key)
        return set(self._connection.scalars(query))

    def suppressions_ever(self, keys: Sequence[str]) -> set[Barred]:
        """Every entry there is or was on these keys, lifted ones included."""
        row, found = SuppressionRow, set[Barred]()
        columns = select(row.subject, row.subject_key, row.scope, row.scope_id, row.reason)
        for some in _in_portions(keys):
            found.update(Barred(*each) for each in self._connection.execute(columns.where(row.subject_key.in_(some))))
        return found

    def bar(
        self, entry: Barred, controllers: Sequence[str], *, source: str, noted_by: str, since: datetime, at: datetime
    ) -> None:
        """Add a suppression; a reservation under way for a number it bears on, under these controllers, collides."""
        subject = Subject(entry.subject)
        SuppressionRepository(self._connection).add(
            subject,
            entry.subject_key,
            entry.scope,
            entry.scope_id,
            reason=entry.reason,
            source=source,
            noted_by=noted_by,
            at=since,
        )
        for number_key in sorted(self.numbers_behind(subject, entry.subject_key)):
            block(self._connection, controllers, subject_id(Subject.NUMBER, number_key), at)

    def _found(self, columns: Select[str, str, str], key: InstrumentedAttribute[str], keys: Sequence[str]) -> Keyed:
        found: Keyed = {}
        for some in _in_portions(keys):
            rows = self._connection.execute(columns.where(key.in_(some)))
            found.update({(controller_id, its_key): its_id for controller_id, its_key, its_id in rows})
        return found


def _in_portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement may have only so many parameters."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
