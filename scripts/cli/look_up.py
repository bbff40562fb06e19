"""`ringfence look-up`: what lines a campaign's numbers lead to, from Twilio Lookup."""

from __future__ import annotations

from collections.abc import Mapping

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from middleware.bootstrap import build
from middleware.services.look_ups import LookedUp
from middleware.settings import read_settings


@click.command("look-up", help="Ask Twilio Lookup what lines a campaign's numbers lead to. Each look-up costs money.")
@click.option(
    "--campaign", "campaign_id", required=True, metavar="ID", help="The numbers of its controller's contacts."
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many look-ups now.")
@click.pass_context
def command(context: click.Context, campaign_id: str, limit: int | None) -> None:
    """Exit code 0 when every number is looked up or the limit is reached, 1 when it ended before."""
    services = build(read_settings())
    columns = (BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=limit, said="looking")

        def on_progress(counts: Mapping[str, int]) -> None:
            asked = sum(counts.values()) - counts.get("cached", 0)
            progress.update(task, completed=asked, said=f"{asked:,} numbers looked up")

        result = services.look_ups.run(campaign_id, limit, on_progress)
    click.echo(_sentence(result))
    context.exit(1 if result.stopped and not _is_limit(result, limit) else 0)


def _is_limit(result: LookedUp, limit: int | None) -> bool:
    return limit is not None and sum(result.counts.values()) - result.counts.get("cached", 0) >= limit


def _sentence(result: LookedUp) -> str:
    counts = result.counts
    said = (
        f"Lines known now: {counts.get('known', 0):,}; numbers that do not exist: {counts.get('invalid', 0):,}; "
        f"still unknown: {counts.get('unknown', 0):,}; could not be looked up: {counts.get('failed', 0):,}; "
        f"looked up before: {counts.get('cached', 0):,}."
    )
    return f"{said} Ended early: {result.stopped}." if result.stopped else said
