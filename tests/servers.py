"""Real servers for tests, benchmarks and demonstrations, each from its wheel, each in a folder of its own.

    with postgres_server() as server:
        engine = create_engine(server.url)

They end with the process that asked for them, however it ends. Several may run side by side.
`python -m tests.servers` says which of them this machine has.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from tests.server_guard import ServerMissing

GUARD = Path(__file__).with_name("server_guard.py")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a server answers (a URL for SQLAlchemy or redis-py), and what to signal to hurt it."""

    url: str
    pid: int
    directory: Path


def postgres_server(**settings: str) -> AbstractContextManager[RunningServer]:
    """A PostgreSQL with the given settings on top of the usual ones; raises ServerMissing."""
    return _guarded("postgres", settings)


def valkey_server(**settings: str) -> AbstractContextManager[RunningServer]:
    """A Valkey with the given settings; raises ServerMissing."""
    return _guarded("valkey", settings)


@contextmanager
def _guarded(kind: str, settings: dict[str, str]) -> Iterator[RunningServer]:
    command = [sys.executable, str(GUARD), kind, *(f"{name}={value}" for name, value in settings.items())]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert guard.stdin is not None
    assert guard.stdout is not None
    try:
        answer = json.loads(guard.stdout.readline() or '{"missing": "the guard ended without a word"}')
        if "missing" in answer:
            raise ServerMissing(answer["missing"])
        yield RunningServer(answer["url"], answer["pid"], Path(answer["directory"]))
    finally:
        guard.stdin.close()
        guard.stdout.close()
        guard.wait()


def administration(server_url: str) -> psycopg.Connection:
    """A connection that makes databases; keep it, since the first one that a connection makes takes 0.1 s."""
    dsn = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(dsn, autocommit=True)


@contextmanager
def fresh_database(server_url: str, admin: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty database on that PostgreSQL, dropped afterwards whoever is still connected."""
    name = f"test_{uuid4().hex}"
    admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def store_of(
    engine: str, stack: ExitStack, request: pytest.FixtureRequest, folders: pytest.TempPathFactory, name: str
) -> str:
    """The address of an empty store of `sqlite` or `postgresql`, which lasts as long as `stack`."""
    if engine == "sqlite":
        return f"sqlite:///{folders.mktemp(name) / 'ringfence.sqlite3'}"
    server_url = request.getfixturevalue("postgres_url")
    admin = stack.enter_context(closing(administration(server_url)))
    return stack.enter_context(fresh_database(server_url, admin))


def main() -> None:
    """Say of each server whether it can be started here, in one line each."""
    for name, server in (("PostgreSQL", postgres_server()), ("Valkey", valkey_server())):
        try:
            with server:
                print(f"{name}: there")
        except ServerMissing as missing:
            print(f"{name}: MISSING: {missing}")


if __name__ == "__main__":
    main()
