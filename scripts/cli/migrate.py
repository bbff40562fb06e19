"""`ringfence migrate`: bring the configured database to this version's schema."""

from __future__ import annotations

import click

from middleware.bootstrap import build
from middleware.settings import read_settings
from middleware.store.schema import migrate


@click.command("migrate", help="Bring the configured database to this version's schema.")
def command() -> None:
    """Safe to run again, and by two processes at once."""
    migrate(build(read_settings()).database)
    click.echo("the database is up to date")
