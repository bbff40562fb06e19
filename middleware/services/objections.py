"""Objections: in force, on every number of the person, before the person reads that they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from middleware.clock import Clock
from middleware.decision.model import Subject
from middleware.phone_numbers import masked
from middleware.services.objection_desk import ObjectionScope, ObjectionSubject
from middleware.store.catalogue import controller_ids
from middleware.store.contacts import ContactAt, contacts_at, contacts_of_person, numbers_of
from middleware.store.database import Connection, Database
from middleware.store.guards import block
from middleware.store.hot_path.model import subject_id
from middleware.store.notices import NoticeSeen, note_objection, notice_by_id
from middleware.store.suppressions import SuppressionRepository

OBJECTION = "objection"


class Objections:
    """Where every objection ends, whichever door it came through: the link in a notice, the telephone, a text."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def describe(self, notice_id: str) -> ObjectionSubject:
        """See `ObjectionDesk.describe`."""
        with self._database.reading() as connection:
            notice = notice_by_id(connection, notice_id)
            scopes = SuppressionRepository(connection).scopes_barring(_person(notice), notice.controller_id)
        return ObjectionSubject(
            language=notice.language or "en",
            controller_name=notice.controller_name,
            masked_number=masked(notice.callee or ""),
            already_objected=bool(scopes),
            already_objected_everywhere="everywhere" in scopes,
        )

    def object(self, notice_id: str, scope: ObjectionScope, source: str) -> None:
        """See `ObjectionDesk.object`."""
        now = self._clock.now()
        with self._database.writing() as connection:
            notice = notice_by_id(connection, notice_id)
            persons = [notice.person_key] if notice.person_key else []
            is_everywhere = scope == "everywhere"
            controllers = controller_ids(connection) if is_everywhere else (notice.controller_id,)
            scope_id = None if is_everywhere else notice.controller_id
            _suppress(connection, notice.callee_key, persons, controllers, scope_id, source, now)
            note_objection(connection, notice_id, now)

    def object_by_number(
        self,
        connection: Connection,
        controllers: Sequence[str],
        number_key: str,
        source: str,
        at: datetime,
        contact_id: str | None = None,
    ) -> None:
        """Bar a number for these controllers, and the person who answers there with all other numbers of theirs.

        In force when the transaction of `connection` is committed; saying it again changes nothing. The person is
        `contact_id` where we called that one at this number, else whoever is alone there. No controllers: nobody knows
        for whom it is meant, so it is meant for all.
        """
        if not controllers:
            everyone = controller_ids(connection)
            persons = _persons(contacts_at(connection, everyone, number_key), contact_id)
            _suppress(connection, number_key, persons, everyone, None, source, at)
        for controller_id in sorted(controllers):
            persons = _persons(contacts_at(connection, (controller_id,), number_key), contact_id)
            _suppress(connection, number_key, persons, (controller_id,), controller_id, source, at)


def _suppress(
    connection: Connection,
    number_key: str,
    persons: Iterable[str],
    controllers: Sequence[str],
    scope_id: str | None,
    source: str,
    now: datetime,
) -> None:
    """The persons and all their numbers, for one controller (`scope_id`) or everywhere (None).

    A reservation under way for one of the numbers collides with its block.
    """
    scope = "everywhere" if scope_id is None else "controller"
    contacts = [each for person in persons for each in contacts_of_person(connection, person, controllers)]
    numbers = sorted({number_key, *numbers_of(connection, contacts)})
    entries = [(Subject.NUMBER, key) for key in numbers] + [(Subject.PERSON, key) for key in persons]
    suppressions = SuppressionRepository(connection)
    if all(suppressions.has(subject, key, scope, scope_id, OBJECTION) for subject, key in entries):
        return  # said before: whatever was under way then has collided
    for key in numbers:  # first, so that of two who object at once the later one finds the entries of the earlier
        block(connection, controllers, subject_id(Subject.NUMBER, key), now)
    for subject, key in entries:
        suppressions.add(subject, key, scope, scope_id, reason=OBJECTION, source=source, noted_by="the person", at=now)


def _persons(found: Sequence[ContactAt], contact_id: str | None) -> list[str]:
    """Of whom it is known that they are on the line; of several people at a switchboard nobody knows which."""
    called = {each.person_key for each in found if each.id == contact_id}
    everybody = {each.person_key for each in found}
    return sorted(called or (everybody if len(everybody) == 1 else ()))


def _person(notice: NoticeSeen) -> list[str]:
    return [key for key in (notice.person_key, notice.callee_key) if key]
