"""A whole Ringfence as `scripts/run` starts it, to be killed piece by piece and started again on the same folder.

Twilio and the mail server are the outside world: they belong to the test and live on.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import requests

from scripts.stack.supervisor import WATCHMAN as WATCHMAN_FILE
from tests.faults.waiting import awaited
from tests.simulator import ROOT, Simulator

GATEWAY_WORKER = "gateway worker"  # the process that answers; `gateway` is the one that watches over it
SUPERVISOR = "supervisor"
WATCHMAN = "watchman"  # ends all parts after a supervisor that was killed
START_SECONDS = 60.0
END_SECONDS = 20.0
RESTART_SECONDS = 30.0
ANSWER_SECONDS = 2.0
OPENED_AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)  # a Tuesday morning in all of the demonstration's countries


class Installation:
    """Its clock stands at `OPENED_AT` when the test begins, and goes on from there."""

    def __init__(self, folder: Path, simulator: Simulator, offset: timedelta, mail_port: int) -> None:
        self.folder = folder
        self.kills: Counter[str] = Counter()
        self._offset = offset
        self._guard: subprocess.Popen[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = {
            "TWILIO_ACCOUNT_SID": simulator.account_sid,
            "TWILIO_AUTH_TOKEN": simulator.auth_token,
            "TWILIO_API_BASE_URL": simulator.url,
            "ALLOW_PRIVATE_CALLBACK_HOSTS": "true",
            "TWILIO_CALLS_PER_SECOND": "100",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail_port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "notices@ringfence.example",
            "PERMIT_SECONDS": "10",
            "SWEEP_AFTER_SECONDS": "5",
        }

    @property
    def run(self) -> dict[str, Any]:
        """`run.json` as it is now."""
        content: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return content

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "ringfence.sqlite3"

    def now(self) -> datetime:
        """The time as this installation sees it."""
        return datetime.now(UTC) + self._offset

    def start(self, later: timedelta = timedelta()) -> None:
        """Start everything and wait until it works. `later`: how long nothing ran, as the clocks have it."""
        self._offset += later
        is_first = not (self.folder / "run.json").exists()
        port = ["--port", str(_free_port())] if is_first else []  # afterwards it knows
        with (self.folder.parent / "stack.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.stack", "--data-dir", str(self.folder), *port],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._tell_guard(f"+{self._process.pid}")
        awaited(self._is_ready, START_SECONDS, f"the stack works; its log: {self.log()}")

    def environment_of_commands(self) -> dict[str, str]:
        """For `ringfence` commands that shall use this installation: as the file `environment` has it."""
        lines = (self.folder / "environment").read_text(encoding="utf-8").splitlines()
        exported = (shlex.split(line)[1].partition("=") for line in lines)
        return {**self._environment(), **{name: value for name, _, value in exported}}

    def process(self, part: str) -> psutil.Process:
        """The living process of a part; waits for it where it is being started again."""
        return awaited(lambda: self._find(part), RESTART_SECONDS, f"{part} runs; the stack's log: {self.log()}")

    def answers(self) -> bool:
        """Whether the gateway does, now."""
        try:
            return requests.get(f"{self.run['addresses']['gateway']}/health/live", timeout=ANSWER_SECONDS).ok
        except requests.RequestException:
            return False

    def kill(self, part: str) -> None:
        """`kill -9`; returns when it is gone."""
        process = self.process(part)
        process.kill()
        self.kills[part] += 1
        psutil.wait_procs([process], timeout=END_SECONDS)

    def kill_supervisor(self) -> list[psutil.Process]:
        """`kill -9` of the process that watches over all others; returns those that it leaves behind."""
        supervisor = self.process(SUPERVISOR)
        others = supervisor.children(recursive=True)
        supervisor.kill()
        self.kills[SUPERVISOR] += 1
        self._reap()
        return others

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._reap()

    def end(self) -> None:
        """Whatever is left of it."""
        if self._process is not None:
            self.stop()
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(END_SECONDS)

    def log(self) -> str:
        """The end of what the supervisor wrote."""
        path = self.folder.parent / "stack.log"
        return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else "(none)"

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RINGFENCE_")}
        settings = {**self._settings, "CLOCK_OFFSET_SECONDS": repr(self._offset.total_seconds())}
        return {**clean, **{f"RINGFENCE_{name}": value for name, value in settings.items()}}

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the stack ended: {self.log()}"
        try:
            run = self.run
        except OSError:
            return False
        return bool(run["state"] == "ready" and run["processes"][SUPERVISOR] == self._process.pid)

    def _find(self, part: str) -> psutil.Process | None:
        holder = {GATEWAY_WORKER: "gateway", WATCHMAN: SUPERVISOR}.get(part, part)
        try:
            process: psutil.Process | None = psutil.Process(self.run["processes"].get(holder))
            if part == GATEWAY_WORKER:
                process = max(_living(process), key=lambda child: child.memory_info().rss, default=None)
            elif part == WATCHMAN:
                process = next((child for child in _living(process) if str(WATCHMAN_FILE) in child.cmdline()), None)
            is_living = process is not None and process.status() != psutil.STATUS_ZOMBIE
            return process if is_living else None
        except (psutil.NoSuchProcess, ValueError):
            return None

    def _reap(self) -> int:
        assert self._process is not None
        code = self._process.wait(END_SECONDS)
        self._tell_guard(f"-{self._process.pid}")
        self._process = None
        return code

    def _tell_guard(self, line: str) -> None:
        """Even a killed test leaves no installation behind."""
        if self._guard is None:
            command = [sys.executable, "-I", "-S", str(WATCHMAN_FILE)]
            self._guard = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{line}\n")
        self._guard.stdin.flush()


def _living(parent: psutil.Process | None) -> list[psutil.Process]:
    children = parent.children() if parent is not None else []
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


def survivors(processes: list[psutil.Process]) -> list[str]:
    """Command lines of those that do not end."""
    _, alive = psutil.wait_procs(processes, timeout=END_SECONDS)
    return [" ".join(process.cmdline()) for process in alive if process.is_running()]


def _free_port() -> int:
    """Not one of those that outgoing connections get: one that tries to reach a dead gateway would reach itself."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
