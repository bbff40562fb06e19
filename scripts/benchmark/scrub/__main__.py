"""`scripts/bench scrub`: `ringfence scrub` over a made-up list, as anybody would run it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from middleware.bootstrap import build, migrate_store
from middleware.settings import REPOSITORY
from scripts.benchmark.moment import next_open_tuesday
from scripts.benchmark.preparing import policies
from scripts.benchmark.scrub.lists import write_list
from scripts.benchmark.settings import forget_own_settings, product_settings, settings_from

MOST_SECONDS, MOST_MEGABYTES = 60, 300
_CAMPAIGN, _CREDENTIAL = "nordlys-dk", "demo-caller"


@click.command(help="Run `ringfence scrub` over a made-up list, and tell how long it took and how much memory.")
@click.option("--rows", type=click.IntRange(1_000, 10_000_000), default=100_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the list.")
def main(rows: int, seed: int) -> None:
    """Exit code 1: a row was lost, or a broken one was not told with its line."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="ringfence-scrub-") as name:
        folder = Path(name)
        environment = _prepared(folder)
        leads = folder / "leads.csv"
        broken = write_list(leads, rows, seed)
        command = [sys.executable, "-m", "scripts.cli", "scrub", str(leads), "--campaign", _CAMPAIGN, "--timing"]
        began = time.perf_counter()
        subprocess.run(command, env=environment, cwd=REPOSITORY, check=True)
        took = time.perf_counter() - began
        answered, told = _told(folder / "leads.checked.csv")
    is_right = answered == rows and told == broken
    console.print(
        f"{answered:,} of {rows:,} rows answered, {len(told):,} of {len(broken):,} broken ones told with their lines; "
        f"{took:.1f} s with the start of the command (aim: {MOST_SECONDS} s, {MOST_MEGABYTES} MB)",
        highlight=False,
        soft_wrap=True,
    )
    sys.exit(0 if is_right else 1)


def _prepared(folder: Path) -> dict[str, str]:
    """A store with the demonstration's campaigns, and the environment of a command that uses it, at an open hour."""
    forget_own_settings()
    hours = [policy.hours for policy in policies().values()]
    now = datetime.now(UTC)
    variables = product_settings(f"sqlite:///{folder / 'store.sqlite3'}", next_open_tuesday(hours, now) - now)
    settings = settings_from(variables)
    migrate_store(settings)
    setting_up = build(settings).setting_up
    loaded = setting_up.load(setting_up.read(REPOSITORY / "config" / "demo"))
    return {**os.environ, **variables, "RINGFENCE_API_KEY": loaded.new_keys[_CREDENTIAL]}


def _told(path: Path) -> tuple[int, tuple[int, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["callable"], int(row["line"])) for row in csv.DictReader(file, delimiter=";")]
    return len(rows), tuple(line for verdict, line in rows if verdict == "broken")


if __name__ == "__main__":
    main(prog_name="scripts/bench scrub")
