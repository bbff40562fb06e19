"""Work that a commit promised: rows that are claimed with a lease, done once, and tried again when a worker died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from middleware.store.ids import new_id, time_of
from middleware.store.models import OutboxRow


@dataclass(frozen=True, slots=True)
class Promise:
    """One row, owned by whoever claimed it until its lease ends."""

    id: str
    kind: str
    ref: str
    tries: int


def promise(connection: Connection, kind: str, ref: str, stream: str, at: datetime) -> None:
    """Add work to be done after this transaction; rows of one stream are done in the order in which they were added.

    Whoever adds to a stream holds its subject locked, so no two do at once.
    """
    row = {
        "id": _next_id(connection, stream, at),
        "kind": kind,
        "ref": ref,
        "stream": stream,
        "created_at": at,
        "available_at": at,
    }
    connection.execute(insert(OutboxRow).values(**row, tries=0, state="pending"))


def _next_id(connection: Connection, stream: str, at: datetime) -> str:
    """Ids of one millisecond come in any order, and clocks go back: a stream's ids only rise all the same."""
    newest = connection.scalar(select(func.max(OutboxRow.id)).where(OutboxRow.stream == stream))
    fresh = new_id(at)
    return fresh if newest is None or newest < fresh else new_id(time_of(newest) + timedelta(milliseconds=1))


def claim_due(connection: Connection, now: datetime, lease: timedelta, limit: int) -> list[Promise]:
    """Take what is due and owned by nobody, the oldest of each stream first.

    Each comes with the number of its next try. One that the queue lost before anybody began it keeps its number, so
    that a long outage of the queue uses up no tries.
    """
    earlier = aliased(OutboxRow)
    is_first = ~exists().where(
        and_(earlier.stream == OutboxRow.stream, earlier.state == "pending", earlier.id < OutboxRow.id)
    )
    due = (
        select(OutboxRow.id, OutboxRow.kind, OutboxRow.ref, OutboxRow.begun_try)
        .where(OutboxRow.state == "pending", OutboxRow.available_at <= now, is_first)
        .order_by(OutboxRow.available_at)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    found = [Promise(row.id, row.kind, row.ref, (row.begun_try or 0) + 1) for row in connection.execute(due)]
    for each in found:
        leased = {"tries": each.tries, "available_at": now + lease}
        connection.execute(update(OutboxRow).where(OutboxRow.id == each.id).values(**leased))
    return found


def begin(connection: Connection, outbox_id: str, tries: int, now: datetime, lease: timedelta) -> Promise | None:
    """Start a claimed row; None if it is done, was claimed again, or another worker has started this very try."""
    not_begun = or_(OutboxRow.begun_try.is_(None), OutboxRow.begun_try < tries)
    begun = (
        update(OutboxRow).where(_still(outbox_id, tries), not_begun).values(begun_try=tries, available_at=now + lease)
    )
    if connection.execute(begun).rowcount != 1:
        return None
    row = connection.execute(select(OutboxRow.kind, OutboxRow.ref).where(OutboxRow.id == outbox_id)).one()
    return Promise(outbox_id, row.kind, row.ref, tries)


def finish(connection: Connection, outbox_id: str) -> None:
    """It is done, whatever the try."""
    connection.execute(update(OutboxRow).where(OutboxRow.id == outbox_id).values(state="done"))


def put_back(connection: Connection, mine: Promise, error: str, not_before: datetime) -> None:
    """It failed and may be tried again later; nothing changes where a later try has it, or has done it."""
    values = {"last_error": error[:500], "available_at": not_before}
    connection.execute(update(OutboxRow).where(_still(mine.id, mine.tries)).values(**values))


def give_up(connection: Connection, mine: Promise, error: str) -> bool:
    """It failed for good and stays visible as a dead letter; False where a later try has it, or has done it."""
    values = {"state": "dead", "last_error": error[:500]}
    return connection.execute(update(OutboxRow).where(_still(mine.id, mine.tries)).values(**values)).rowcount == 1


def dead_letters(connection: Connection) -> int:
    """How many rows were given up."""
    return connection.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "dead")) or 0


def not_begun_since(connection: Connection) -> datetime | None:
    """When the oldest work was promised that nobody has ever begun; None if all of it was."""
    waiting = and_(OutboxRow.state == "pending", OutboxRow.begun_try.is_(None))
    return connection.scalar(select(func.min(OutboxRow.created_at)).where(waiting))


def _still(outbox_id: str, tries: int) -> ColumnElement[bool]:
    return and_(OutboxRow.id == outbox_id, OutboxRow.tries == tries, OutboxRow.state == "pending")
