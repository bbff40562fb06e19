"""How far the comparison of each day has come, and which attempts of ours it compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, or_, select, update

from middleware.store.attempts import AttemptSeen, attempts_where
from middleware.store.database import Database
from middleware.store.ids import first_id_of
from middleware.store.missing_rows import add_missing
from middleware.store.models import AttemptRow, ReconciliationRow

PAGE = 500


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """See `ReconciliationRow`."""

    day: date
    state: str
    next_page: str | None
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]


_SEEN = select(*(getattr(ReconciliationRow, name) for name in Reconciliation.__slots__))


def reconciliation_of(connection: Connection, day: date) -> Reconciliation | None:
    """How far this day's comparison is; None where nobody has begun it."""
    row = connection.execute(_SEEN.where(ReconciliationRow.day == day)).one_or_none()
    return None if row is None else Reconciliation(*row)


def begin_reconciliation(connection: Connection, day: date, now: datetime) -> None:
    """Make the row, if it is not there yet."""
    add_missing(
        connection,
        ReconciliationRow,
        [{"day": day, "state": "new", "started_at": now, "counts": {}, "next_page": None}],
    )


def save_reconciliation(connection: Connection, held: Reconciliation, **values: object) -> bool:
    """Change the row if it is still as `held` knows it; False where another process has taken it since.

    `started_at` is what a run is known by: whoever takes it over sets another.
    """
    same = and_(ReconciliationRow.day == held.day, ReconciliationRow.started_at == held.started_at)
    changed = update(ReconciliationRow).where(same, ReconciliationRow.state == held.state).values(**values)
    return connection.execute(changed).rowcount == 1


def attempts_of_calls(connection: Connection, call_sids: Sequence[str]) -> dict[str, AttemptSeen]:
    """The attempts that became these calls, by CallSid."""
    found = attempts_where(connection, AttemptRow.call_sid.in_(call_sids))
    return {attempt.call_sid: attempt for attempt in found if attempt.call_sid}


def attempts_that_may_be(
    connection: Connection, callee_key: str, asked_from: datetime, asked_until: datetime
) -> list[AttemptSeen]:
    """Attempts at this callee that have no call yet, asked within this time; oldest first."""
    asked = and_(AttemptRow.id >= first_id_of(asked_from), AttemptRow.id < first_id_of(asked_until))
    is_open = and_(AttemptRow.call_sid.is_(None), AttemptRow.callee_key == callee_key)
    return attempts_where(connection, asked, is_open)


def attempts_of(database: Database, begins: datetime, ends: datetime) -> Iterator[AttemptSeen]:
    """Attempts of ours, asked from `begins` to before `ends`, that were permitted, in the order of their ids.

    Page by page, each read by itself: memory stays the same, and no transaction is open while Twilio is asked.
    """
    after, last = first_id_of(begins), first_id_of(ends)
    while True:
        in_range = and_(AttemptRow.id > after, AttemptRow.id < last, AttemptRow.placed_by == "us")
        was_permitted = or_(AttemptRow.state != "refused", AttemptRow.call_sid.is_not(None))
        with database.reading() as connection:
            page = attempts_where(connection, in_range, was_permitted, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id
