"""Callers who rang one of our caller IDs, and which of our calls they may be answering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from middleware.decision.model import Subject
from middleware.errors import NotFound
from middleware.store.hot_path.model import subject_id
from middleware.store.ids import first_id_of, new_id
from middleware.store.missing_rows import add_missing
from middleware.store.models import CallerIdRow, ControllerRow, GuardRow, RingBackRow


@dataclass(frozen=True, slots=True)
class RingBack:
    """See `RingBackRow`."""

    id: str
    at: datetime
    call_sid: str
    caller_id: str
    caller: str | None
    caller_key: str | None
    controller_id: str | None
    campaign_id: str | None
    attempt_id: str | None
    language: str
    choice: str | None
    recording_sid: str | None
    recording_seconds: int | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ControllerAddress:
    """Where a controller can be written to."""

    id: str
    name: str
    email: str
    phone: str
    privacy_url: str


_SEEN = select(*(getattr(RingBackRow, name) for name in RingBack.__slots__))


class RingBackRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, at: datetime, call_sid: str, **values: object) -> RingBack:
        """Log one; a call that is logged already stays as it is. `values` are columns."""
        row = dict.fromkeys(RingBack.__slots__) | values | {"id": new_id(at), "at": at, "call_sid": call_sid}
        add_missing(self._connection, RingBackRow, [row])
        return self.by_call_sid(call_sid)

    def by_id(self, ring_back_id: str) -> RingBack:
        """Raises `NotFound`."""
        return self._one(RingBackRow.id == ring_back_id)

    def by_call_sid(self, call_sid: str) -> RingBack:
        """Raises `NotFound`."""
        return self._one(RingBackRow.call_sid == call_sid)

    def lock(self, ring_back_id: str) -> RingBack:
        """One, held against other writers until the transaction ends; raises `NotFound`."""
        if self._connection.dialect.name != "sqlite":  # SQLite's writer is alone anyway
            self._connection.execute(select(RingBackRow.id).where(RingBackRow.id == ring_back_id).with_for_update())
        return self.by_id(ring_back_id)

    def known_sids(self, call_sids: Sequence[str], controller_id: str | None) -> set[str]:
        """Which of these calls are callers of ours, of this controller (None: of any)."""
        query = select(RingBackRow.call_sid).where(RingBackRow.call_sid.in_(call_sids))
        if controller_id is not None:
            query = query.where(RingBackRow.controller_id == controller_id)
        return set(self._connection.scalars(query))

    def between(self, begins: datetime, ends: datetime, controller_id: str | None, limit: int) -> list[RingBack]:
        """Those of a time, oldest first, as far as this controller (None: any) may see them."""
        in_time = (RingBackRow.id >= first_id_of(begins)) & (RingBackRow.id < first_id_of(ends))
        query = _SEEN.where(in_time)
        if controller_id is not None:
            query = query.where(_seen_by(controller_id))
        return [RingBack(*row) for row in self._connection.execute(query.order_by(RingBackRow.id).limit(limit))]

    def visible(self, ring_back_id: str, controller_id: str | None) -> RingBack:
        """One that this controller (None: any) may see; raises `NotFound`."""
        is_this = RingBackRow.id == ring_back_id
        return self._one(is_this if controller_id is None else is_this & _seen_by(controller_id))

    def change(self, ring_back_id: str, **values: object) -> None:
        """Note what became of it."""
        self._connection.execute(update(RingBackRow).where(RingBackRow.id == ring_back_id).values(**values))

    def _one(self, condition: ColumnElement[bool]) -> RingBack:
        row = self._connection.execute(_SEEN.where(condition)).one_or_none()
        if row is None:
            raise NotFound("no such ring-back")
        return RingBack(*row)


def _seen_by(controller_id: str) -> ColumnElement[bool]:
    """Its own, and callers of a number that it shares with others of whom nobody knows whom they mean."""
    numbers = select(CallerIdRow.number).where(CallerIdRow.controller_id == controller_id)
    shared = and_(RingBackRow.controller_id.is_(None), RingBackRow.caller_id.in_(numbers))
    return or_(RingBackRow.controller_id == controller_id, shared)


def controllers_showing(connection: Connection, number: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who shows this number (E.164), and who ever did. Where nobody does any more, those who did still do: people ring
    back for months."""
    rows = connection.execute(
        select(CallerIdRow.controller_id, CallerIdRow.withdrawn_at).where(CallerIdRow.number == number)
    ).all()
    now = {row.controller_id for row in rows if row.withdrawn_at is None}
    ever = {row.controller_id for row in rows}
    return tuple(sorted(now or ever)), tuple(sorted(ever))


def latest_call(connection: Connection, controllers: Sequence[str], number_key: str) -> str | None:
    """The newest attempt of these controllers at a number, refused and withdrawn ones left out."""
    newest: tuple[datetime, str] | None = None
    for controller_id in controllers:
        of_it = (GuardRow.scope == controller_id) & (GuardRow.subject == subject_id(Subject.NUMBER, number_key))
        counts = of_it & GuardRow.attempt_id.is_not(None) & GuardRow.released_at.is_(None)
        query = select(GuardRow.reserved_at, GuardRow.attempt_id).where(counts).order_by(GuardRow.seq.desc())
        row = connection.execute(query.limit(1)).first()
        if row is not None and (newest is None or row.reserved_at > newest[0]):
            newest = (row.reserved_at, row.attempt_id)
    return newest[1] if newest else None


def addresses_of(connection: Connection, controllers: Sequence[str]) -> tuple[ControllerAddress, ...]:
    """Where these controllers can be written to, in the order of their ids."""
    columns = [getattr(ControllerRow, name) for name in ControllerAddress.__slots__]
    query = select(*columns).where(ControllerRow.id.in_(controllers)).order_by(ControllerRow.id)
    return tuple(ControllerAddress(*row) for row in connection.execute(query))
