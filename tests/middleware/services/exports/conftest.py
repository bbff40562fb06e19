"""A database of each engine with two controllers, and the exports of it at a moment that stands still."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.exports.attempts import Exports, ExportStream
from middleware.services.exports.manifest import Manifest
from middleware.services.exports.query import ExportFormat, ExportQuery
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from tests.builders import NOON
from tests.rows import insert_campaign, insert_credential, migrated
from tests.stopped_clock import StoppedClock

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """Where an auditor sits: a day after `NOON`, with exports of the day before and the day after it."""

    database: Database
    clock: StoppedClock
    exports: Exports

    def asker(self, credential_id: str = "auditor") -> Credential:
        return CurrentCatalogue(self.database).get().credentials[credential_id]

    def begin(self, query: ExportQuery | None = None, asker: str = "auditor") -> ExportStream:
        return self.exports.attempts(query or self.query(), self.asker(asker))

    def query(self, form: ExportFormat = ExportFormat.JSONL, **changes: Any) -> ExportQuery:
        values: dict[str, Any] = {"begins": NOON - DAY, "ends": NOON + DAY, "format": form}
        return ExportQuery(**{**values, **changes})

    def rows(self, query: ExportQuery | None = None, asker: str = "auditor") -> list[dict[str, Any]]:
        """The rows of a whole export in JSON lines."""
        return [orjson.loads(line) for line in b"".join(self.begin(query, asker)).splitlines()]

    def cells(self, query: ExportQuery | None = None) -> list[dict[str, str]]:
        """The rows of a whole export in CSV."""
        text = b"".join(self.begin(query or self.query(ExportFormat.CSV))).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text, newline=""), strict=True))

    def save(self, folder: Path, form: ExportFormat = ExportFormat.CSV) -> tuple[Path, Path, Manifest]:
        """An export as two files: the data and its manifest."""
        stream = self.begin(self.query(form))
        data = b"".join(stream)
        assert stream.manifest is not None
        assert stream.manifest.file.sha256 == sha256(data).hexdigest()
        path, manifest_path = folder / stream.file_name, folder / "manifest.json"
        path.write_bytes(data)
        manifest_path.write_text(stream.manifest.text())
        return path, manifest_path, stream.manifest


def a_desk(url: str) -> Desk:
    database = migrated(url)
    clock = StoppedClock(NOON + DAY)
    insert_campaign(database, "spring", "acme")
    insert_campaign(database, "autumn", "acme")
    insert_campaign(database, "abroad", "globex")
    insert_credential(database, "auditor")
    insert_credential(database, "acme-auditor", controller_id="acme")
    for role in ("dialer", "caller", "admin"):
        insert_credential(database, role, role)
    return Desk(database, clock, Exports(database, CurrentCatalogue(database), clock))


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """On each engine in turn."""
    desk = a_desk(database_url)
    yield desk
    desk.database.dispose()


@pytest.fixture
def embedded_desk(sqlite_url: str) -> Iterator[Desk]:
    """On SQLite alone, for what no engine does differently."""
    desk = a_desk(sqlite_url)
    yield desk
    desk.database.dispose()
