"""Settings in, wired services out. The only module that names concrete classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from middleware.clock import Clock
from middleware.keyed_hash import Pepper
from middleware.policies.book import PolicyBook
from middleware.services.access import Access
from middleware.services.attempt_requests import AttemptRequests
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.policies import UsedPolicies
from middleware.services.precall import Precall
from middleware.services.repeats import Repeats
from middleware.settings import Settings
from middleware.store.database import Database
from middleware.store.hot_path.model import HotPath
from middleware.store.hot_path.postgres import PostgresHotPath
from middleware.store.hot_path.sqlite import SqliteHotPath


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an edge may call, wired once per process."""

    settings: Settings
    clock: Clock
    database: Database
    book: PolicyBook
    catalogue: CurrentCatalogue
    access: Access
    precall: Precall
    attempts: AttemptRequests


def build(settings: Settings) -> Services:
    """Wire everything. Opens no connection yet; a policy file with an error closes its country and is logged."""
    clock = Clock(settings.clock_offset)
    database = Database(settings.database_url)
    book = PolicyBook(settings.config_dir / "countries")
    book.load()
    catalogue = CurrentCatalogue(database)
    precall = Precall(
        hot_path_for(settings, database, clock),
        catalogue,
        UsedPolicies(book, database),
        Repeats(database, timedelta(seconds=settings.repeat_window_seconds)),
        Pepper(settings.pepper.get_secret_value().encode()),
        timedelta(seconds=settings.permit_seconds),
    )
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        book=book,
        catalogue=catalogue,
        access=Access(catalogue, clock, settings.credential_secret.get_secret_value().encode()),
        precall=precall,
        attempts=AttemptRequests(precall, database, clock),
    )


def hot_path_for(settings: Settings, database: Database, clock: Clock) -> HotPath:
    """The hot path of the configured engine."""
    if database.is_sqlite:
        return SqliteHotPath(database.sqlite_path, database.turns, clock)
    return PostgresHotPath(settings.database_url, clock)
