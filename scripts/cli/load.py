"""`ringfence load DIRECTORY`: bring controllers, campaigns, credentials, contacts and a stop list into the store."""

from __future__ import annotations

from pathlib import Path

import click

from middleware.bootstrap import build
from middleware.settings import read_settings


@click.command("load", help="Load controllers, campaigns, credentials, contacts and suppressions from a folder.")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Adds what is new and leaves the rest; may be run again. Every problem of every file is told at once."""
    setting_up = build(read_settings()).setting_up
    loaded = setting_up.load(setting_up.read(directory))
    for kind, count in loaded.added.items():
        click.echo(f"{kind}: {count} new")
    for name, key in loaded.new_keys.items():
        click.echo(f"API key of {name}, shown this once: {key}")
