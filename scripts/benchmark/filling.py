"""Fills a store with a million suppressed numbers and a million logged attempts, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import cast

from rich.progress import Progress, TaskID
from sqlalchemy import Table

from middleware.bootstrap import build
from middleware.keyed_hash import Pepper
from middleware.store.models import SuppressionRow
from middleware.store.schema import migrate
from scripts.benchmark.contacts import clean_places, fill_contacts
from scripts.benchmark.history import CHUNK, History
from scripts.benchmark.people import PEPPER, add_caller, approve_campaign, suppressions
from scripts.benchmark.settings import product_settings, settings_from
from scripts.benchmark.stores.model import BenchmarkStore, Fill
from scripts.benchmark.templates import make_templates

FEWEST_CONTACTS = 40_000  # in each country: enough for every callee of a quick run
_PEPPER = Pepper(PEPPER.encode())


def fill_store(store: BenchmarkStore, rows: int, moment: datetime, progress: Progress) -> None:
    """Migrate, add the caller and her contacts, `rows` suppressions and `rows` attempts before `moment`."""
    settings = settings_from(product_settings(store.pristine_url(), moment - datetime.now(UTC)))
    services = build(settings)
    migrate(services.database)
    with services.database.writing() as connection:
        add_caller(connection, moment - timedelta(days=365))
        approve_campaign(connection, moment)
    made = make_templates(services, moment - timedelta(days=100), _PEPPER)
    services.database.dispose()
    contacts = clean_places(max(rows // 10, FEWEST_CONTACTS))
    task = progress.add_task(f"filling {store.name}", total=2 * rows + len(contacts))
    with store.bulk() as fill:
        fill_contacts(fill, contacts, moment - timedelta(days=100), _PEPPER)
        progress.advance(task, len(contacts))
        _fill_suppressions(fill, rows, moment, progress, task)
        History(rows, made, moment, _PEPPER).fill(fill, lambda done: progress.advance(task, done))
    store.keep()


def _fill_suppressions(fill: Fill, rows: int, moment: datetime, progress: Progress, task: TaskID) -> None:
    entries = suppressions(rows, moment - timedelta(days=100), _PEPPER)
    while chunk := list(islice(entries, CHUNK)):
        fill(cast("Table", SuppressionRow.__table__), chunk)
        progress.advance(task, len(chunk))
