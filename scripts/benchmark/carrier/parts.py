"""The processes of a run: the queue, the simulated carrier, one gateway with its workers and its relay."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
from redis import Redis
from redis.exceptions import RedisError

from middleware.settings import REPOSITORY
from scripts.benchmark.servers import ServerFailed
from scripts.benchmark.settings import product_settings, settings_from
from scripts.gateway_server import gateway_command
from scripts.stack.ports import LOOPBACK, other_port
from scripts.stack.valkey import write_configuration

START_SECONDS = 60.0
STOP_SECONDS = 30.0
SWEEP_AFTER_SECONDS = 20  # longer than simulated calls last
MOST_CALLS_PER_SECOND = 100  # the highest pace that can be set
SIMULATED_ACCOUNT = f"AC{'5' * 32}"
SIMULATED_TOKEN = "only-ever-used-on-loopback-by-the-benchmark"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of the status callbacks that the carrier loses, repeats and delays."""

    lose: float
    repeat: float
    delay: float


@dataclass(frozen=True, slots=True)
class Running:
    """`processes` are those whose CPU counts, by name."""

    gateway: str
    simulator: str
    processes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a run is set up."""

    database_url: str
    offset: timedelta
    workers: int
    time_scale: float
    faults: Faults
    seed: int


def environment(wanted: Wanted, gateway: str, simulator: str, redis_url: str) -> dict[str, str]:
    """The settings of the gateway, its workers and its relay."""
    return product_settings(wanted.database_url, wanted.offset) | {
        "RINGFENCE_REDIS_URL": redis_url,
        "RINGFENCE_PUBLIC_BASE_URL": gateway,
        "RINGFENCE_TWILIO_ACCOUNT_SID": SIMULATED_ACCOUNT,
        "RINGFENCE_TWILIO_AUTH_TOKEN": SIMULATED_TOKEN,
        "RINGFENCE_TWILIO_API_BASE_URL": simulator,
        "RINGFENCE_TWILIO_LOOKUPS_BASE_URL": simulator,
        "RINGFENCE_TWILIO_CALLS_PER_SECOND": str(MOST_CALLS_PER_SECOND),
        "RINGFENCE_ALLOW_PRIVATE_CALLBACK_HOSTS": "true",
        "RINGFENCE_SWEEP_AFTER_SECONDS": str(SWEEP_AFTER_SECONDS),
        "RINGFENCE_LOG_LEVEL": "WARNING",
    }


@contextmanager
def running(wanted: Wanted, folder: Path) -> Iterator[Running]:
    """Everything up, and ended afterwards. Raises `ServerFailed` with what the process said."""
    with ExitStack() as stack:
        start = _Starter(stack, folder)
        redis_url = _queue(start, folder)
        port = other_port(None, ())
        gateway = f"http://{LOOPBACK}:{port}"
        simulator = _simulator(start, wanted, folder)
        variables = environment(wanted, gateway, simulator, redis_url)
        command = gateway_command(settings_from(variables), LOOPBACK, port)
        start("gateway", command, lambda: _answers(f"{gateway}/health/live"), variables)
        for number in range(1, wanted.workers + 1):
            start(f"worker {number}", _module("scripts.cli", "worker"), lambda: True, variables)
        start("relay", _module("scripts.cli", "relay"), lambda: True, variables)
        yield Running(gateway, simulator, start.pids)


class _Starter:
    """Starts one process after the other; each ends with `stack`, the latest first."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self.pids: dict[str, int] = {}

    def __call__(
        self, name: str, command: Sequence[str], is_ready: Callable[[], bool], variables: Mapping[str, str]
    ) -> None:
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._stack.callback(_end, process)
        self.pids[name] = process.pid
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
                raise ServerFailed(f"{name} ended at once:\n{log.read_text(encoding='utf-8', errors='replace')}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{name} was not ready in time:\n{log.read_text(encoding='utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _queue(start: _Starter, folder: Path) -> str:
    port, password = other_port(None, ()), secrets.token_hex(16)
    configuration = folder / "valkey.conf"
    write_configuration(configuration, folder, port, password)
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    start("valkey", _module("scripts.stack.valkey", str(configuration)), lambda: _answers_ping(url), {})
    return url


def _simulator(start: _Starter, wanted: Wanted, folder: Path) -> str:
    ready, faults = folder / "simulator.json", wanted.faults
    command = _module(
        "scripts.twilio_simulator",
        *("--ready-file", str(ready), "--numbers-any", "--seed", str(wanted.seed)),
        *("--cps", str(2 * MOST_CALLS_PER_SECOND), "--time-scale", str(wanted.time_scale)),
        *("--clock-offset", str(wanted.offset.total_seconds())),
        *("--fault", f"callback_lose={faults.lose}", "--fault", f"callback_repeat={faults.repeat}"),
        *("--fault", f"callback_delay={faults.delay}"),
    )
    account = {
        "TWILIO_SIMULATOR_ACCOUNT_SID": SIMULATED_ACCOUNT,
        "TWILIO_SIMULATOR_AUTH_TOKEN": SIMULATED_TOKEN,
    }
    start("simulator", command, ready.exists, account)
    return f"http://{LOOPBACK}:{json.loads(ready.read_text(encoding='utf-8'))['port']}"


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _answers_ping(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False
