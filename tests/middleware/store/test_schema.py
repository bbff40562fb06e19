"""Migrations: to this version's schema from nothing, again on a full database, by several at once, and back."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Integer, Table, inspect, select, text

from middleware.errors import StoreUnavailable
from middleware.store import schema
from middleware.store.catalogue import current_generation
from middleware.store.database import Database
from middleware.store.models import Base
from middleware.store.schema import is_current, migrate, revision_of
from middleware.store.types import UtcDateTime
from tests.builders import NOON

REPOSITORY = Path(__file__).parents[3]
TABLES: list[Table] = list(Base.metadata.sorted_tables)
OURS = {table.name for table in TABLES}
_WORDS = re.compile(r"[^,()\s]+")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, without any table."""
    made = Database(database_url)
    yield made
    made.dispose()


def a_value(column: Column[Any], place: int) -> object:
    """Something that fits the column, as long as it takes, different in every row."""
    kinds: list[tuple[type, object]] = [
        (UtcDateTime, NOON),
        (Date, date(2026, 11, 24) + timedelta(days=place)),
        (Boolean, True),
        (Integer, place),
        (Float, 0.5),
        (JSON, {"da": {"purpose": "æøå"}}),
    ]
    for kind, value in kinds:
        if isinstance(column.type, kind):
            return value
    longest = getattr(column.type, "length", None) or 40
    return f"{place}{'x' * longest}"[:longest]


def fill(database: Database) -> dict[str, list[str]]:
    """Three rows in every table; returns them all."""
    with database.writing() as connection:
        connection.execute(text("DELETE FROM generations"))
        for table in TABLES:
            rows = [{column.name: a_value(column, place) for column in table.columns} for place in range(1, 4)]
            for row in rows:
                for key in table.foreign_keys:
                    row[key.parent.name] = "1" + "x" * (key.column.type.length - 1)  # type: ignore[attr-defined]
            connection.execute(table.insert(), rows)
    return contents(database)


def contents(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        return {table.name: sorted(repr(row) for row in connection.execute(select(table))) for table in TABLES}


def downgrade(database: Database) -> None:
    """What an administrator does with Alembic to go back."""
    config = schema._config()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


# ---------------------------------------------------------------- there and back


def test_an_empty_database_is_brought_to_this_versions_schema(database: Database) -> None:
    assert not is_current(database)

    migrate(database)

    assert is_current(database)
    assert tables(database) == OURS | {"alembic_version"}
    with database.reading() as connection:
        assert current_generation(connection) == 1


def test_migrating_a_full_database_again_changes_nothing(database: Database) -> None:
    migrate(database)
    before = fill(database)

    migrate(database)

    assert all(len(rows) == 3 for rows in before.values())
    assert contents(database) == before
    assert is_current(database)


def test_a_full_database_can_go_back_and_come_again(database: Database) -> None:
    migrate(database)
    fill(database)

    downgrade(database)

    assert tables(database) == {"alembic_version"}
    assert not is_current(database)
    migrate(database)
    assert is_current(database)


def test_a_migration_that_fails_leaves_nothing_of_itself(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE suppressions (mine INTEGER)"))

    with pytest.raises(StoreUnavailable):
        migrate(database)

    assert tables(database) <= {"suppressions"}
    assert not is_current(database)


def test_the_schema_of_a_newer_version_is_neither_used_nor_changed(database: Database) -> None:
    migrate(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert not is_current(database)
    with pytest.raises(StoreUnavailable, match="newer"):
        migrate(database)
    with database.reading() as connection:
        assert revision_of(connection) == "9999"


_MIGRATE = """
import sys
from middleware.store.database import Database
from middleware.store.schema import migrate
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(database)
"""


def test_several_processes_may_migrate_at_once(database: Database) -> None:
    with processes(4, database.url) as waiting:
        for process in waiting:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        errors = [process.communicate(timeout=60)[1] for process in waiting]

    assert errors == [""] * 4
    assert is_current(database)
    with database.reading() as connection:
        assert current_generation(connection) == 1


@contextmanager
def processes(count: int, url: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that have loaded everything and wait for a word to migrate."""
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    running = [
        subprocess.Popen([sys.executable, "-c", _MIGRATE, url], cwd=REPOSITORY, text=True, **pipes)
        for _ in range(count)
    ]
    try:
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


# ---------------------------------------------------------------- migrations and models say the same


def test_alembic_finds_nothing_to_migrate_between_the_migrations_and_the_models(database: Database) -> None:
    migrate(database)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_and_models_make_the_same_indexes_and_keys(database: Database) -> None:
    # Alembic's comparison does not look at conditions of indexes, nor at how SQLite lays a table out
    migrate(database)
    with database.writing() as connection:
        migrated = described(connection)
        for table in reversed(TABLES):
            table.drop(connection)
        Base.metadata.create_all(connection)
        made = described(connection)

    assert migrated == made
    assert len(migrated) > len(TABLES)


def described(connection: Connection) -> set[str]:
    """How the engine itself writes down its tables, indexes and constraints."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'"))
        return {f"{row.name}: {sorted(_WORDS.findall(row.sql or ''))}" for row in found}
    indexes = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass AS name, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace"
        )
    )
    columns = connection.execute(
        text(
            "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
    )
    every = {*map(str, indexes), *map(str, keys), *map(str, columns)}
    return {line for line in every if "alembic" not in line}
