"""PostgreSQL: a database that is filled once, and a copy of it for every run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Table
from sqlalchemy.engine import make_url

from scripts.benchmark.baselines import POSTGRES_TABLE
from scripts.benchmark.stores.model import Fill, Row, StoreUrls, is_outdated
from scripts.benchmark.stores.postgres_server import RunningPostgres

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_FILLING = "filling"


class PostgresStore:
    """Databases of a running server."""

    name = "postgresql"

    def __init__(self, server: RunningPostgres, mark: str) -> None:
        self._server = server
        self._kept = f"filled-{mark}"

    def is_filled(self) -> bool:
        """Whether the database is there; it gets its name when it is complete."""
        with self._connection("postgres") as admin:
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self._kept,)).fetchone()
        return found is not None

    def pristine_url(self) -> str:
        """An empty database."""
        self._replace(_FILLING)
        return self._url(_FILLING)

    @contextmanager
    def bulk(self) -> Iterator[Fill]:
        """Rows by COPY, in one transaction."""
        with self._connection(_FILLING) as connection:
            with connection.transaction():

                def fill(table: Table, rows: Iterable[Row]) -> None:
                    _copy(connection, table, rows)

                yield fill
            connection.execute("VACUUM (FREEZE, ANALYZE)")

    def keep(self) -> None:
        """Only now does the database get the name by which later runs look for it."""
        with self._connection("postgres") as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (_FILLING,))
            names = Identifier(_FILLING), Identifier(self._kept)
            admin.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
            for (other,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'filled-%'").fetchall():
                if is_outdated(other, self._kept):
                    admin.execute(SQL("DROP DATABASE {}").format(Identifier(other)))

    def fresh(self) -> StoreUrls:
        """The last run's databases go; the disk is idle when this returns."""
        self._replace("product", self._kept)
        self._replace("baseline")
        with self._connection("baseline") as connection:
            for statement in POSTGRES_TABLE:
                connection.execute(statement.encode())
        with self._connection("postgres") as admin:
            admin.execute("CHECKPOINT")
        os.sync()
        return StoreUrls(self._url("product"), self._url("baseline"))

    def process_id(self) -> int | None:
        """The first process of the server; all others are its children."""
        return self._server.pid

    def _replace(self, name: str, template: str = "template0") -> None:
        with self._connection("postgres") as admin:
            admin.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            command = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            admin.execute(command.format(Identifier(name), Identifier(template)))

    def _url(self, database: str) -> str:
        return make_url(self._server.url).set(database=database).render_as_string(hide_password=False)

    def _connection(self, database: str) -> psycopg.Connection:
        url = make_url(self._server.url).set(drivername="postgresql", database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _copy(connection: psycopg.Connection, table: Table, rows: Iterable[Row]) -> None:
    batch = list(rows)
    if not batch:
        return
    columns = tuple(batch[0])
    command = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table.name), SQL(", ").join(Identifier(column) for column in columns)
    )
    lines = ["\t".join(_text(row[column]) for column in columns) for row in batch]
    with connection.cursor().copy(command) as copy:
        copy.write("\n".join(lines) + "\n")


def _text(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)
