"""Guard rows that bar instead of reserve. Reservations take theirs on the hot path."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from middleware.errors import StoreBusy
from middleware.store.models import GuardRow

MOST_TRIES = 100  # each lost one is a reservation that somebody else made, so this many do not happen by chance


def block(connection: Connection, scope_ids: Iterable[str], subject: str, at: datetime) -> None:
    """Take the next row of a subject (`n:<number key>`) under each scope without counting it.

    Call it in the transaction that inserts the suppression, for every controller that the suppression reaches: a
    reservation that read the facts before cannot be written then, and reads them anew. Every reservation takes the
    row of its number under its controller, so numbers under controllers are enough.

    Raises `StoreBusy` when others were faster every time; the transaction must then be undone.
    """
    for scope_id in sorted(scope_ids):
        for _ in range(MOST_TRIES):
            if _take(connection, scope_id, subject, at):
                break
        else:
            raise StoreBusy("this number is being asked for all the time: say it again in a second")


def _take(connection: Connection, scope_id: str, subject: str, at: datetime) -> bool:
    """One row after the newest; False when a reservation took it in the meantime."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    newest = connection.scalar(
        select(func.max(GuardRow.seq)).where(GuardRow.scope == scope_id, GuardRow.subject == subject)
    )
    row = insert(GuardRow).values(
        scope=scope_id, subject=subject, seq=(newest or 0) + 1, kind="block", reserved_at=at, is_placed=False
    )
    # asked of the row itself: a count of inserted rows is not to be had from every driver
    return connection.scalar(row.on_conflict_do_nothing().returning(GuardRow.seq)) is not None
