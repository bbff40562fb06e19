"""The hot path on SQLite: the driver's own connection, everything computed before the write begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from middleware.clock import Clock
from middleware.errors import StoreUnavailable
from middleware.store.database import SQLITE_PRAGMAS
from middleware.store.hot_path.model import HotAsk, HotReading, Reservation
from middleware.store.hot_path.rows import ask_parameters, reading_from, reservation_parameters
from middleware.store.hot_path.statements import ATTEMPT_COLUMNS, DECISION_COLUMNS, GUARD_COLUMNS, insert, reading

_OF_THIS_CONNECTION = (
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",  # 64 MB, once in a process: the upper pages of every index, and many of the others
)
_COLUMNS = tuple(dict.fromkeys((*ATTEMPT_COLUMNS, *DECISION_COLUMNS)))
_GUARD_VALUES = (
    *("json_extract(value, '$[0]')", "json_extract(value, '$[1]')", "json_extract(value, '$[2]')"),
    *("'attempt'", "NEW.id", "NEW.campaign_id", "NEW.asked_at", "NEW.permit_expires_at", "NEW.placed_by", "0"),
)
# Of this connection alone. One statement is one transaction; each further one would give the interpreter lock away and
# wait for it while everybody waits for the turn.
_WRITE_AT_ONCE = (
    f"CREATE TEMP VIEW reservations AS SELECT {', '.join(f'NULL AS {name}' for name in _COLUMNS)}",
    f"""CREATE TEMP TRIGGER write_reservation INSTEAD OF INSERT ON reservations BEGIN
      INSERT INTO guards ({", ".join((*GUARD_COLUMNS, "placed_by", "is_placed"))})
        SELECT {", ".join(_GUARD_VALUES)} FROM json_each(NEW.guards);
      {insert("attempts", ATTEMPT_COLUMNS, (f"NEW.{name}" for name in ATTEMPT_COLUMNS))};
      {insert("decisions", DECISION_COLUMNS, (f"NEW.{name}" for name in DECISION_COLUMNS))};
    END""",  # noqa: S608  # all constants
)
_WRITE = insert("reservations", _COLUMNS, (f":{name}" for name in _COLUMNS))


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
        """Guards, attempt and decision in one statement: all of it, durably, or nothing."""
        parameters = reservation_parameters(reservation, as_text)
        with self._turn("written") as connection:
            try:
                connection.execute(_WRITE, parameters)
            except sqlite3.IntegrityError:
                return False
        return True

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


def _connect(path: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        for statement in (*SQLITE_PRAGMAS, *_OF_THIS_CONNECTION, *_WRITE_AT_ONCE):
            connection.execute(statement)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the store could not be opened ({type(error).__name__})") from error
    return connection


def as_text(at: datetime | None) -> str | None:
    """An instant as SQLAlchemy writes it to SQLite: naive UTC with microseconds."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
