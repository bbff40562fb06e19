"""`ringfence reconcile`: Twilio's call list of a day against what was permitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from middleware.bootstrap import build
from middleware.errors import InvalidRequest
from middleware.services.reconciliation.kinds import ALARMING, MEANINGS, Kind
from middleware.services.reconciliation.reconciling import Reconciled, Reconciliations
from middleware.settings import read_settings

UNSETTLED = 1


@click.command(
    "reconcile", help="Compare a day of Twilio's call list with what was permitted, or settle what it found."
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A day of UTC. [default: yesterday]")
@click.option("--settle", "violation_id", metavar="ID", help="Somebody has looked at this one; needs --by and --note.")
@click.option("--by", metavar="NAME", help="Who has.")
@click.option("--note", metavar="TEXT", help="What they found.")
@click.pass_context
def command(
    context: click.Context, day: datetime | None, violation_id: str | None, by: str | None, note: str | None
) -> None:
    """Exit code 0 when nothing of the day is left to look at, 1 when something is, 2 when it could not be compared."""
    services = build(read_settings())
    reconciliations = services.nightly.reconciliations
    if violation_id is not None:
        _settle(reconciliations, violation_id, by or "", note or "")
        return
    wanted = day.date() if day else services.clock.now().date() - timedelta(days=1)
    result = _compared(reconciliations, wanted)
    _show(Console(), result)
    context.exit(UNSETTLED if result.unsettled else 0)


def _settle(reconciliations: Reconciliations, violation_id: str, by: str, note: str) -> None:
    try:
        settled = reconciliations.settle(violation_id, by, note)
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint=f"--{error.field}") from None
    click.echo(f"Settled by {settled.settled_by}: {settled.kind} {settled.subject}")


def _compared(reconciliations: Reconciliations, day: date) -> Reconciled:
    columns = (BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None, said="asking Twilio")  # whose list tells no total

        def on_progress(counts: Mapping[str, int]) -> None:
            progress.update(task, said=f"{counts.get('calls', 0):,} calls of {day}")

        try:
            return reconciliations.run(day, on_progress)
        except InvalidRequest as error:
            raise click.BadParameter(str(error), param_hint="--day") from None


def _show(console: Console, result: Reconciled) -> None:
    counts = result.counts
    table = Table(title=f"{result.day} (UTC)", title_justify="left")
    table.add_column("found")
    table.add_column("calls", justify="right")
    table.add_column("which is")
    for kind in Kind:
        if counts.get(kind.value):
            style = "bold red" if kind in ALARMING else ""
            table.add_row(kind.value, f"{counts[kind.value]:,}", MEANINGS[kind], style=style)
    if table.row_count:
        console.print(table)
    for violation in result.violations:
        if violation.settled_at is None and violation.kind in ALARMING:
            console.print(
                f"{violation.id}  {violation.kind}  {violation.subject}  {violation.at:%H:%M:%S}", soft_wrap=True
            )
    console.print(_sentence(result), soft_wrap=True)


def _sentence(result: Reconciled) -> str:
    counts = result.counts
    compared = (
        f"{_calls(counts.get('calls', 0))} compared: {counts.get('attempts', 0):,} permitted, "
        f"{counts.get('own_people', 0):,} to our own people, {counts.get('inbound', 0):,} inbound; "
        f"{counts.get('repaired', 0):,} repaired."
    )
    if not result.unsettled:
        return f"{compared} Nothing of this day has to be looked at."
    has = "has" if result.unsettled == 1 else "have"
    return (
        f"{compared} {_calls(result.unsettled)} of this day {has} to be looked at; "
        "then `ringfence reconcile --settle ID --by NAME --note TEXT`."
    )


def _calls(count: int) -> str:
    return f"{count:,} call" if count == 1 else f"{count:,} calls"
