"""Prefixes on the stop list. They are few and read with the catalogue, whose generation each change raises in its own
transaction: every process obeys at its very next check."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from middleware.store.catalogue import raise_generation
from middleware.store.ids import new_id
from middleware.store.models import SuppressedPrefixRow


def suppress_prefix(
    connection: Connection,
    prefix: str,
    scope: str,
    scope_id: str | None,
    *,
    reason: str,
    source: str,
    noted_by: str,
    since: datetime,
    at: datetime,
) -> bool:
    """Bar all numbers (E.164) that begin so. `at` is now, and `scope_id` None goes with `everywhere`.

    False if the very same bar is or was there: one that was lifted stays so.
    """
    row = SuppressedPrefixRow
    is_scope = row.scope_id.is_(None) if scope_id is None else row.scope_id == scope_id
    same = select(row.id).where(row.prefix == prefix, row.scope == scope, row.reason == reason, is_scope)
    if connection.scalar(same.limit(1)) is not None:
        return False
    connection.execute(
        insert(row).values(
            id=new_id(at),
            prefix=prefix,
            scope=scope,
            scope_id=scope_id,
            reason=reason,
            source=source,
            noted_by=noted_by,
            since=since,
        )
    )
    raise_generation(connection)
    return True


def lift_prefix(connection: Connection, prefix: str, scope: str, scope_id: str | None, at: datetime) -> int:
    """End every bar on this prefix in this scope; returns how many ended."""
    row = SuppressedPrefixRow
    is_scope = row.scope_id.is_(None) if scope_id is None else row.scope_id == scope_id
    in_force = (row.prefix == prefix) & (row.scope == scope) & is_scope & row.lifted_at.is_(None)
    ended = connection.execute(update(row).where(in_force).values(lifted_at=at)).rowcount
    if ended:
        raise_generation(connection)
    return ended
