"""The one stop list. Entries are found by keyed hash; adding one twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, insert, or_, select

from middleware.decision.model import Subject
from middleware.store.ids import new_id
from middleware.store.models import SuppressionRow


class SuppressionRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has(self, subject: Subject, key: str, scope: str, scope_id: str | None, reason: str) -> bool:
        """Whether this very bar is in force. `scope_id` None goes with `everywhere`."""
        is_scope = SuppressionRow.scope_id.is_(None) if scope_id is None else SuppressionRow.scope_id == scope_id
        same = select(SuppressionRow.id).where(
            SuppressionRow.subject_key == key,
            SuppressionRow.subject == subject.value,
            SuppressionRow.scope == scope,
            SuppressionRow.reason == reason,
            SuppressionRow.lifted_at.is_(None),
            is_scope,
        )
        return self._connection.scalar(same.limit(1)) is not None

    def add(
        self,
        subject: Subject,
        key: str,
        scope: str,
        scope_id: str | None,
        *,
        reason: str,
        source: str,
        noted_by: str,
        at: datetime,
    ) -> None:
        """Bar a subject, unless the very same bar is in force already."""
        if self.has(subject, key, scope, scope_id, reason):
            return
        self._connection.execute(
            insert(SuppressionRow).values(
                id=new_id(at),
                subject_key=key,
                subject=subject.value,
                scope=scope,
                scope_id=scope_id,
                reason=reason,
                source=source,
                noted_by=noted_by,
                since=at,
            )
        )

    def scopes_barring(self, keys: Sequence[str], controller_id: str) -> set[str]:
        """The scopes of entries in force on any of these keys, towards this controller."""
        reaches = or_(
            SuppressionRow.scope == "everywhere",
            and_(SuppressionRow.scope == "controller", SuppressionRow.scope_id == controller_id),
        )
        in_force = and_(SuppressionRow.subject_key.in_(keys), SuppressionRow.lifted_at.is_(None))
        return set(self._connection.scalars(select(SuppressionRow.scope).where(in_force, reaches)))
