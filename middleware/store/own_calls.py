"""Calls to and from our own people: ungated, and logged as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from middleware.errors import NotFound
from middleware.store.ids import new_id
from middleware.store.models import OwnCallRow


@dataclass(frozen=True, slots=True)
class OwnCall:
    """See `OwnCallRow`."""

    id: str
    at: datetime
    controller_id: str
    campaign_id: str | None
    credential_id: str | None
    route: str
    address: str
    language: str
    call_sid: str | None
    parent_call_sid: str | None
    call_status: str | None
    ended_at: datetime | None
    duration_seconds: int | None


_SEEN = select(*(getattr(OwnCallRow, name) for name in OwnCall.__slots__))


class OwnCallRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, at: datetime, **values: object) -> str:
        """Log one; `values` are columns. Returns its id."""
        own_call_id = new_id(at)
        self._connection.execute(insert(OwnCallRow).values(id=own_call_id, at=at, **values))
        return own_call_id

    def by_id(self, own_call_id: str) -> OwnCall:
        """Raises `NotFound`."""
        return self._one(OwnCallRow.id == own_call_id)

    def by_call_sid(self, call_sid: str) -> OwnCall:
        """Raises `NotFound`."""
        return self._one(OwnCallRow.call_sid == call_sid)

    def known_sids(self, call_sids: Sequence[str], controller_id: str | None) -> set[str]:
        """Which of these calls are ones of our own people, of this controller (None: of any)."""
        query = select(OwnCallRow.call_sid).where(OwnCallRow.call_sid.in_(call_sids))
        if controller_id is not None:
            query = query.where(OwnCallRow.controller_id == controller_id)
        return {sid for sid in self._connection.scalars(query) if sid}

    def open_since_before(self, begun_before: datetime, limit: int) -> list[OwnCall]:
        """Those of whose end nothing was heard, the oldest first."""
        late = (OwnCallRow.at < begun_before) & OwnCallRow.ended_at.is_(None)
        query = _SEEN.where(late).order_by(OwnCallRow.at).limit(limit)
        return [OwnCall(*row) for row in self._connection.execute(query)]

    def change(self, own_call_id: str, **values: object) -> None:
        """Note what became of it."""
        self._connection.execute(update(OwnCallRow).where(OwnCallRow.id == own_call_id).values(**values))

    def _one(self, condition: ColumnElement[bool]) -> OwnCall:
        row = self._connection.execute(_SEEN.where(condition)).one_or_none()
        if row is None:
            raise NotFound("no such call")
        return OwnCall(*row)
