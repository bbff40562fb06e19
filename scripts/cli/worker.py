"""`ringfence worker`: runs queued jobs, and RQ's scheduler beside them."""

from __future__ import annotations

import click

from middleware.bootstrap import build
from middleware.logs import configure_logs
from middleware.settings import read_settings


@click.command("worker", help="Run queued jobs until stopped, with RQ's scheduler.")
def command() -> None:
    """Ends on SIGTERM after the job under way; a supervisor starts it again when it dies."""
    settings = read_settings()
    configure_logs(settings.log_level)
    build(settings).queue.worker().work(with_scheduler=True, logging_level="WARNING")
