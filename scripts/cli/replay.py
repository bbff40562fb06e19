"""`ringfence replay`: makes every logged decision of a period again, and names those that come out otherwise."""

from __future__ import annotations

import time

import click
from rich.console import Console
from rich.markup import escape

from middleware.bootstrap import replays
from middleware.services.replay.replaying import ReplayReport
from middleware.settings import read_settings
from scripts.cli.bars import decisions_bar
from scripts.cli.periods import period

DIFFERS = 1
ENOUGH_FOR_A_RATE = 1_000


@click.command("replay", help="Make all decisions of a period again, from the facts and the figures they were made by.")
@click.option("--from", "begins", required=True, metavar="TIME", help="2026-11-01 (midnight UTC) or time and zone.")
@click.option("--to", "ends", required=True, metavar="TIME", help="The end, not itself part of the period.")
@click.pass_context
def command(context: click.Context, begins: str, ends: str) -> None:
    """Exit code 0: all are identical; 1: some differ, each of the first hundred is named; 2: nothing can be said."""
    begins_at, ends_at = period(begins, ends)
    subject = replays(read_settings())
    with decisions_bar() as progress:
        task = progress.add_task("", total=None)
        began, cpu = time.perf_counter(), time.process_time()
        report = subject.over(begins_at, ends_at, lambda done, of: progress.update(task, completed=done, total=of))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    _show(Console(), report, took, cpu)
    if report.differing:
        context.exit(DIFFERS)


def _show(console: Console, report: ReplayReport, took: float, cpu: float) -> None:
    for each in report.differences:
        console.print(escape(f"{each.decision_id} (campaign {each.campaign_id}): {each.what}"), highlight=False)
    if report.differing > len(report.differences):
        console.print(f"and {report.differing - len(report.differences):,} more", highlight=False)
    same = report.decisions - report.differing
    said = f"{report.decisions:,} decisions made again: {same:,} identical, {report.differing:,} different"
    if report.decisions >= ENOUGH_FOR_A_RATE:
        said += f"; {report.decisions / took:,.0f} a second, {report.decisions / cpu:,.0f} a second of one core"
    console.print(said, highlight=False, soft_wrap=True)
