"""What look-ups told of lines, what they may cost a day, and which numbers have not been looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.database import Database
from middleware.store.missing_rows import add_missing
from middleware.store.models import ContactNumberRow, LineLookUpRow, LookUpSpendingRow

PAGE = 500


@dataclass(frozen=True, slots=True)
class LineLookUp:
    """See `LineLookUpRow`."""

    number_key: str
    looked_up_at: datetime
    is_valid: bool | None
    line_kind: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class NumberToLookUp:
    """A contact's number, and what an earlier look-up told of it, if there was one."""

    number_key: str
    number: str
    earlier: LineLookUp | None


_LOOKED_UP = [getattr(LineLookUpRow, name) for name in LineLookUp.__slots__]


def numbers_to_look_up(database: Database, controller_id: str, stale_before: datetime) -> Iterator[NumberToLookUp]:
    """The controller's numbers of whose line nothing is known, or only what a look-up before `stale_before` told.

    Page by page: no transaction is open while Twilio is asked. What was loaded stays, so it is not looked up.
    """
    is_stale = and_(LineLookUpRow.looked_up_at < stale_before, LineLookUpRow.line_kind == ContactNumberRow.line_kind)
    rows = (
        select(ContactNumberRow.number_key, ContactNumberRow.number, *_LOOKED_UP)
        .outerjoin(LineLookUpRow, LineLookUpRow.number_key == ContactNumberRow.number_key)
        .where(ContactNumberRow.controller_id == controller_id, or_(ContactNumberRow.line_kind.is_(None), is_stale))
        .distinct()
        .order_by(ContactNumberRow.number_key)
        .limit(PAGE)
    )
    after = ""
    while True:
        with database.reading() as connection:
            page = connection.execute(rows.where(ContactNumberRow.number_key > after)).all()
        for row in page:
            earlier = LineLookUp(*row[2:]) if row[2] is not None else None
            yield NumberToLookUp(row[0], row[1], earlier)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def keep_look_up(connection: Connection, told: LineLookUp, earlier: LineLookUp | None) -> None:
    """Keep what was told, and write the kind to contacts of whose line nothing is known, or what the same look-up told
    earlier."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {name: getattr(told, name) for name in LineLookUp.__slots__}
    row = insert(LineLookUpRow).values(**values)
    connection.execute(row.on_conflict_do_update(index_elements=["number_key"], set_=values))
    if told.line_kind is None:
        return
    was: ColumnElement[bool] = ContactNumberRow.line_kind.is_(None)
    if earlier is not None and earlier.line_kind is not None:
        was = or_(was, ContactNumberRow.line_kind == earlier.line_kind)
    known = update(ContactNumberRow).where(ContactNumberRow.number_key == told.number_key, was)
    connection.execute(known.values(line_kind=told.line_kind))


def spend_look_up(connection: Connection, day: date, most: int) -> bool:
    """Count one look-up before it is made; False when the day's budget is spent, however many ask at once."""
    add_missing(connection, LookUpSpendingRow, [{"day": day, "used": 0}])
    has_some = and_(LookUpSpendingRow.day == day, LookUpSpendingRow.used < most)
    spent = update(LookUpSpendingRow).where(has_some).values(used=LookUpSpendingRow.used + 1)
    return connection.execute(spent).rowcount == 1
