"""Inserts rows that are not there yet and leaves those that are as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.models import Base

AT_ONCE = 500


def add_missing(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows; one whose key somebody else took in the meantime is left out."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(model).on_conflict_do_nothing()
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(statement, [dict(row) for row in rows[start : start + AT_ONCE]])
