"""`ringfence relay`: moves due work from the store into the queue, and closes attempts that would stay open."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from threading import Event

import click

from middleware.bootstrap import build
from middleware.errors import RingfenceError
from middleware.logs import configure_logs
from middleware.settings import read_settings

logger = logging.getLogger(__name__)
RELAY_EVERY = 0.25  # seconds
SWEEP_EVERY = 20  # relay passes
FORGET_EVERY = 14_400  # relay passes, for what no call can need any more
LOOK_EVERY = 240  # relay passes, for yesterday's comparison with Twilio


@click.command(
    "relay", help="Queue what is due, cancel what would ring too late, close what stays open, until stopped."
)
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
        is_time_to_sweep = passes % SWEEP_EVERY == 0
        is_time_to_forget = passes % FORGET_EVERY == 0
        is_time_to_look = passes % LOOK_EVERY == 0
        one_pass(
            services.relay.run,
            services.queue_watch.run,
            *([services.sweeps.run, services.gated.own_call_sweep.run] if is_time_to_sweep else []),
            *([services.nightly.run] if is_time_to_look else []),
            *([services.forgetting.run] if is_time_to_forget else []),
        )
        passes += 1


def one_pass(*works: Callable[[], int]) -> None:
    """Each of these once. One that cannot be done keeps back none: attempts are closed while the queue is down."""
    for work in works:
        try:
            work()
        except RingfenceError as error:
            logger.warning("tried again soon: %s", error)
