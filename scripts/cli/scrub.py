"""`ringfence scrub`: a dry run over a list of leads. Who may be called today, who later, who not, and why."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from middleware.bootstrap import build
from middleware.errors import InvalidRequest
from middleware.services.instants import read_instant
from middleware.services.scrub import OpenList, Scrub, ScrubRun
from middleware.services.scrubbing.answers import Order
from middleware.services.scrubbing.copies import Copy, CsvCopy, ExcelCopy
from middleware.settings import read_settings
from scripts.cli.api_keys import API_KEY, api_key
from scripts.cli.scrub_report import show
from scripts.cli.whole_files import whole_file

LANGUAGES = ("en", "da", "sv", "de", "nl")
_SHOWN_EVERY = 100  # rows


@click.command("scrub", help="Dry run over a list (CSV or Excel): who may be called now, later, or not, and why.")
@click.argument("leads", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--campaign", "campaign_id", required=True, metavar="ID", help="For which campaign they would be called.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The annotated copy, .csv or .xlsx. [default: LEADS.checked beside the list, of its own kind]",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of all sentences.")
@click.option("--default-country", metavar="DK", help="Whose numbers those are that name no country.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="What stands first in 03/04/2026: day or month.")
@click.option("--sheet", metavar="NAME", help="Of a workbook. [default: the first that is not hidden]")
@click.option("--at", metavar="TIME", help="Answers for this moment instead of now, such as 2026-12-01T09:00:00+01:00.")
@click.option("--caller-id", metavar="NUMBER", help="The number that would be shown. [default: one of the campaign's]")
@click.option("--speaker", type=click.Choice(["human", "machine"]), help="Who would speak. [default: as the campaign]")
@click.option("--dialling", type=click.Choice(["manual", "preview", "predictive"]), help="[default: as the campaign]")
@click.option("--one-per-company", is_flag=True, help="A second person of a company is a duplicate, not only named.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--timing", is_flag=True, help="Also say how long it took, and the most memory that was used.")
@click.option(
    "--api-key-file", type=click.File(), help=f"Holds an API key that may ask, else {API_KEY} does; - reads it."
)
def command(
    leads: Path,
    output: Path | None,
    as_json: bool,
    timing: bool,
    api_key_file: TextIO | None,
    sheet: str | None,
    **options: Any,
) -> None:
    """Exit code 0 when every row was answered, whatever the answers; 2 when the list or the campaign cannot be used."""
    order = _order(options)
    target = output or leads.with_name(f"{leads.stem}.checked{leads.suffix}")
    if target.resolve() == leads.resolve():
        raise click.BadParameter("is the list itself; name another file", param_hint="--output")
    services = build(read_settings())
    asker = services.access.by_api_key(api_key(api_key_file, "somebody who may ask (dialer, caller or admin)"))
    gc.freeze()  # what lives as long as the process need not be looked through again and again
    began = time.perf_counter(), time.process_time()
    with leads.open("rb") as file:
        opened = _opened(services.scrub, file, sheet)
        run = services.scrub.begin(opened, order, asker)
        _write(run, opened, target)
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    if as_json:
        summary = {"summary": run.summary.counts(), "columns": run.summary.columns(), "output": str(target)}
        click.echo(orjson.dumps(summary, option=orjson.OPT_INDENT_2).decode())
    else:
        show(Console(), run.summary, order.language, target)
    if timing:
        click.echo(_timing(run.summary.rows, *took), err=as_json)


def _order(options: dict[str, Any]) -> Order:
    try:
        return Order.of(**{**options, "at": read_instant(options["at"], "at")})
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint=f"--{(error.field or '').replace('_', '-')}") from None


def _opened(scrub: Scrub, file: BinaryIO, sheet: str | None) -> OpenList:
    try:
        return scrub.open(file, sheet=sheet)
    except InvalidRequest as error:
        hint = "--sheet" if error.field == "sheet" else "the list"
        raise click.BadParameter(str(error), param_hint=hint) from None


def _write(run: ScrubRun, opened: OpenList, target: Path) -> None:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    try:
        with (
            whole_file(target) as file,
            Progress(*columns, console=Console(stderr=True), transient=True) as progress,
        ):
            task = progress.add_task("", total=opened.rows)
            copy = _copy(file, opened, target)
            for rows, answer in enumerate(run, start=1):
                copy.add(answer)
                if rows % _SHOWN_EVERY == 0:
                    progress.update(task, completed=rows)
            copy.close()
    except OSError as error:
        raise click.FileError(str(target), error.strerror) from None


def _copy(file: BinaryIO, opened: OpenList, target: Path) -> Copy:
    if target.suffix.lower() == ".xlsx":
        return ExcelCopy(file, opened.headings)
    return CsvCopy(file, opened.headings, opened.delimiter)


def _timing(rows: int, seconds: float, cpu: float) -> str:
    # kilobytes on Linux, bytes on macOS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return (
        f"{rows:,} rows in {seconds:.1f} s ({rows / max(seconds, 1e-9):,.0f} rows/s), {cpu:.1f} s of CPU; "
        f"peak memory {peak:,.0f} MB; process {os.getpid()}"
    )
