"""The servers under test, all up at once and each on a port of its own: only one is asked at a time."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from scripts.benchmark.baselines import URL_VARIABLE
from scripts.benchmark.settings import product_settings, settings_from
from scripts.benchmark.stores.model import StoreUrls
from scripts.gateway_server import GATEWAY, gateway_command

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Probe:
    """What is measured: a letter for tables, a sentence, the app that serves it, and the table that it writes."""

    letter: str
    title: str
    app: str
    table: str | None
    engines: tuple[str, ...] = ("sqlite", "postgresql")


CHECK = Probe("a", "binding check", GATEWAY, "attempts")
INSERT = Probe("b", "Flask view, one durable INSERT", "scripts.benchmark.baselines:insert", "baseline_records")
INSERT_BY_LIBPQ = Probe(
    "b2",
    "the same INSERT by libpq",
    "scripts.benchmark.baselines:insert_by_libpq",
    "baseline_records",
    ("postgresql",),
)
VIEW = Probe("c", "bare Flask view", "scripts.benchmark.baselines:view", None)
PROBES = (CHECK, INSERT, INSERT_BY_LIBPQ, VIEW)


class ServerFailed(Exception):
    """A server did not start; the text ends with what it said."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    engine: str
    probe: Probe
    port: int
    pid: int

    @property
    def name(self) -> str:
        """For telling process trees apart."""
        return f"{self.engine} {self.probe.letter}"


@contextmanager
def serving(engine: str, probe: Probe, urls: StoreUrls, offset: timedelta, folder: Path) -> Iterator[RunningServer]:
    """One server, started as the gateway is; ended when the block ends. Raises `ServerFailed`."""
    variables = product_settings(urls.product, offset)
    port = _free_port()
    command = gateway_command(settings_from(variables), HOST, port, probe.app)
    environment = {**os.environ, **variables, URL_VARIABLE: _for_driver(urls.baseline)}
    log = folder / f"{engine}-{probe.letter}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await_port(server, port, log)
        yield RunningServer(engine, probe, port, server.pid)
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _for_driver(url: str) -> str:
    """As psycopg and sqlite3 want it: a libpq URL, or a path."""
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        return parsed.database or ""
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
            raise ServerFailed(f"a server ended at once:\n{log.read_text(encoding='utf-8', errors='replace')}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"a server did not listen in time:\n{log.read_text(encoding='utf-8')}")
