"""SQLite: a file that is filled once, and a copy of it for every run."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table

from middleware.store.hot_path.sqlite import as_text
from scripts.benchmark.baselines import SQLITE_TABLE
from scripts.benchmark.stores.model import Fill, Row, StoreUrls, is_outdated

# Nothing is asked of the store until it is filled, and a half-filled one is thrown away.
_FAST = ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-400000", "PRAGMA foreign_keys=OFF")


class SqliteStore:
    """Files in a folder of its own."""

    name = "sqlite"

    def __init__(self, folder: Path, mark: str) -> None:
        self._folder = folder / "sqlite"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._kept = self._folder / f"filled-{mark}.sqlite3"
        self._filling = self._folder / "filling.sqlite3"

    def is_filled(self) -> bool:
        """Whether the file is there; it gets its name when it is complete."""
        return self._kept.exists()

    def pristine_url(self) -> str:
        """A file that is not there yet."""
        _remove(self._filling)
        return f"sqlite:///{self._filling}"

    @contextmanager
    def bulk(self) -> Iterator[Fill]:
        """Rows in one transaction."""
        with closing(sqlite3.connect(self._filling, isolation_level=None)) as connection:
            for pragma in _FAST:
                connection.execute(pragma)
            connection.execute("BEGIN")

            def fill(table: Table, rows: Iterable[Row]) -> None:
                _add(connection, table, rows)

            yield fill
            connection.execute("COMMIT")
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep(self) -> None:
        """Only now does the file get the name by which later runs look for it."""
        self._filling.replace(self._kept)
        _remove(self._filling)  # what is left beside it
        for other in self._folder.glob("filled-*.sqlite3"):
            if is_outdated(other.stem, self._kept.stem):
                other.unlink()

    def fresh(self) -> StoreUrls:
        """The last run's copy goes; the disk is idle when this returns."""
        product, baseline = self._folder / "product.sqlite3", self._folder / "baseline.sqlite3"
        _remove(product)
        _remove(baseline)
        shutil.copyfile(self._kept, product)
        with closing(sqlite3.connect(baseline)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            for statement in SQLITE_TABLE:
                connection.execute(statement)
        os.sync()
        return StoreUrls(f"sqlite:///{product}", f"sqlite:///{baseline}")

    def process_id(self) -> int | None:
        """None: SQLite works within the gateway's process."""
        return None


def _add(connection: sqlite3.Connection, table: Table, rows: Iterable[Row]) -> None:
    batch = list(rows)
    if not batch:
        return
    columns = tuple(batch[0])
    places = ", ".join("?" for _ in columns)
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # our own tables
    connection.executemany(statement, [tuple(_value(row[column]) for column in columns) for row in batch])


def _value(value: object) -> object:
    return as_text(value) if isinstance(value, datetime) else value


def _remove(path: Path) -> None:
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        each.unlink(missing_ok=True)
