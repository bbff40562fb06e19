"""`ringfence policy try`: what a country's changed file would have meant for the calls of a period."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from middleware.bootstrap import what_if
from middleware.services.what_if.picture import refusals_by_hour
from middleware.services.what_if.tally import Example, Tally
from middleware.services.what_if.trying import Tried
from middleware.settings import read_settings
from scripts.cli.bars import decisions_bar
from scripts.cli.periods import period

_CAVEAT = (
    "Each call is tried with the facts of then. That one call more or less would have changed what came after it is "
    "not played out, and the campaigns' own figures are those of today. Nothing has been switched on."
)


@click.command("try", help="Try a country's changed file on the calls of a period, before it is switched on.")
@click.argument("newfile", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "begins", required=True, metavar="TIME", help="2026-11-01 (midnight UTC) or time and zone.")
@click.option("--to", "ends", required=True, metavar="TIME", help="The end, not itself part of the period.")
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write refusals by hour of the week, as SVG. [default: what-if-COUNTRY.svg here]",
)
def try_out(newfile: Path, begins: str, ends: str, picture: Path | None) -> None:
    """Exit code 2 for a file that is wrong, with a line for each thing to mend."""
    begins_at, ends_at = period(begins, ends)
    subject = what_if(read_settings())
    with decisions_bar() as progress:
        task = progress.add_task("", total=None)
        tried = subject.try_out(
            newfile, begins_at, ends_at, lambda done, of: progress.update(task, completed=done, total=of)
        )
    console = Console()
    _show(console, tried)
    if tried.tally.tried:
        path = picture or Path(f"what-if-{tried.country}.svg")
        _write(path, refusals_by_hour(tried.country, tried.tally))
        console.print(f"Refusals by hour of the week, before and after: {path}", highlight=False, soft_wrap=True)


def _show(console: Console, tried: Tried) -> None:
    tally = tried.tally
    if not tally.tried:
        console.print(f"No call to {tried.country} was asked for in that time that can be tried.", highlight=False)
    else:
        console.print(_headline(tried.country, tally), highlight=False, soft_wrap=True)
        console.print(_changes("reason of refusal", tally.reasons_before, tally.reasons_after))
        console.print(_changes("campaign: permitted", tally.campaigns_before, tally.campaigns_after))
        _show_examples(console, "would have been permitted", tally.examples_gained, tally.gained)
        _show_examples(console, "would have been refused", tally.examples_lost, tally.lost)
        console.print(_CAVEAT, highlight=False)
    for why, count in tally.not_tried.items():
        left_out = "1 call was" if count == 1 else f"{count:,} calls were"
        console.print(f"{left_out} left out: {why}.", highlight=False, soft_wrap=True)


def _headline(country: str, tally: Tally) -> str:
    change = tally.permitted_after - tally.permitted_before
    direction = "no more and no fewer" if change == 0 else f"{abs(change):,} {'more' if change > 0 else 'fewer'}"
    return (
        f"{tally.tried:,} calls to {country}: {tally.permitted_before:,} were permitted, "
        f"{tally.permitted_after:,} would have been: {direction}. "
        f"{tally.gained:,} refused ones would have been permitted, {tally.lost:,} permitted ones refused."
    )


def _changes(what: str, before: Counter[str], after: Counter[str]) -> Table:
    table = Table(what, "before", "after", "change")
    for name in sorted(before.keys() | after.keys(), key=lambda each: (-abs(after[each] - before[each]), each)):
        change = after[name] - before[name]
        table.add_row(escape(name), f"{before[name]:,}", f"{after[name]:,}", f"{change:+,}" if change else "")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _show_examples(console: Console, what: str, examples: list[Example], of: int) -> None:
    if not examples:
        return
    console.print(f"{of:,} {what}{', for example' if of > len(examples) else ''}:", highlight=False)
    for each in examples:
        reasons = ", ".join(each.reasons_after or each.reasons_before)
        was = "now for" if each.reasons_after else "then for"
        asked = f"{each.asked_at:%a %Y-%m-%d %H:%M} where it rang"
        console.print(
            escape(f"  {each.decision_id}  {asked}  {each.campaign_id}: refused {was} {reasons}"),
            highlight=False,
            soft_wrap=True,
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from None
