"""Objections: in force, on every number of the person, before the person reads that they are."""

from __future__ import annotations

from datetime import datetime

from middleware.clock import Clock
from middleware.decision.model import Subject
from middleware.phone_numbers import masked
from middleware.services.objection_desk import ObjectionScope, ObjectionSubject
from middleware.store.catalogue import controller_ids
from middleware.store.contacts import contacts_of_person, numbers_of
from middleware.store.database import Connection, Database
from middleware.store.guards import block
from middleware.store.hot_path.model import subject_id
from middleware.store.notices import NoticeSeen, note_objection, notice_by_id
from middleware.store.suppressions import SuppressionRepository

OBJECTION = "objection"


class Objections:
    """The desk behind the link in every notice."""

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
            self._suppress(connection, notice, scope, source, now)
            note_objection(connection, notice_id, now)

    def _suppress(
        self, connection: Connection, notice: NoticeSeen, scope: ObjectionScope, source: str, now: datetime
    ) -> None:
        """The person and all their numbers; a reservation under way for one of them collides with its block."""
        controllers = controller_ids(connection) if scope == "everywhere" else (notice.controller_id,)
        contacts = contacts_of_person(connection, notice.person_key, controllers) if notice.person_key else ()
        numbers = sorted({notice.callee_key, *numbers_of(connection, contacts)})
        entries = [(Subject.NUMBER, key) for key in numbers]
        if notice.person_key:
            entries.append((Subject.PERSON, notice.person_key))
        suppressions = SuppressionRepository(connection)
        scope_id = None if scope == "everywhere" else notice.controller_id
        if all(suppressions.has(subject, key, scope, scope_id, OBJECTION) for subject, key in entries):
            return  # said before: whatever was under way then has collided
        for key in numbers:  # first, so that of two who object at once the later one finds the entries of the earlier
            block(connection, controllers, subject_id(Subject.NUMBER, key), now)
        for subject, key in entries:
            suppressions.add(
                subject, key, scope, scope_id, reason=OBJECTION, source=source, noted_by="the person", at=now
            )


def _person(notice: NoticeSeen) -> list[str]:
    return [key for key in (notice.person_key, notice.callee_key) if key]
