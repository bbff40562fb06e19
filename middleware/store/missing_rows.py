"""Inserts rows that are not there yet, and tells those that are what is new about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.models import Base

Columns = Mapping[str, Any]
News = Callable[[Columns, Columns], Columns]  # (stored, given) -> the columns to change

AT_ONCE = 500


def add_missing(connection: Connection, model: type[Base], rows: Sequence[Columns]) -> None:
    """Insert the rows; one whose key somebody else took in the meantime is left out."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(model).on_conflict_do_nothing()
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(statement, [dict(row) for row in rows[start : start + AT_ONCE]])


def tell_rows(connection: Connection, model: type[Base], given: Sequence[Columns], by: str, news: News) -> int:
    """Change what `news` finds new about rows that are there; returns how many learned something.

    `given` holds each row's primary key beside what is told of it. `by` names one of the key's columns, by which the
    rows are found.
    """
    table: Table = model.__table__  # type: ignore[assignment]  # every model of ours has one
    keys = [column.name for column in table.primary_key]
    told = {tuple(row[key] for key in keys): row for row in given}
    found = list({row[by] for row in given})
    changed = 0
    for start in range(0, len(found), AT_ONCE):
        stored = connection.execute(select(table).where(table.c[by].in_(found[start : start + AT_ONCE])))
        for row in [dict(each) for each in stored.mappings()]:
            changes = news(row, told.get(tuple(row[key] for key in keys), {}))
            if changes:
                is_this = and_(*(table.c[key] == row[key] for key in keys))
                connection.execute(update(table).where(is_this).values(**changes))
                changed += 1
    return changed
