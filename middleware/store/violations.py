"""What reconciliation found that somebody has to look at, or may want to know. Each is noted once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from middleware.errors import NotFound
from middleware.store.ids import new_id
from middleware.store.models import ViolationRow


@dataclass(frozen=True, slots=True)
class Violation:
    """See `ViolationRow`."""

    id: str
    kind: str
    subject: str
    at: datetime
    noticed_at: datetime
    controller_id: str | None
    attempt_id: str | None
    callee_key: str | None
    detail: str
    settled_at: datetime | None
    settled_by: str | None
    settled_note: str | None


_SEEN = select(*(getattr(ViolationRow, name) for name in Violation.__slots__))


class ViolationRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: str, subject: str, at: datetime, noticed_at: datetime, **values: object) -> bool:
        """Note one; False where the same was noted before, settled or not."""
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        row = insert(ViolationRow).values(
            id=new_id(noticed_at), kind=kind, subject=subject, at=at, noticed_at=noticed_at, **values
        )
        return self._connection.scalar(row.on_conflict_do_nothing().returning(ViolationRow.id)) is not None

    def between(self, begins: datetime, ends: datetime, kinds: Collection[str], limit: int) -> list[Violation]:
        """Those of these kinds that happened from `begins` to before `ends`, oldest first."""
        rows = _SEEN.where(ViolationRow.at >= begins, ViolationRow.at < ends, ViolationRow.kind.in_(kinds))
        return [Violation(*row) for row in self._connection.execute(rows.order_by(ViolationRow.at).limit(limit))]

    def unsettled(self, kinds: Collection[str], begins: datetime | None = None, ends: datetime | None = None) -> int:
        """How many of these kinds nobody has settled yet, within the span if there is one."""
        query = select(func.count()).select_from(ViolationRow)
        query = query.where(ViolationRow.settled_at.is_(None), ViolationRow.kind.in_(kinds))
        if begins is not None:
            query = query.where(ViolationRow.at >= begins)
        if ends is not None:
            query = query.where(ViolationRow.at < ends)
        return self._connection.scalar(query) or 0

    def settle(self, violation_id: str, at: datetime, by: str, note: str) -> Violation:
        """Somebody has looked at it. What was settled stays as it was settled first. Raises `NotFound`."""
        settled = update(ViolationRow).where(ViolationRow.id == violation_id, ViolationRow.settled_at.is_(None))
        self._connection.execute(settled.values(settled_at=at, settled_by=by, settled_note=note))
        row = self._connection.execute(_SEEN.where(ViolationRow.id == violation_id)).one_or_none()
        if row is None:
            raise NotFound(f"no violation {violation_id}")
        return Violation(*row)
