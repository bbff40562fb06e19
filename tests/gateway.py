"""Starts a whole gateway for a test: migrated, with two controllers, their dialers and their API keys, really served.

    with running_simulator(clock_offset=OFFSET.total_seconds()) as simulator:
        with running_gateway("sqlite:///...", simulator) as gateway:
            gateway.sdk().calls.create(to=a_callee("91"), from_=CALLER_ID, url="http://127.0.0.1:1/voice")
            simulator.wait_until_idle()
            gateway.work()

It is Tuesday 2026-11-24, 10:30 in Copenhagen, when the tests begin, and time goes on from there. `process=True` serves
it from a process of its own, as it is served in real use; else a thread of this process does, so that the log can be
read and the services are the very ones that serve. Settings are given by their names.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import urllib3
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from twilio.rest import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from middleware.bootstrap import Services, build
from middleware.clock import Clock
from middleware.services.delivery import Relay
from middleware.services.sweeps import Sweeps
from middleware.settings import Settings, read_settings
from scripts.gateway_server import gateway_command
from tests.hand_queue import HandQueue
from tests.rows import insert_campaign, insert_credential, migrated
from tests.simulator import ACCOUNT_SID, AUTH_TOKEN, Simulator
from webhooks.app import create_app

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OFFSET = NOW - datetime.now(UTC)
CALLER_ID = "+4570123499"
NOBODY = "http://127.0.0.1:1"  # where nothing listens
DIALER_SID = "AC" + "d1" * 16
OTHER_SID = "AC" + "d2" * 16
_START_SECONDS = 20.0
_numbers = count(101_000)  # those that begin with a nought cannot exist


def a_callee(ending: str = "") -> str:
    """A valid Danish number that no test has called; `ending` are its last two digits, by which a simulator decides."""
    number = next(_numbers)
    return f"+4533{number % 10_000:04d}{ending}" if ending else f"+4532{number % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class Dialer:
    """One controller's dialer: its Twilio-style credential, and its API key."""

    account_sid: str
    token: str
    api_key: str

    @property
    def bearer(self) -> dict[str, str]:
        """Headers of the attempts API."""
        return {"Authorization": f"Bearer {self.api_key}"}

    @property
    def basic(self) -> tuple[str, str]:
        """User and password of the drop-in."""
        return self.account_sid, self.token

    @property
    def calls_path(self) -> str:
        """Where its calls are, without `.json`."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Calls"


@dataclass(frozen=True, slots=True)
class Gateway:
    """`services` work on the same store; they are the serving ones unless it runs as a process."""

    url: str
    services: Services
    app: Flask
    dialer: Dialer
    other_dialer: Dialer
    auditor_key: str
    process: subprocess.Popen[bytes] | None = None
    queue: HandQueue = field(default_factory=HandQueue)

    def http(self) -> FlaskClient:
        """A client of the same application, without a network between."""
        return self.app.test_client()

    def sdk(self, dialer: Dialer | None = None) -> Client:
        """Twilio's own SDK, unmodified but for its base URL."""
        who = dialer or self.dialer
        client = Client(who.account_sid, who.token)
        client.api.base_url = self.url
        return client

    def work(self, later: timedelta = timedelta()) -> int:
        """Do all that is due, `later` than it is; returns how many rows were done."""
        services = self.later(later)
        relay = Relay(services.database, self.queue, services.clock)
        done = 0
        while relay.run():
            while self.queue.jobs:
                done += services.delivery.run(*self.queue.jobs.popleft())
        return done

    def sweep(self, later: timedelta = timedelta()) -> int:
        """Close what should be over, `later` than it is; returns how many attempts were changed."""
        return self.later(later).sweeps.run()

    def later(self, span: timedelta) -> Services:
        """The same services with a clock that is `span` ahead."""
        services = self.services
        clock = Clock(services.clock.offset + span)
        return replace(
            services,
            clock=clock,
            delivery=replace(services.delivery, clock=clock),
            sweeps=Sweeps(services.database, services.sweeps.carrier, clock, services.sweeps.quiet_for),
        )


@contextmanager
def running_gateway(
    database_url: str, simulator: Simulator | None = None, *, process: bool = False, **settings: object
) -> Iterator[Gateway]:
    """A gateway on a free port; without a simulator it finds no Twilio."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        given = _settings(database_url, port, simulator, settings)
        services = build(given)
        app = create_app(services)
        seeded = _seeded(services, f"http://127.0.0.1:{port}", app)
        if process:
            listener.close()
            with _as_process(given, port) as running:
                yield replace(seeded, process=running)
        else:
            with _as_thread(app, listener, port):
                yield seeded
    services.database.dispose()


def _settings(database_url: str, port: int, simulator: Simulator | None, changed: dict[str, object]) -> Settings:
    usual: dict[str, object] = {
        "database_url": database_url,
        "redis_url": "redis://127.0.0.1:1/0",
        "public_base_url": f"http://127.0.0.1:{port}",
        "pepper": "a pepper for tests, and for tests alone",
        "link_secret": "a link secret for tests, and for tests alone",
        "credential_secret": "a credential secret for tests, for tests alone",
        "twilio_account_sid": simulator.account_sid if simulator else ACCOUNT_SID,
        "twilio_auth_token": simulator.auth_token if simulator else AUTH_TOKEN,
        "twilio_api_base_url": simulator.url if simulator else NOBODY,
        "mail_from": "notices@gateway.example",
        "allow_private_callback_hosts": True,
        "twilio_calls_per_second": 100,
        "clock_offset_seconds": OFFSET.total_seconds(),
    }
    return read_settings(**(usual | changed))


def _seeded(services: Services, url: str, app: Flask) -> Gateway:
    database = migrated(services.settings.database_url)
    dialers = []
    for controller, campaign, sid in (("acme", "spring", DIALER_SID), ("beta", "autumn", OTHER_SID)):
        insert_campaign(database, campaign, controller)
        twilio: dict[str, Any] = {"kind": "twilio", "account_sid": sid, "campaign_id": campaign, "secret_hash": None}
        insert_credential(database, f"{controller}-twilio", "dialer", controller_id=controller, **twilio)
        key = insert_credential(database, f"{controller}-api", "dialer", controller_id=controller)
        token = services.access.token_of(services.catalogue.checked().by_account_sid[sid])
        dialers.append(Dialer(sid, token, key))
    auditor_key = insert_credential(database, "auditor", "auditor")
    database.dispose()
    return Gateway(url, services, app, dialers[0], dialers[1], auditor_key)


@contextmanager
def _as_thread(app: Flask, listener: socket.socket, port: int) -> Iterator[None]:
    silent = type("Silent", (WSGIRequestHandler,), {"log_request": lambda *_: None})
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=silent, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def _as_process(settings: Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    given = {f"RINGFENCE_{name.upper()}": _text(value) for name, value in settings if value is not None}
    command = gateway_command(settings, "127.0.0.1", port)
    with subprocess.Popen(command, env=os.environ | given) as process:
        try:
            _await_answer(process, f"{settings.public_base_url}/health/live")
            yield process
        finally:
            process.terminate()


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _await_answer(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=_START_SECONDS)
    while datetime.now(UTC) < deadline:
        try:
            if urllib3.request("GET", url, retries=False, timeout=1).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the gateway ended at once with {process.returncode}")
    raise AssertionError(f"the gateway did not answer within {_START_SECONDS} seconds")
