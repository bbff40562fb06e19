"""`scripts/bench carrier`: many calls through one gateway, while the carrier loses, repeats and delays reports."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from middleware.bootstrap import build
from scripts.benchmark.carrier.measuring import Findings, measured
from scripts.benchmark.carrier.parts import Faults, Wanted, environment, running
from scripts.benchmark.carrier.reporting import lines_of
from scripts.benchmark.carrier.seeding import seed
from scripts.benchmark.moment import LONGEST_RUN, next_open_tuesday
from scripts.benchmark.preparing import policies
from scripts.benchmark.servers import ServerFailed
from scripts.benchmark.settings import forget_own_settings, settings_from
from scripts.benchmark.stores.postgres import PostgresStore
from scripts.benchmark.stores.postgres_server import PostgresMissing, postgres_server
from scripts.benchmark.stores.sqlite import SqliteStore

NOWHERE = "http://127.0.0.1:1"
MOST_CALLS = 200_000
SHARE = click.FloatRange(0, 1)


@click.command(help="Make calls through one gateway; compare what became of them with what the carrier says.")
@click.option("--calls", type=click.IntRange(1, MOST_CALLS), default=10_000, show_default=True)
@click.option("--rate", type=click.FloatRange(0.1, 95), default=50.0, show_default=True, help="Calls a second.")
@click.option("--store", type=click.Choice(("sqlite", "postgres")), default="sqlite", show_default=True)
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="`ringfence worker`s.")
@click.option("--lose", type=SHARE, default=0.05, show_default=True, help="Of the status callbacks.")
@click.option("--repeat", type=SHARE, default=0.1, show_default=True)
@click.option("--delay", type=SHARE, default=0.2, show_default=True, help="By five seconds.")
@click.option("--time-scale", type=click.FloatRange(1, 100), default=20.0, show_default=True, help="Of the calls.")
@click.option("--seed", "seed_number", type=int, default=1, show_default=True, help="Of what becomes of which call.")
def main(
    calls: int,
    rate: float,
    store: str,
    workers: int,
    lose: float,
    repeat: float,
    delay: float,
    time_scale: float,
    seed_number: int,
) -> None:
    """Exit code 1: an attempt or an event was not as it must be."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    forget_own_settings()
    console = Console()
    try:
        moment = next_open_tuesday([policy.hours for policy in policies().values()], datetime.now(UTC))
        if calls / rate > LONGEST_RUN.total_seconds():
            raise LookupError("so many calls would last until the callees' lunch: take fewer, or a higher rate")
        with tempfile.TemporaryDirectory(prefix="ringfence-carrier-") as name, _database(store, Path(name)) as url:
            faults = Faults(lose, repeat, delay)
            wanted = Wanted(url, moment - datetime.now(UTC), workers, time_scale, faults, seed_number)
            findings = _found(wanted, Path(name), calls, rate, moment)
    except (PostgresMissing, ServerFailed, LookupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    for line in lines_of(findings, rate):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    sys.exit(1 if findings.faults else 0)


def _found(wanted: Wanted, folder: Path, calls: int, rate: float, moment: datetime) -> Findings:
    services = build(settings_from(environment(wanted, NOWHERE, NOWHERE, "redis://127.0.0.1:1/0")))
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("preparing", total=calls)
        seed(services, calls, moment)
        with running(wanted, folder) as parts:
            most = Counter[str]()

            def say(what: str, done: int) -> None:
                most["done"] = max(most["done"], done)
                progress.update(task, description=what, completed=most["done"])

            findings = asyncio.run(measured(services, parts, calls, rate, say))
    services.database.dispose()
    return findings


@contextmanager
def _database(store: str, folder: Path) -> Iterator[str]:
    if store == "sqlite":
        yield SqliteStore(folder, "carrier").pristine_url()
        return
    folder.chmod(0o711)  # its server runs as somebody else where we are root
    with postgres_server(folder / "postgres") as server:
        yield PostgresStore(server, "carrier").pristine_url()


if __name__ == "__main__":
    main(prog_name="scripts/bench carrier")
