"""`scripts/bench`: how fast the binding check is beside a bare Flask view with one durable INSERT."""

from __future__ import annotations

import signal
import sys
import tempfile
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from scripts.benchmark.core_cost import Cost, core_costs
from scripts.benchmark.hard_cases import hard_costs
from scripts.benchmark.json_report import write_json
from scripts.benchmark.measuring import Plan
from scripts.benchmark.moment import LONGEST_RUN, next_open_tuesday
from scripts.benchmark.preparing import ENGINES, Bench, FolderTaken, country_book, policies, prepared, run_minutes
from scripts.benchmark.servers import CHECK, PROBES, ServerFailed
from scripts.benchmark.settings import forget_own_settings
from scripts.benchmark.slices import Slice
from scripts.benchmark.stores.postgres_server import PostgresMissing
from scripts.benchmark.summary import comparisons, summarise
from scripts.benchmark.tables import LEGEND, costs_table, figures_table, ratios_table

FULL = {"rows": 1_000_000, "rounds": 5, "seconds": 3.0, "warm_up": 20.0}
QUICK = {"rows": 50_000, "rounds": 3, "seconds": 1.0, "warm_up": 1.0}
MOST_FAULTS_SHOWN = 10
# wide enough for the tables where the output is a file
WIDTH = None if sys.stdout.isatty() else 140


@click.command(help="Measure the binding check beside a bare Flask view with one durable INSERT, and a bare view.")
@click.option("--engine", "engines", type=click.Choice(ENGINES), multiple=True, default=ENGINES, show_default=True)
@click.option("--connections", type=click.IntRange(1, 256), multiple=True, default=(1, 8, 32), show_default=True)
@click.option("--rows", type=click.IntRange(1_000, 4_000_000), help=f"[default: {FULL['rows']:,}]")
@click.option("--rounds", type=click.IntRange(1, 50), help=f"[default: {FULL['rounds']}]")
@click.option("--seconds", type=click.FloatRange(0.2, 30), help=f"Of each slice.  [default: {FULL['seconds']:g}]")
@click.option(
    "--warm-up", type=click.FloatRange(0.2, 120), help=f"Seconds, of each server.  [default: {FULL['warm_up']:g}]"
)
@click.option(
    "--quick", is_flag=True, help=f"{QUICK['rows']:,} rows, {QUICK['rounds']} rounds of {QUICK['seconds']:g} s."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the order of the slices.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where filled stores are kept for later runs (about 5 GB).  [default: in the system's temporary folder]",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures here.")
def main(
    engines: tuple[str, ...],
    connections: tuple[int, ...],
    rows: int | None,
    rounds: int | None,
    seconds: float | None,
    warm_up: float | None,
    quick: bool,
    seed: int,
    data_dir: Path | None,
    json_file: Path | None,
) -> None:
    """Exit code 1 means a wrong or missing answer, or a row without one; speed is printed, never judged by it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    forget_own_settings()
    size = QUICK if quick else FULL
    plan = Plan(
        connections=tuple(sorted(set(connections))),
        seconds=seconds or size["seconds"],
        warm_up=warm_up or size["warm_up"],
        rounds=rounds or int(size["rounds"]),
        rows=rows or int(size["rows"]),
        seed=seed,
    )
    folder = (data_dir or Path(tempfile.gettempdir()) / "ringfence-bench").absolute()
    target = json_file.absolute() if json_file else None
    console = Console(width=WIDTH)
    try:
        bench, costs = _bench(folder, engines, plan)
        slices = _measure(bench, console)
    except (FolderTaken, PostgresMissing, ServerFailed, LookupError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _report(bench, slices, costs, console, target)
    sys.exit(1 if any(each.faults() for each in slices) else 0)


def _bench(folder: Path, engines: tuple[str, ...], plan: Plan) -> tuple[Bench, list[Cost]]:
    found = policies()
    moment = next_open_tuesday([policy.hours for policy in found.values()], datetime.now(UTC))
    bench = Bench(folder, tuple(dict.fromkeys(engines)), plan, moment)
    if run_minutes(bench) > LONGEST_RUN:
        raise LookupError("so many slices would last until the callees' lunch: take fewer rounds or shorter slices")
    return bench, core_costs(found, moment) + hard_costs(country_book(), moment)


def _measure(bench: Bench, console: Console) -> list[Slice]:
    """All slices, with the work named while it is done. A settings file where we were started must not be read."""
    bench.folder.mkdir(parents=True, exist_ok=True)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn()
    with chdir(bench.folder), Progress(*columns, console=console) as progress, prepared(bench, progress) as measuring:
        task = progress.add_task("measuring", total=measuring.count())
        slices = []
        for each in measuring.slices(lambda what: progress.update(task, description=what)):
            slices.append(each)
            progress.advance(task)
        return slices


def _report(bench: Bench, slices: list[Slice], costs: list[Cost], console: Console, json_file: Path | None) -> None:
    figures = summarise(slices)
    baselines = [probe.letter for probe in PROBES if probe is not CHECK]
    compared = comparisons(figures, CHECK.letter, baselines)
    for engine in bench.engines:
        console.print(figures_table(engine, figures))
    console.print(LEGEND)
    console.print(ratios_table(compared))
    console.print(costs_table(costs))
    for line in _faults(slices):
        console.print(f"FAULT {line}", style="bold red")
    if json_file is not None:
        write_json(json_file, bench.plan, slices, figures, compared, costs)


def _faults(slices: list[Slice]) -> list[str]:
    lines = [
        f"{each.cell.engine} ({each.cell.probe}) x {each.cell.connections}: {fault}"
        for each in slices
        for fault in each.faults()
    ]
    rest = len(lines) - MOST_FAULTS_SHOWN
    return lines[:MOST_FAULTS_SHOWN] + ([f"and {rest} more"] if rest > 0 else [])


if __name__ == "__main__":
    main(prog_name="scripts/bench")
