"""Our own people on file. Every change raises the catalogue's generation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from middleware.store.catalogue import raise_generation
from middleware.store.models import AgentRow, ContactNumberRow

_MAY_CHANGE = ("name", "language", "campaigns", "takes_ring_backs")


def tell_agents(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Put agents on file, given as columns, and bring those that are there up to date; how many of each.

    One who was withdrawn stays so, unless the row's `since` says that they came back on that day or later.
    """
    added = changed = 0
    for row in rows:
        latest = _latest(connection, row["controller_id"], row["address"])
        if latest is None or (latest.withdrawn_at is not None and row["since"] >= latest.withdrawn_at.date()):
            connection.execute(insert(AgentRow).values(**row))
            added += 1
        elif latest.withdrawn_at is None:
            changed += _brought_up_to_date(connection, latest, row)
    if added or changed:
        raise_generation(connection)
    return added, changed


def withdraw_agent(connection: Connection, controller_id: str, address: str, at: datetime) -> int:
    """No longer one of ours: calls to and from this address are refused. Returns how many entries ended."""
    in_force = (
        (AgentRow.controller_id == controller_id) & (AgentRow.address == address) & AgentRow.withdrawn_at.is_(None)
    )
    ended = connection.execute(update(AgentRow).where(in_force).values(withdrawn_at=at)).rowcount
    if ended:
        raise_generation(connection)
    return ended


def keys_of_contacts(connection: Connection, keys: Collection[str]) -> set[str]:
    """Which of these numbers' keys are those of people on file, whosever contacts they are."""
    if not keys:
        return set()
    found = select(ContactNumberRow.number_key).where(ContactNumberRow.number_key.in_(sorted(keys)))
    return set(connection.scalars(found))


def _latest(connection: Connection, controller_id: str, address: str) -> Row[Any] | None:
    same = (AgentRow.controller_id == controller_id) & (AgentRow.address == address)
    newest_first = (AgentRow.withdrawn_at.is_not(None), AgentRow.id.desc())
    return connection.execute(select(AgentRow.__table__).where(same).order_by(*newest_first).limit(1)).one_or_none()


def _brought_up_to_date(connection: Connection, stored: Row[Any], row: Mapping[str, Any]) -> bool:
    changes = {name: row[name] for name in _MAY_CHANGE if getattr(stored, name) != row[name]}
    if changes:
        connection.execute(update(AgentRow).where(AgentRow.id == stored.id).values(**changes))
    return bool(changes)
