"""Transactions: all or nothing, the lock at once, and an error of ours when the store does not answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, make_url, select, update
from sqlalchemy.exc import IntegrityError

from middleware.errors import NotFound, StoreUnavailable
from middleware.store.database import Connection, Database
from middleware.store.models import AccessRow, GenerationRow
from tests.builders import NOON
from tests.rows import insert_credential, insert_rows
from tests.servers import administration

REPOSITORY = Path(__file__).parents[3]


def an_access(row_id: str) -> dict[str, object]:
    return {"id": row_id, "at": NOON, "credential_id": "c", "action": "a", "detail": ""}


def rows(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(AccessRow.id).order_by(AccessRow.id)))


def add(connection: Connection, row_id: str) -> None:
    connection.execute(insert(AccessRow), an_access(row_id))


# ---------------------------------------------------------------- all or nothing


def test_what_was_written_is_there_for_everybody_once_the_block_has_ended(store: Database) -> None:
    with store.writing() as connection:
        add(connection, "one")
        add(connection, "two")

    assert rows(Database(store.url)) == ["one", "two"]


@pytest.mark.parametrize("error", [NotFound("nothing of that name"), KeyboardInterrupt()], ids=["ours", "foreign"])
def test_an_error_in_the_block_leaves_nothing_and_comes_out_as_it_is(store: Database, error: BaseException) -> None:
    def write() -> None:
        with store.writing() as connection:
            add(connection, "one")
            raise error

    with pytest.raises(type(error)) as raised:
        write()

    assert raised.value is error
    assert rows(store) == []


def test_a_broken_constraint_comes_out_as_such_and_leaves_nothing(store: Database) -> None:
    insert_rows(store, AccessRow, an_access("taken"))

    def write() -> None:
        with store.writing() as connection:
            add(connection, "new")
            add(connection, "taken")

    with pytest.raises(IntegrityError):
        write()

    assert rows(store) == ["taken"]
    insert_rows(store, AccessRow, an_access("after"))
    assert rows(store) == ["after", "taken"]


def test_foreign_keys_hold(store: Database) -> None:
    with pytest.raises(IntegrityError):
        insert_credential(store, "k", controller_id="nobody")


# ---------------------------------------------------------------- locks


def test_a_write_transaction_takes_the_lock_before_it_reads(sqlite_store: Database) -> None:
    path = sqlite_store.sqlite_path
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        with sqlite_store.writing():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.execute("BEGIN")  # readers go on
            assert other.execute("SELECT count(*) FROM generations").fetchone() == (1,)
            other.execute("COMMIT")
        other.execute("BEGIN IMMEDIATE")


def test_a_reader_neither_locks_nor_sees_what_is_written_meanwhile(sqlite_store: Database) -> None:
    with sqlite_store.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(AccessRow)) == 0
        insert_rows(sqlite_store, AccessRow, an_access("meanwhile"))
        assert reader.scalar(select(func.count()).select_from(AccessRow)) == 0

    assert rows(sqlite_store) == ["meanwhile"]


_COUNT_UP = """
import sys
from concurrent.futures import ThreadPoolExecutor
from sqlalchemy import select, update
from middleware.store.database import Database
from middleware.store.models import GenerationRow

database = Database(sys.argv[1])

def count_up(_):
    with database.writing() as connection:
        seen = connection.scalar(select(GenerationRow.value))
        connection.execute(update(GenerationRow).values(value=seen + 1))

with ThreadPoolExecutor(4) as pool:
    list(pool.map(count_up, range(40)))
"""


def test_who_reads_and_then_writes_loses_nothing_to_other_threads_and_processes(sqlite_store: Database) -> None:
    command = [sys.executable, "-c", _COUNT_UP, sqlite_store.url]
    running = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE) for _ in range(3)]
    errors = [process.communicate(timeout=60)[1] for process in running]

    assert errors == [b""] * 3
    with sqlite_store.reading() as connection:
        assert connection.scalar(select(GenerationRow.value)) == 1 + 3 * 40


def test_every_connection_is_durable_and_checks_keys(sqlite_store: Database) -> None:
    with sqlite_store.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


# ---------------------------------------------------------------- a store that does not answer


def unreachable(kind: str, folder: Path) -> str:
    """The URL of a store that cannot be used."""
    (folder / "file").write_bytes(b"this is no database, and long enough to be read as the head of one" * 20)
    (folder / "folder").mkdir()
    return {
        "a folder": f"sqlite:///{folder}/folder",
        "below a file": f"sqlite:///{folder}/file/store.sqlite3",
        "another file": f"sqlite:///{folder}/file",
        "nobody listens": f"postgresql+psycopg://ringfence:s3cret@/x?host={folder}",
    }[kind]


@pytest.mark.parametrize("kind", ["a folder", "below a file", "another file", "nobody listens"])
def test_a_store_that_cannot_be_used_shows_when_it_is_used_each_time(kind: str, tmp_path: Path) -> None:
    database = Database(unreachable(kind, tmp_path))

    for _ in range(2):
        with pytest.raises(StoreUnavailable) as read, database.reading():
            pass
        with pytest.raises(StoreUnavailable) as written, database.writing():
            pass
        assert "s3cret" not in f"{read.value}{written.value}"
        assert str(tmp_path) not in f"{read.value}{written.value}"


def test_a_question_that_cannot_be_asked_is_an_unusable_store(store: Database) -> None:
    with pytest.raises(StoreUnavailable), store.reading() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")


def test_more_writers_than_connections_wait_for_each_other(sqlite_store: Database) -> None:
    at_once = threading.Barrier(30)

    def write(place: int) -> None:
        at_once.wait(10)
        insert_rows(sqlite_store, AccessRow, an_access(f"{place:02d}"))

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(write, range(30)))

    assert len(rows(sqlite_store)) == 30


def disconnect_all(store: Database) -> None:
    """What a restart of the server does to open connections."""
    others = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    with closing(administration(store.url)) as admin:
        admin.execute(others, [make_url(store.url).database])


@pytest.mark.postgres
def test_connections_that_died_while_idle_are_replaced_unnoticed(postgres_store: Database) -> None:
    assert rows(postgres_store) == []
    disconnect_all(postgres_store)

    assert rows(postgres_store) == []


@pytest.mark.postgres
def test_a_connection_lost_in_a_transaction_undoes_it_and_the_next_goes_well(postgres_store: Database) -> None:
    def write() -> None:
        with postgres_store.writing() as connection:
            add(connection, "lost")
            disconnect_all(postgres_store)
            connection.execute(update(GenerationRow).values(value=9))

    with pytest.raises(StoreUnavailable):
        write()

    assert rows(postgres_store) == []
    insert_rows(postgres_store, AccessRow, an_access("after"))
    assert rows(postgres_store) == ["after"]


@pytest.mark.postgres
def test_a_connection_lost_at_the_commit_is_told(postgres_store: Database) -> None:
    def write() -> None:
        with postgres_store.writing() as connection:
            add(connection, "lost")
            disconnect_all(postgres_store)

    with pytest.raises(StoreUnavailable):
        write()

    assert rows(postgres_store) == []
