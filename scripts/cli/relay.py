"""`ringfence relay`: moves due work from the store into the queue, and closes attempts that would stay open."""

from __future__ import annotations

import logging
import signal
from threading import Event

import click

from middleware.bootstrap import Services, build
from middleware.errors import RingfenceError
from middleware.logs import configure_logs
from middleware.settings import read_settings

logger = logging.getLogger(__name__)
RELAY_EVERY = 0.25  # seconds
SWEEP_EVERY = 20  # relay passes


@click.command("relay", help="Queue what is due and close what stays open, until stopped.")
def command() -> None:
    """All of its work is found in the store, so it may die at any moment and several may run."""
    settings = read_settings()
    configure_logs(settings.log_level)
    services = build(settings)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    passes = 0
    while not stopped.wait(RELAY_EVERY):
        _pass(services, sweeps=passes % SWEEP_EVERY == 0)
        passes += 1


def _pass(services: Services, *, sweeps: bool) -> None:
    try:
        services.relay.run()
        if sweeps:
            services.sweeps.run()
    except RingfenceError as error:
        logger.warning("tried again soon: %s", error)
