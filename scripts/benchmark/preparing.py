"""Everything that must be there before the first slice: filled stores, fresh copies, running servers."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import Progress

from middleware.decision.model import Audience, Policy
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from scripts.benchmark.callees import COUNTRIES
from scripts.benchmark.counting import RowCounter
from scripts.benchmark.filling import fill_store
from scripts.benchmark.load_process import LoadProcess
from scripts.benchmark.machine import Machine
from scripts.benchmark.measuring import Measuring, Plan
from scripts.benchmark.people import approve_campaign
from scripts.benchmark.servers import PROBES, serving
from scripts.benchmark.stores.model import BenchmarkStore, StoreUrls, mark_of
from scripts.benchmark.stores.postgres import PostgresStore
from scripts.benchmark.stores.postgres_server import postgres_server
from scripts.benchmark.stores.sqlite import SqliteStore

ENGINES = ("sqlite", "postgresql")


class FolderTaken(Exception):
    """Another benchmark is using the folder."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run stands on. `moment` is when it pretends to begin."""

    folder: Path
    engines: Sequence[str]
    plan: Plan
    moment: datetime


def country_book() -> PolicyBook:
    """The countries as they are shipped."""
    return PolicyBook(REPOSITORY / "config" / "countries")


def policies() -> dict[str, Policy]:
    """The policy of every country that is rung; raises LookupError when one of them is closed."""
    book = country_book()
    found = {country: book.resolve(country, Audience.B2B, {}, "", {}, "") for country in COUNTRIES}
    usable = {country: policy for country, policy in found.items() if isinstance(policy, Policy)}
    if len(usable) < len(found):
        raise LookupError(f"a country is closed: {'; '.join(book.problems())}")
    return usable


@contextmanager
def prepared(bench: Bench, progress: Progress) -> Iterator[Measuring]:
    """Everything up and ready to be measured, and ended afterwards.

    Raises `FolderTaken`, `PostgresMissing` and `ServerFailed`.
    """
    with ExitStack() as stack:
        stack.enter_context(_held(bench.folder))
        stores = [stack.enter_context(_store(engine, bench)) for engine in bench.engines]
        for store in stores:
            if not store.is_filled():
                fill_store(store, bench.plan.rows, bench.moment, progress)
        urls = {store.name: _fresh(store, bench.moment, progress) for store in stores}
        offset = bench.moment - datetime.now(UTC)
        servers = [
            stack.enter_context(serving(engine, probe, urls[engine], offset, bench.folder))
            for engine in urls
            for probe in PROBES
            if engine in probe.engines
        ]
        load = stack.enter_context(LoadProcess())
        databases = {store.name: pid for store in stores if (pid := store.process_id()) is not None}
        yield Measuring(
            plan=bench.plan,
            servers=servers,
            counters={engine: RowCounter(urls[engine]) for engine in urls},
            databases={engine: engine for engine in databases},
            machine=Machine({**{server.name: server.pid for server in servers}, **databases}),
            load=load,
            offset=offset,
        )


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder is ours until the block, or the process, ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"another benchmark is using {folder}: wait for it, or give --data-dir") from None
        yield


@contextmanager
def _store(engine: str, bench: Bench) -> Iterator[BenchmarkStore]:
    mark = mark_of(bench.plan.rows)
    if engine == SqliteStore.name:
        yield SqliteStore(bench.folder, mark)
        return
    with postgres_server(bench.folder / "postgres") as server:
        yield PostgresStore(server, mark)


def _fresh(store: BenchmarkStore, moment: datetime, progress: Progress) -> StoreUrls:
    task = progress.add_task(f"copying {store.name}", total=None)
    urls = store.fresh()
    database = Database(urls.product)
    with database.writing() as connection:
        approve_campaign(connection, moment)
    database.dispose()
    progress.remove_task(task)
    return urls


def run_minutes(bench: Bench) -> timedelta:
    """About how long the warming up and the slices take, for all engines."""
    servers = sum(engine in probe.engines for engine in bench.engines for probe in PROBES)
    plan = bench.plan
    return timedelta(seconds=servers * (plan.warm_up + len(plan.connections) * plan.rounds * (plan.seconds + 1)))
