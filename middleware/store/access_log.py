"""Who read or exported personal data: entries are added, found again, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Select, insert, select

from middleware.store.ids import first_id_of
from middleware.store.models import AccessRow

CLOCKS_DIFFER = timedelta(minutes=10)  # far more than machines that are let to serve


@dataclass(frozen=True, slots=True)
class AccessSeen:
    """One entry. `detail` is what the action says of itself."""

    id: str
    at: datetime
    credential_id: str
    action: str
    detail: Mapping[str, Any]


def note_access(
    connection: Connection, entry_id: str, at: datetime, credential_id: str, action: str, detail: Mapping[str, Any]
) -> None:
    """Add an entry. One that belongs to an earlier entry names that one's id as `of`, the first key of its detail."""
    text = orjson.dumps(detail).decode()
    values = {"id": entry_id, "at": at, "credential_id": credential_id, "action": action, "detail": text}
    connection.execute(insert(AccessRow).values(values))


def access_by_id(connection: Connection, entry_id: str, action: str) -> AccessSeen | None:
    """The entry with this id and action."""
    return _first(connection, _SEEN.where(AccessRow.id == entry_id, AccessRow.action == action))


def access_belonging_to(connection: Connection, entry: AccessSeen, action: str) -> AccessSeen | None:
    """The first entry with this action that names the other one as `of`. Looks at what was added since, and a little
    before: ids of one millisecond have no order, and clocks are set back."""
    belongs = AccessRow.detail.startswith(f'{{"of":"{entry.id}"', autoescape=True)
    since = AccessRow.id >= first_id_of(entry.at - CLOCKS_DIFFER)
    query = _SEEN.where(since, AccessRow.action == action, belongs)
    return _first(connection, query.order_by(AccessRow.id).limit(1))


_SEEN: Select[Any] = select(*(getattr(AccessRow, name) for name in AccessSeen.__slots__))


def _first(connection: Connection, query: Select[Any]) -> AccessSeen | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else AccessSeen(**{**row, "detail": orjson.loads(row["detail"])})
