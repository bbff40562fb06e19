"""`ringfence migrate`: bring the configured database to this version's schema."""

from __future__ import annotations

import click

from middleware.bootstrap import migrate_store
from middleware.settings import read_settings


@click.command("migrate", help="Bring the configured database to this version's schema.")
def command() -> None:
    """Safe to run again, and by two processes at once."""
    migrate_store(read_settings())
    click.echo("the database is up to date")
