"""Fixtures that every test may ask for: the two databases and the queue's server, real ones."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import insert, make_url

from middleware.store.catalogue import CATALOGUE
from middleware.store.database import Database
from middleware.store.models import Base, GenerationRow
from middleware.store.schema import migrate
from tests.server_guard import ServerMissing
from tests.servers import RunningServer, administration, fresh_database, postgres_server, valkey_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy's URL of a PostgreSQL server that this test session has to itself."""
    yield from _started(postgres_server())


@pytest.fixture(scope="session")
def _postgres_admin(postgres_url: str) -> Iterator[psycopg.Connection]:
    with closing(administration(postgres_url)) as connection:
        yield connection


@pytest.fixture
def postgres_database(postgres_url: str, _postgres_admin: psycopg.Connection) -> Iterator[str]:
    """SQLAlchemy's URL of an empty database on that server."""
    with fresh_database(postgres_url, _postgres_admin) as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """redis-py's URL of a Valkey server that this test session has to itself; `valkey` empties it."""
    yield from _started(valkey_server())


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[Redis]:
    """A client of an empty Valkey."""
    with Redis.from_url(valkey_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """SQLAlchemy's URL of an empty SQLite file."""
    return f"sqlite:///{tmp_path / 'ringfence.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLAlchemy's URL of an empty database, of each engine in turn."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_database"}[request.param])
    return url


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ringfence.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_url: str, _postgres_admin: psycopg.Connection) -> Iterator[str]:
    with fresh_database(postgres_url, _postgres_admin) as url:
        database = Database(url)
        migrate(database)
        database.dispose()
        yield url


@pytest.fixture
def sqlite_store(tmp_path: Path, _migrated_sqlite: Path) -> Iterator[Database]:
    """A SQLite file with this version's schema and nothing in it."""
    path = shutil.copy(_migrated_sqlite, tmp_path / "store.sqlite3")
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_store(_migrated_postgres: str, _postgres_admin: psycopg.Connection) -> Iterator[Database]:
    """A PostgreSQL database with this version's schema and nothing in it; a test may fill it, not change its tables."""
    database = Database(_migrated_postgres)
    yield database
    database.dispose()
    _disconnect_everybody(_postgres_admin, make_url(_migrated_postgres).database)
    _empty(database)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Database:
    """A database with this version's schema and nothing in it, of each engine in turn; quicker than migrating one."""
    database: Database = request.getfixturevalue(
        {"sqlite": "sqlite_store", "postgresql": "postgres_store"}[request.param]
    )
    return database


def _disconnect_everybody(admin: psycopg.Connection, name: str | None) -> None:
    """A test may have left processes or transactions behind."""
    admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])


def _empty(database: Database) -> None:
    with database.writing() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        connection.execute(insert(GenerationRow).values(name=CATALOGUE, value=1))
    database.dispose()


def _started(server: AbstractContextManager[RunningServer]) -> Iterator[str]:
    """A developer without a server skips its tests; in CI that would hide them, so there they fail."""
    try:
        with server as running:
            yield running.url
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
