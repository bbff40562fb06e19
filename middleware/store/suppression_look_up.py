"""Entries of the stop list for many subjects at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from middleware.decision.model import Subject
from middleware.store.hot_path.model import SuppressionFound
from middleware.store.models import SuppressionRow


def entries_in_force(connection: Connection, keys: Collection[str]) -> dict[str, list[SuppressionFound]]:
    """The entries on these keyed hashes that have not been lifted, by key; whom they bar for is the caller's to see.

    At most some hundreds of keys: a statement may have only so many parameters.
    """
    found: dict[str, list[SuppressionFound]] = {}
    if not keys:
        return found
    row = SuppressionRow
    columns = (row.subject_key, row.id, row.subject, row.scope, row.scope_id, row.reason, row.since)
    in_force = select(*columns).where(row.subject_key.in_(sorted(keys)), row.lifted_at.is_(None))
    for key, entry_id, subject, scope, scope_id, reason, since in connection.execute(in_force):
        entry = SuppressionFound(entry_id, Subject(subject), scope, scope_id, reason, since)
        found.setdefault(key, []).append(entry)
    return found
