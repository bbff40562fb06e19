"""The hot path on SQLite: the driver's own connection, everything computed before the write begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from middleware.clock import Clock
from middleware.errors import StoreUnavailable
from middleware.store.database import SQLITE_PRAGMAS
from middleware.store.hot_path.model import HotAsk, HotReading, Reservation
from middleware.store.hot_path.rows import ask_parameters, reading_from, reservation_parameters
from middleware.store.hot_path.statements import ATTEMPT_COLUMNS, DECISION_COLUMNS, GUARD_COLUMNS, insert, reading

_CACHE = (
    "PRAGMA cache_size=-65536"  # 64 MB, once in a process: the upper pages of every index, and much of the last ones
)
_INSERT_GUARD = insert(
    "guards",
    (*GUARD_COLUMNS, "placed_by", "is_placed"),
    ("?", "?", "?", "'attempt'", "?", "?", "?", "?", "?", "0"),
)
_INSERT_ATTEMPT = insert("attempts", ATTEMPT_COLUMNS, (f":{name}" for name in ATTEMPT_COLUMNS))
_INSERT_DECISION = insert("decisions", DECISION_COLUMNS, (f":{name}" for name in DECISION_COLUMNS))


class SqliteHotPath:
    """One machine has one clock, so the process' clock is the store's.

    All threads use one connection, by turns. A connection forgets every page it holds when another one has written; so
    with one for each thread nearly all pages of every look-up were fetched anew.
    """

    def __init__(self, path: str, turns: AbstractContextManager[None], clock: Clock) -> None:
        self._path = path
        self._turns = turns
        self._clock = clock
        self._held: sqlite3.Connection | None = None

    def read(self, ask: HotAsk) -> HotReading:
        """One statement in one snapshot; the clock is read after it, so that no attempt it saw lies in the future."""
        sql = reading(ask.counted, ask.contact_id is not None, ask.idempotency_key is not None)
        with self._turn("read") as connection:
            rows = connection.execute(sql, ask_parameters(ask)).fetchall()
        return reading_from(rows, ask.counted, self._clock.now(), self._clock.offset)

    def write(self, reservation: Reservation) -> bool:
        """Guards, attempt and decision in one transaction that takes the write lock at once."""
        parameters = reservation_parameters(reservation, as_text)
        guards = [
            (
                guard.scope_id,
                guard.subject,
                guard.seq,
                reservation.attempt_id,
                reservation.campaign_id,
                parameters["asked_at"],
                parameters["permit_expires_at"],
                parameters["placed_by"],
            )
            for guard in reservation.guards
        ]
        with self._turn("written") as connection:
            return _write(connection, guards, parameters)

    @contextmanager
    def _turn(self, what: str) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time; closed when anything went wrong, which undoes what was begun."""
        with self._turns:
            connection = self._held = self._held or _connect(self._path)
            try:
                yield connection
            except BaseException as error:
                self._held = None
                connection.close()
                if isinstance(error, sqlite3.Error):
                    raise StoreUnavailable(f"the store could not be {what} ({type(error).__name__})") from error
                raise


def _write(
    connection: sqlite3.Connection,
    guards: Sequence[tuple[object, ...]],
    parameters: dict[str, str | int | float | None],
) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for guard in guards:
            connection.execute(_INSERT_GUARD, guard)
        connection.execute(_INSERT_ATTEMPT, parameters)
        connection.execute(_INSERT_DECISION, parameters)
    except sqlite3.IntegrityError:
        connection.execute("ROLLBACK")
        return False
    connection.execute("COMMIT")
    return True


def _connect(path: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        for pragma in (*SQLITE_PRAGMAS, _CACHE):
            connection.execute(pragma)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the store could not be opened ({type(error).__name__})") from error
    return connection


def as_text(at: datetime | None) -> str | None:
    """An instant as SQLAlchemy writes it to SQLite: naive UTC with microseconds."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
