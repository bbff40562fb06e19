"""`ringfence load DIRECTORY`: bring controllers, campaigns, credentials, contacts and a stop list into the store."""

from __future__ import annotations

from pathlib import Path

import click

from middleware.bootstrap import build
from middleware.settings import TWILIO_API, read_settings

MADE_UP = ".example"  # a domain that nobody can have (RFC 2606)


@click.command("load", help="Load controllers, campaigns, caller IDs, agents, credentials, contacts and suppressions.")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Adds what is new, and tells what is there what was not known of it; may be run again. Every problem of every
    file is told at once."""
    settings = read_settings()
    setting_up = build(settings).setting_up
    set_up = setting_up.read(directory)
    if settings.twilio_api_base_url == TWILIO_API and any(
        entry.value.email.endswith(MADE_UP) for entry in set_up.controllers
    ):
        raise click.ClickException(
            f"{directory} has made-up controllers ({MADE_UP}), and real Twilio would ring real telephones for them"
        )
    loaded = setting_up.load(set_up)
    for kind, count in loaded.added.items():
        click.echo(f"{kind}: {count} new")
    for kind, count in loaded.updated.items():
        if count:
            click.echo(f"{kind}: {count} that were there heard something new")
    for name, key in loaded.new_keys.items():
        click.echo(f"API key of {name}, shown this once: {key}")
