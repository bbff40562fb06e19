"""One database, reached in one way on every engine: read transactions, write transactions, errors of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from middleware.errors import StoreUnavailable
from middleware.store.turns import Turns

__all__ = ["SQLITE_PRAGMAS", "Connection", "Database"]  # services hold connections, and ask no queries
MOST_LOCKED = 100  # of five hundredths of a second each
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged attempt survives a power cut
    "PRAGMA busy_timeout=15000",
    "PRAGMA foreign_keys=ON",
)
_NO_SCHEMA = frozenset({"UndefinedTable", "UndefinedColumn"})


class Database:
    """Opens connections lazily: an unreachable store shows when it is used, as `StoreUnavailable`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.turns: AbstractContextManager[None] = Turns() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            with suppress(OSError):  # using it will show that it cannot be had
                Path(self.sqlite_path).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(url, pool_size=8, max_overflow=16, hide_parameters=True)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            options = {"options": "-c timezone=UTC", "connect_timeout": 5}
            self.engine = create_engine(
                url, pool_size=8, max_overflow=16, connect_args=options, pool_pre_ping=True, hide_parameters=True
            )

    @property
    def sqlite_path(self) -> str:
        """The file of an embedded database."""
        return make_url(self.url).database or ":memory:"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, from one consistent snapshot where the engine gives one."""
        with _own_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends well, else undone."""
        with self.turns, _own_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(ringfence_writes=True)
            with connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close idle connections; after a fork the child must not share them."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    for pragma in SQLITE_PRAGMAS:
        _insist(connection, pragma)


def _insist(connection: sqlite3.Connection, pragma: str) -> None:
    """Several processes may make a new file at once, and the change to a write-ahead log does not wait by itself."""
    for _ in range(MOST_LOCKED):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            Event().wait(0.05)
        else:
            return
    connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that reads first and writes later fails on a stale snapshot, however long it waits
    writes = connection.get_execution_options().get("ringfence_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # a broken constraint is an answer that callers ask for
    except DBAPIError as error:
        raise StoreUnavailable(_in_our_words(error)) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the store could not be used ({type(error).__name__})") from error


def _in_our_words(error: DBAPIError) -> str:
    """Without the driver's own text, which holds the values of the statement."""
    kind = type(error.orig).__name__
    if kind in _NO_SCHEMA or str(error.orig).startswith(("no such table", "no such column")):
        return "the store has not the schema of this version: run `ringfence migrate`"
    return f"the store did not answer ({kind})"
