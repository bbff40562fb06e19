"""When attempts were asked for and reserved, over everything in the store."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, select

from middleware.store.models import AttemptRow, GuardRow


def newest_asked_at(connection: Connection) -> datetime | None:
    """Of the newest attempt, refused ones included; ids sort by time, so no scan is needed."""
    return connection.scalar(select(AttemptRow.asked_at).order_by(AttemptRow.id.desc()).limit(1))


def reservation_times(connection: Connection) -> list[list[datetime]]:
    """The reservations that count, for each subject under each scope, newest first. Reads all of them."""
    query = (
        select(GuardRow.scope, GuardRow.subject, GuardRow.reserved_at)
        .where(GuardRow.kind == "attempt", GuardRow.released_at.is_(None))
        .order_by(GuardRow.scope, GuardRow.subject, GuardRow.reserved_at.desc())
    )
    rows = connection.execute(query)
    return [[row.reserved_at for row in some] for _, some in groupby(rows, lambda row: (row.scope, row.subject))]
