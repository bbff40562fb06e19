"""`ringfence store`: what concerns the database itself. `certify` finds out whether it may be relied on."""

from __future__ import annotations

import secrets
import signal
import sys
from pathlib import Path
from types import FrameType

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from middleware.bootstrap import certification
from middleware.services.certification.certify import Certificate, Effort
from middleware.services.certification.findings import Finding
from middleware.settings import read_settings

NOT_CERTIFIED = 1
_TERMINATED = 143
_COLUMNS = ("per_second", "permits", "violations", "caught")
_IN_TABLE = frozenset(_COLUMNS)
_WHAT_IT_DOES = (
    "Writes rows of its own into guards, attempts, decisions, suppressions and policies, for a controller that does "
    "not exist and numbers that ring nowhere, and removes them at the end. The service may go on working: it will be "
    "slower meanwhile, and an export made meanwhile shows these rows."
)


@click.group("store", help="The database itself.")
def command() -> None:
    """The group of commands about the store."""


@command.command("certify", help="Find out whether the configured database keeps what reservations rest on.")
@click.option("--seconds", type=click.FloatRange(1, 60), default=5.0, show_default=True, help="Length of each trial.")
@click.option("--processes", type=click.IntRange(2, 64), default=16, show_default=True, help="How many ask at once.")
@click.option("--seed", type=int, default=None, help="Repeats the chances of an earlier run.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all of it here.")
@click.pass_context
def certify(context: click.Context, seconds: float, processes: int, seed: int | None, json_file: Path | None) -> None:
    """Exit code 0: certified; 1: not certified; 2: nothing can be said."""
    signal.signal(signal.SIGTERM, _end)  # ends like Ctrl-C: workers are killed and rows removed
    effort = Effort(seconds, processes, secrets.randbelow(1_000_000) if seed is None else seed)
    console = Console()
    subject = certification(read_settings())
    console.print(f"{subject.database_name}: {processes} processes, seed {effort.seed}", highlight=False)
    console.print(_WHAT_IT_DOES, highlight=False)
    with _Bar(console, effort.seconds) as bar:
        certificate = subject.run(effort, bar)
    _show(console, certificate)
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(_as_json(certificate), option=orjson.OPT_INDENT_2))
    if not certificate.is_certified:
        context.exit(NOT_CERTIFIED)


class _Bar:
    """One bar over all trials, and a line for each that is over."""

    def __init__(self, console: Console, seconds: float) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        )
        self._task: TaskID = self._progress.add_task("starting", total=None)
        self._step = 0.1 / seconds

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begins(self, number: int, of: int) -> None:
        """See `Watch`."""
        self._progress.update(self._task, description=f"trial {number} of {of}", total=of, completed=number - 1)

    def ticks(self) -> None:
        """See `Watch`."""
        self._progress.advance(self._task, self._step)

    def ends(self, finding: Finding) -> None:
        """See `Watch`."""
        further = [f"{_words(name)} {value}" for name, value in finding.figures.items() if name not in _IN_TABLE]
        line = "; ".join(finding.problems) or "passed"
        self._console.print(f"{finding.trial}: {line} ({', '.join(further)})", highlight=False, markup=False)


def _show(console: Console, certificate: Certificate) -> None:
    table = Table("trial", *(_words(name) for name in _COLUMNS), "result")
    for finding in certificate.findings:
        figures = (str(finding.figures.get(name, "")) for name in _COLUMNS)
        table.add_row(finding.trial, *figures, "FAILED" if finding.problems else "passed")
    console.print(table)
    console.print(f"removed all {certificate.rows_removed} rows of {certificate.run_id}", highlight=False)
    if certificate.left_behind_removed:
        console.print(f"and {certificate.left_behind_removed} rows of earlier runs that were killed", highlight=False)
    verdict = "certified" if certificate.is_certified else f"NOT certified: {'; '.join(certificate.problems)}"
    console.print(verdict, highlight=False, markup=False, soft_wrap=True)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _as_json(certificate: Certificate) -> dict[str, object]:
    return {
        "certified": certificate.is_certified,
        "problems": certificate.problems,
        "run": certificate.run_id,
        "engine": certificate.engine,
        "began_at": certificate.began_at,
        "seconds": certificate.effort.seconds,
        "processes": certificate.effort.processes,
        "seed": certificate.effort.seed,
        "rows_removed": certificate.rows_removed,
        "rows_of_earlier_runs_removed": certificate.left_behind_removed,
        "trials": [
            {
                "trial": finding.trial,
                "passed": not finding.problems,
                "figures": dict(finding.figures),
                "problems": finding.problems,
                "examples": finding.examples,
            }
            for finding in certificate.findings
        ],
    }


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(_TERMINATED)
