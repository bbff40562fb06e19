"""`scripts/bench replay`: logs made-up calls as the product decides them, and replays the log."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import insert

from middleware.decision.engine import decide
from middleware.decision.model import Audience, Policy
from middleware.encoding import facts_to_text, policy_to_text
from middleware.policies.book import PolicyBook
from middleware.services.asking import reasons_of, reasons_to_json
from middleware.services.replay.replaying import Replays
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from middleware.store.ids import new_id
from middleware.store.models import DecisionRow
from middleware.store.policies import keep_policy
from middleware.store.schema import migrate
from scripts.benchmark.replay.calls import SPREAD, CallMaker

CHUNK = 5_000


@click.command(help="Log made-up calls to all countries as the rules decide them, replay the log, and tell how fast.")
@click.option("--decisions", type=click.IntRange(1_000, 10_000_000), default=1_000_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the calls.")
@click.option("--database-url", help="SQLAlchemy's URL of an empty database.  [default: a SQLite file, thrown away]")
def main(decisions: int, seed: int, database_url: str | None) -> None:
    """Exit code 1: a decision came out otherwise."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="ringfence-replay-") as folder:
        database = Database(database_url or f"sqlite:///{Path(folder) / 'log.sqlite3'}")
        migrate(database)
        maker = _maker(decisions, seed)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            _log(database, maker, progress)
            task = progress.add_task("replaying", total=decisions)
            began, cpu = time.perf_counter(), time.process_time()
            report = Replays(database).over(
                maker.ends - SPREAD * 2,
                maker.ends + SPREAD,
                lambda done, of: progress.update(task, completed=done, total=of),
            )
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
        database.dispose()
    for each in report.differences:
        console.print(f"{each.decision_id}: {each.what}", highlight=False, markup=False)
    console.print(
        f"{report.decisions:,} decisions by the policies of {len({p.country for p in maker.policies})} countries: "
        f"{report.decisions - report.differing:,} identical, {report.differing:,} different; "
        f"{report.decisions / took:,.0f} a second, {report.decisions / cpu:,.0f} a second of one core",
        highlight=False,
        soft_wrap=True,
    )
    sys.exit(1 if report.differing or report.decisions != decisions else 0)


def _maker(decisions: int, seed: int) -> CallMaker:
    book = PolicyBook(REPOSITORY / "config" / "countries")
    found = [
        book.resolve(country, audience, {}, "measured", {}, "measured")
        for country in book.countries()
        for audience in Audience
    ]
    policies = [policy for policy in found if isinstance(policy, Policy)]
    ends = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    return CallMaker(policies, ends, decisions, seed)


def _log(database: Database, maker: CallMaker, progress: Progress) -> None:
    for policy in maker.policies:
        with database.writing() as connection:
            keep_policy(connection, policy.digest, policy_to_text(policy), policy.country, "measured", maker.ends)
    task = progress.add_task("deciding and logging", total=maker.count)
    rows = _rows(maker)
    while chunk := list(islice(rows, CHUNK)):
        with database.writing() as connection:
            connection.execute(insert(DecisionRow), chunk)
        progress.advance(task, len(chunk))


def _rows(maker: CallMaker) -> Iterator[dict[str, object]]:
    for place in range(maker.count):
        facts, policy = maker.call(place)
        decision = decide(facts, policy)
        yield {
            "id": new_id(facts.now),
            "kind": "attempt",
            "controller_id": "measured",
            "campaign_id": "measured",
            "credential_id": "measured",
            "callee_key": f"{place:032x}",
            "decided_at": facts.now,
            "policy_digest": decision.policy_digest,
            "clock_offset_seconds": 0.0,
            "is_permitted": decision.is_permitted,
            "not_before": decision.not_before,
            "attempts_left": decision.attempts_left,
            "refusals": reasons_to_json(reasons_of(decision)),
            "facts": facts_to_text(facts),
        }


if __name__ == "__main__":
    main(prog_name="scripts/bench replay")
