"""Whether a call could be permitted now, and what needs somebody to look, said so that they know where."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from middleware.policies.book import PolicyBook
from middleware.services.health import LONG_WAIT, Health, HealthReport
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from middleware.store.models import NoticeRow, OutboxRow
from middleware.store.outbox import promise
from tests.builders import NOON
from tests.people import insert_contact, owe
from tests.rows import insert_campaign
from tests.stopped_clock import StoppedClock

COUNTRIES = REPOSITORY / "config" / "countries"
BOOK = PolicyBook(COUNTRIES)
SECOND = timedelta(seconds=1)


def report(store: Database, *, later: timedelta = timedelta(), book: PolicyBook = BOOK) -> HealthReport:
    return Health(store, book, StoppedClock(NOON + later)).report()


def test_when_all_is_well_it_is_ready_and_says_nothing(store: Database) -> None:
    assert report(store) == HealthReport(True, (), (), NOON, 0.0)


def test_an_empty_database_blocks_and_names_the_command_that_helps(database_url: str) -> None:
    found = report(Database(database_url))

    assert not found.is_ready
    assert [line for line in found.blocking if "ringfence migrate" in line] == list(found.blocking)
    assert len(found.blocking) == 1


def test_the_schema_of_another_version_blocks(sqlite_store: Database) -> None:
    with sqlite_store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert not report(sqlite_store).is_ready


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/x.sqlite3", "postgresql+psycopg://rf:s3cret@/x?host=/nowhere"]
)
def test_a_store_that_cannot_be_reached_blocks_and_keeps_its_password(url: str) -> None:
    found = report(Database(url))

    assert not found.is_ready
    [line] = found.blocking
    assert line.startswith("store: ")
    assert "s3cret" not in line


def test_a_country_with_an_error_warns_and_the_others_go_on(sqlite_store: Database, tmp_path: Path) -> None:
    for name in ("DK.yaml", "SE.yaml"):
        shutil.copy(COUNTRIES / name, tmp_path / name)
    (tmp_path / "SE.yaml").write_text("hours: [", encoding="utf-8")

    found = report(sqlite_store, book=PolicyBook(tmp_path))

    assert found.is_ready
    [warning] = found.warnings
    assert warning.startswith("policies: ")
    assert "SE.yaml" in warning


def test_without_any_usable_country_it_is_not_ready(sqlite_store: Database, tmp_path: Path) -> None:
    found = report(sqlite_store, book=PolicyBook(tmp_path))

    assert not found.is_ready
    assert "every call is refused" in found.blocking[0]


def test_what_is_owed_and_cannot_be_sent_is_counted(store: Database) -> None:
    insert_campaign(store)
    for name in ("anna", "bo", "carl"):
        owe(store, insert_contact(store, email=f"{name}@boozt.example"))
    owe(store, insert_contact(store, email=None))
    with store.writing() as connection:
        connection.execute(update(NoticeRow).where(NoticeRow.state == "due").values(state="uncertain"))
        connection.execute(update(OutboxRow).values(state="dead"))

    assert report(store).warnings == ("notices: 1 no_address", "notices: 3 uncertain", "outbox: 3 given up")
    assert report(store, later=timedelta(days=31)).warnings[1] == "notices: 4 overdue"
    assert report(store).is_ready


def test_work_that_nobody_begins_is_told_after_ten_minutes(store: Database) -> None:
    with store.writing() as connection:
        promise(connection, "a_kind", "waits", "waits", NOON)
        promise(connection, "a_kind", "newer", "newer", NOON + LONG_WAIT)
    assert report(store, later=LONG_WAIT).warnings == ()

    [warning] = report(store, later=LONG_WAIT + 90 * SECOND).warnings
    assert warning.startswith("outbox: not begun for 11 minutes")

    with store.writing() as connection:  # a worker has it, or had it and will try again
        connection.execute(update(OutboxRow).where(OutboxRow.ref == "waits").values(tries=1, begun_try=1))
    assert report(store, later=LONG_WAIT + 90 * SECOND).warnings == ()


def test_a_moved_clock_is_told_and_the_time_is_the_moved_one(sqlite_store: Database) -> None:
    moved = StoppedClock(NOON + timedelta(days=2), offset=timedelta(days=2))

    found = Health(sqlite_store, BOOK, moved).report()

    assert found.is_ready
    assert found.warnings == ("clock: moved by +172800 seconds for a demonstration",)
    assert (found.now, found.clock_offset_seconds) == (NOON + timedelta(days=2), 172800.0)
