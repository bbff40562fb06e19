"""What the binding check is compared with: bare Flask views, written as one writes them without thinking of speed.

Frozen: a change here changes what every earlier ratio meant. Each is an app of its own, served as the gateway is.
`BENCHMARK_DATABASE_URL` names the store, which has the table `baseline_records` already.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import uuid_utils
from flask import Flask, request
from psycopg import pq

from middleware.store.database import SQLITE_PRAGMAS
from middleware.store.turns import Turns
from scripts.benchmark.wire import PATH

URL_VARIABLE = "BENCHMARK_DATABASE_URL"
TABLE = "baseline_records"
SQLITE_TABLE = (
    f"CREATE TABLE {TABLE} (id TEXT PRIMARY KEY, phone TEXT NOT NULL, at TEXT NOT NULL)",
    f"CREATE INDEX ix_{TABLE} ON {TABLE} (phone, at)",
)
POSTGRES_TABLE = (
    f"CREATE TABLE {TABLE} (id uuid PRIMARY KEY, phone text NOT NULL, at timestamptz NOT NULL)",
    f"CREATE INDEX ix_{TABLE} ON {TABLE} (phone, at)",
)
_INSERT = "INSERT INTO baseline_records (id, phone, at) VALUES"
_NAME = b"insert"

Body = dict[str, Any]
Record = Callable[[str, str, datetime], None]


class SqliteRecord:
    """One durable row a call, with the product's own pragmas and its own turns."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._turns = Turns()
        self._of_thread = threading.local()

    def __call__(self, record_id: str, phone: str, at: datetime) -> None:
        """Returns once it is on disk."""
        connection = self._connection()
        with self._turns:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"{_INSERT} (?, ?, ?)", (record_id, phone, at.isoformat()))
            connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if held is None:
            held = self._of_thread.connection = sqlite3.connect(self._path, isolation_level=None)
            for pragma in SQLITE_PRAGMAS:
                held.execute(pragma)
        return held


class PsycopgRecord:
    """One durable row a call, as psycopg's documentation shows it: autocommit, prepared."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._of_thread = threading.local()

    def __call__(self, record_id: str, phone: str, at: datetime) -> None:
        """Returns once it is on disk."""
        self._connection().execute(f"{_INSERT} (%s, %s, %s)", (record_id, phone, at), prepare=True)

    def _connection(self) -> psycopg.Connection:
        held: psycopg.Connection | None = getattr(self._of_thread, "connection", None)
        if held is None:
            held = self._of_thread.connection = psycopg.connect(self._url, autocommit=True)
        return held


class LibpqRecord:
    """The same row through libpq's prepared statements without psycopg's adapting, which is how the product writes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._of_thread = threading.local()

    def __call__(self, record_id: str, phone: str, at: datetime) -> None:
        """Returns once it is on disk; raises `psycopg.OperationalError`."""
        values = [record_id.encode(), phone.encode(), at.isoformat().encode()]
        result = self._connection().pgconn.exec_prepared(_NAME, values)
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError("the row was not written")

    def _connection(self) -> psycopg.Connection:
        held: psycopg.Connection | None = getattr(self._of_thread, "connection", None)
        if held is None:
            held = self._of_thread.connection = psycopg.connect(self._url, autocommit=True)
            held.pgconn.prepare(_NAME, f"{_INSERT} ($1, $2, $3)".encode())
        return held


def view_app() -> Flask:
    """A view that parses the body and answers."""
    app = Flask(__name__)

    @app.post(PATH)
    def answer() -> tuple[Body, int]:
        body = request.get_json()
        return {"permitted": True, "callee": body["callee"]}, 201

    return app


def insert_app(record: Record) -> Flask:
    """A view that parses the body, writes one durable row and answers."""
    app = Flask(__name__)

    @app.post(PATH)
    def answer() -> tuple[Body, int]:
        body = request.get_json()
        record_id, at = str(uuid_utils.uuid7()), datetime.now(UTC)
        record(record_id, body["callee"], at)
        return {"id": record_id, "permitted": True, "callee": body["callee"], "at": at.isoformat()}, 201

    return app


_url = os.environ.get(URL_VARIABLE, "")
view = view_app()
insert = insert_app(PsycopgRecord(_url) if _url.startswith("postgresql") else SqliteRecord(_url))
insert_by_libpq = insert_app(LibpqRecord(_url))
