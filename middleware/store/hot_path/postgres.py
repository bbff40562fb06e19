"""The hot path on PostgreSQL: two round trips, prepared once, through psycopg's libpq wrapper.

`psycopg.Connection.execute` costs about 100 microseconds of adapting and wrapping a call; with text parameters and
text results none of it is needed.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import cast

import psycopg
from psycopg import pq
from sqlalchemy.engine import make_url

from middleware.clock import Clock
from middleware.errors import ClockSkew, StoreUnavailable
from middleware.store.hot_path.model import HotAsk, HotReading, Reservation
from middleware.store.hot_path.postgres_reading import COLUMNS, one_row_reading, rows_of
from middleware.store.hot_path.rows import Row, ask_parameters, reading_from, reservation_parameters
from middleware.store.hot_path.statements import ATTEMPT_COLUMNS, DECISION_COLUMNS, GUARD_COLUMNS, insert

MAX_SKEW = timedelta(seconds=2)
_OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO "  # instants come back as text, whatever the server's own habits
    # every look-up is by key, so one plan serves all values; planning anew would cost more than running
    "-c plan_cache_mode=force_generic_plan -c jit=off"
)
# unique violation, serialization failure, deadlock: somebody was faster, and nothing of ours was written
_LOST_RACES = frozenset({b"23505", b"40001", b"40P01"})
_PARAMETER = re.compile(r":([a-z_0-9]+)")


class _Prepared:
    """One connection and the names of the statements it has prepared."""

    def __init__(self, conninfo: str) -> None:
        self.connection = psycopg.connect(conninfo, autocommit=True, connect_timeout=5, options=_OPTIONS)
        self._names: dict[str, bytes] = {}

    def execute(self, sql: str, parameters: dict[str, str] | dict[str, str | int | float | None]) -> pq.abc.PGresult:
        """Run one statement in its own transaction; raises `psycopg.OperationalError` when the connection is gone."""
        text, names = _numbered(sql)
        raw = self.connection.pgconn
        name = self._names.get(sql)
        if name is None:
            name = f"rf{len(self._names)}".encode()
            result = raw.prepare(name, text)
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise psycopg.OperationalError("a statement could not be prepared")
            self._names[sql] = name
        values = [
            value.encode() if type(value) is str else None if value is None else str(value).encode()
            for value in map(parameters.__getitem__, names)
        ]
        return raw.exec_prepared(
            name, cast("Sequence[bytes]", values)
        )  # libpq takes None for NULL; its stub does not say


class PostgresHotPath:
    """The store's clock rules; a process whose own clock is more than two seconds off stops serving."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._clock = clock
        self._idle: deque[_Prepared] = deque()

    def read(self, ask: HotAsk) -> HotReading:
        """One statement; asked once more on a fresh connection, because an idle one may have died unnoticed."""
        sql = one_row_reading(ask.counted, ask.contact_id is not None, ask.idempotency_key is not None)
        parameters = ask_parameters(ask)
        before = self._clock.now()
        try:
            rows = self._rows(sql, parameters)
        except psycopg.Error:
            self._idle.clear()
            before = self._clock.now()
            try:
                rows = self._rows(sql, parameters)
            except psycopg.Error as error:
                raise StoreUnavailable(f"the store could not be read ({type(error).__name__})") from error
        found = reading_from(rows, ask.counted, None, self._clock.offset)
        if not before - MAX_SKEW <= found.now <= self._clock.now() + MAX_SKEW:
            raise ClockSkew("this machine's clock and the store's differ by more than 2 seconds: set both by NTP")
        return found

    def write(self, reservation: Reservation) -> bool:
        """Guards, attempt and decision in one statement: all of it or nothing."""
        parameters = reservation_parameters(reservation, _as_text)
        for place, guard in enumerate(reservation.guards):
            parameters[f"scope{place}"] = guard.scope_id
            parameters[f"subject{place}"] = guard.subject
            parameters[f"seq{place}"] = guard.seq
        try:
            prepared = self._connection()
            result = prepared.execute(_writing(len(reservation.guards)), parameters)
        except psycopg.Error as error:
            self._idle.clear()
            raise StoreUnavailable(f"the store could not be written ({type(error).__name__})") from error
        if result.status == pq.ExecStatus.COMMAND_OK:
            self._idle.append(prepared)
            return True
        if result.error_field(pq.DiagnosticField.SQLSTATE) in _LOST_RACES:
            self._idle.append(prepared)
            return False
        prepared.connection.close()
        raise StoreUnavailable("the store refused to write")

    def _rows(self, sql: str, parameters: dict[str, str]) -> list[Row]:
        prepared = self._connection()
        result = prepared.execute(sql, parameters)
        if result.status != pq.ExecStatus.TUPLES_OK:
            prepared.connection.close()
            raise psycopg.OperationalError("the reading failed")
        self._idle.append(prepared)
        if result.ntuples == 0:
            return []
        clock, generation, replayed, found = (result.get_value(0, column) for column in range(COLUMNS))
        return rows_of(_text(clock) or "", _text(generation) or "", _text(replayed), found or b"[]")

    def _connection(self) -> _Prepared:
        try:
            return self._idle.pop()
        except IndexError:
            return _Prepared(self._conninfo)


@cache
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """`:name` becomes `$1`, and the names in the order of their numbers."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAMETER.sub(number, sql).encode(), tuple(names)


@cache
def _writing(guards: int) -> str:
    """All inserts as one statement. PostgreSQL runs its steps from the last to the first, so the guards stand in
    reverse: they are locked in their sorted order, as everybody else who takes several does."""
    steps = [
        insert(
            "guards",
            (*GUARD_COLUMNS, "placed_by", "is_placed"),
            (
                *(f":scope{place}", f":subject{place}", f":seq{place}", "'attempt'", ":id", ":campaign_id"),
                *(":asked_at", ":permit_expires_at", ":placed_by", "false"),
            ),
        )
        for place in reversed(range(guards))
    ]
    steps.append(insert("attempts", ATTEMPT_COLUMNS, (f":{name}" for name in ATTEMPT_COLUMNS)))
    last = insert("decisions", DECISION_COLUMNS, (f":{name}" for name in DECISION_COLUMNS))
    return "WITH " + ", ".join(f"step{place} AS ({sql})" for place, sql in enumerate(steps)) + " " + last


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _as_text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
