"""`ringfence export`: an auditor's files, written whole or not at all, and their check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from middleware.bootstrap import build
from middleware.errors import InvalidRequest, StoreUnavailable
from middleware.services.exports.attempts import ExportStream
from middleware.services.exports.manifest import Manifest
from middleware.services.exports.query import ExportQuery, export_query
from middleware.services.exports.verifying import verify as verify_export
from middleware.settings import read_settings
from scripts.cli.api_keys import API_KEY, api_key
from scripts.cli.whole_files import whole_file

MANIFEST_SUFFIX = ".manifest.json"


@click.group("export", help="Write what an auditor asks for, and check it against its manifest.")
def command() -> None:
    """The group of all exports."""


@command.command("attempts", help="Attempts with their decisions and outcomes, refused ones included.")
@click.option(
    "--from", "begins", required=True, metavar="TIME", help="2026-11-01 (midnight UTC) or with time and zone."
)
@click.option("--to", "ends", required=True, metavar="TIME", help="The end, not itself part of the range.")
@click.option("--campaign", "campaign_id", metavar="ID", help="Of this campaign alone.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write to. [default: the current one]",
)
@click.option("--api-key-file", type=click.File(), help=f"Holds an auditor's API key, else {API_KEY} does; - reads it.")
def attempts(
    begins: str, ends: str, campaign_id: str | None, form: str, folder: Path, api_key_file: TextIO | None
) -> None:
    """Write the data and its manifest; both get their names when they are whole and on disk."""
    query = _query(begins, ends, form, campaign_id)
    services = build(read_settings())
    asker = services.access.by_api_key(api_key(api_key_file, "an auditor"))
    stream = services.exports.attempts(query, asker)
    path = folder / stream.file_name
    manifest_path = path.with_name(path.name + MANIFEST_SUFFIX)
    try:
        manifest = _write_both(stream, path, manifest_path)
    except OSError as error:
        raise click.FileError(str(folder), error.strerror) from None
    click.echo(f"{_said(manifest)}\n{path}\n{manifest_path}")


@command.command("verify", help="Check an export against its manifest; needs nothing but the two files.")
@click.argument("manifest_path", metavar="MANIFEST", type=click.Path(path_type=Path, dir_okay=False))
def verify(manifest_path: Path) -> None:
    """Exit code 0 if the file is what was exported, 1 if it is not, 2 if there is no manifest to check by."""
    found = verify_export(manifest_path)
    for problem in found.problems:
        click.echo(problem)
    if found.problems:
        sys.exit(1)
    click.echo(f"{found.manifest.file.name} is what was exported: {_said(found.manifest)}")


def _write_both(stream: ExportStream, path: Path, manifest_path: Path) -> Manifest:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(manifest_path) as described, whole_file(path) as file:  # the data gets its name first
        _write(stream, file)
        if stream.manifest is None:
            raise StoreUnavailable("the export did not come to its end: run it again")
        described.write(stream.manifest.text().encode())
    return stream.manifest


def _query(begins: str, ends: str, form: str, campaign_id: str | None) -> ExportQuery:
    try:
        return export_query(begins, ends, form, campaign_id)
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint=f"--{error.field}") from None


def _write(stream: ExportStream, file: BinaryIO) -> None:
    columns = (BarColumn(), TextColumn("{task.description} {task.fields[rows]:,} attempts"), TimeElapsedColumn())
    began, length = stream.span.begins, stream.span.ends - stream.span.begins
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=length.total_seconds(), rows=0)
        for chunk in stream:
            file.write(chunk)
            reached = stream.tally.last_asked_at or began
            said = f"{reached:%Y-%m-%d %H:%M}"
            done = (reached - began).total_seconds()
            progress.update(task, completed=done, description=said, rows=stream.tally.rows)


def _said(manifest: Manifest) -> str:
    counts = manifest.counts
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.by_verdict.items())
    span = manifest.range
    return (
        f"{counts.rows:,} attempts ({kinds}) asked from {span.asked_from:%Y-%m-%d %H:%M:%S} "
        f"to before {span.asked_before:%Y-%m-%d %H:%M:%S} UTC, SHA-256 {manifest.file.sha256}"
    )
