"""One record for each process of the stack: how it is started, and how one can tell that it works."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker

from scripts.gateway_server import gateway_command
from scripts.stack.configuration import MAIL, QUEUE, TWILIO, Configuration
from scripts.stack.data_folder import DataFolder
from scripts.stack.kept import Kept
from scripts.stack.ports import LOOPBACK
from scripts.stack.valkey import write_configuration

CALLS_PER_SECOND = 10  # of the simulator; ringfence itself stays below it
TIME_SCALE = 20  # a simulated minute takes three seconds
SECONDS_TO_ANSWER = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """`is_ready` is asked again and again, with the process id, until it says yes; it never raises."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    is_ready: Callable[[int], bool]
    log: Path


@dataclass(frozen=True, slots=True)
class Stack:
    """What must be there first, and what leans on it. Ended in the opposite order."""

    ground: tuple[Part, ...]
    service: tuple[Part, ...]


def stack_of(configuration: Configuration, folder: DataFolder, kept: Kept, demo: DemoFiles | None) -> Stack:
    """The parts that this configuration needs; real ones of the user's own are not among them."""
    environment = configuration.environment()
    settings, ports = configuration.settings, kept.ports

    def part(name: str, is_ready: Callable[[int], bool], *command: str, **more: str) -> Part:
        return Part(name, command, {**environment, **more}, is_ready, folder.log_of(name))

    def module(name: str, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", name, *arguments)

    ground, service = [], []
    if configuration.embeds(QUEUE):
        config_file = folder.path / "valkey" / "valkey.conf"
        write_configuration(config_file, folder.path / "valkey", ports["valkey"], kept.valkey_password)
        command = module("scripts.stack.valkey", str(config_file))
        ground.append(part("valkey", lambda _: _answers_ping(settings.redis_url), *command))
    if configuration.embeds(MAIL):
        ready = folder.ready_file_of("mail-catcher")
        command = module(
            "scripts.mail_catcher",
            *("--port", str(ports["mail-catcher"]), "--directory", str(folder.path / "mails")),
            *("--ready-file", str(ready)),
        )
        ground.append(part("mail-catcher", lambda pid: _says_ready(ready, pid), *command))
    if configuration.embeds(TWILIO):
        ready_file = folder.ready_file_of("twilio-simulator")
        command = module(
            "scripts.twilio_simulator", *_simulator_options(configuration, folder, ports, ready_file, demo)
        )
        secrets = {
            "TWILIO_SIMULATOR_ACCOUNT_SID": kept.twilio_account_sid,
            "TWILIO_SIMULATOR_AUTH_TOKEN": kept.twilio_auth_token,
        }
        ground.append(part("twilio-simulator", lambda pid: _says_ready(ready_file, pid), *command, **secrets))
    address = f"http://{LOOPBACK}:{ports['gateway']}"
    service.append(part("gateway", lambda _: _is_live(address), *gateway_command(settings, LOOPBACK, ports["gateway"])))
    service.append(
        part("worker", lambda pid: _is_registered(settings.redis_url, pid), *module("scripts.cli", "worker"))
    )
    service.append(part("relay", lambda _: True, *module("scripts.cli", "relay")))
    return Stack(tuple(ground), tuple(service))


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What the simulator is told of the demonstration: the account's own numbers, and what becomes of which call."""

    caller_ids: tuple[str, ...]
    outcomes: Path


def _simulator_options(
    configuration: Configuration, folder: DataFolder, ports: Mapping[str, int], ready_file: Path, demo: DemoFiles | None
) -> list[str]:
    options = [
        *("--port", str(ports["twilio-simulator"]), "--ready-file", str(ready_file)),
        *("--cps", str(CALLS_PER_SECOND), "--time-scale", str(TIME_SCALE)),
        *("--clock-offset", repr(configuration.settings.clock_offset_seconds)),
        *("--state-file", str(folder.path / "twilio" / "calls.jsonl")),
    ]
    if demo is None:
        return [*options, "--numbers-any"]
    return [*options, "--numbers", ",".join(demo.caller_ids), "--outcomes", str(demo.outcomes)]


def _answers_ping(redis_url: str) -> bool:
    try:
        with Redis.from_url(redis_url, socket_timeout=SECONDS_TO_ANSWER) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def _says_ready(ready_file: Path, pid: int) -> bool:
    try:
        return bool(json.loads(ready_file.read_text(encoding="utf-8")).get("pid") == pid)
    except (OSError, ValueError):
        return False


def _is_live(address: str) -> bool:
    try:
        return requests.get(f"{address}/health/live", timeout=SECONDS_TO_ANSWER).ok
    except requests.RequestException:
        return False


def _is_registered(redis_url: str, pid: int) -> bool:
    try:
        with Redis.from_url(redis_url, socket_timeout=SECONDS_TO_ANSWER) as client:
            return any(worker.pid == pid for worker in Worker.all(connection=client))
    except (RedisError, OSError):
        return False
