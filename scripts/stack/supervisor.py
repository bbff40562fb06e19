"""Starts processes, starts them again when they die, and ends all of them when it ends, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TextIO

from scripts.stack.errors import CannotStart
from scripts.stack.parts import Part

WATCHMAN = Path(__file__).with_name("watchman.py")
START_SECONDS = 30.0
END_SECONDS = 8.0
LOOK_EVERY = 0.05
# waits before a part that died is started again; one that has run for a while begins at the front
WAITS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
RUNS_WELL_SECONDS = 30.0


@dataclass(slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[bytes]
    started_at: float
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A process of the stack has ended; `code` is negative for a signal."""

    name: str
    pid: int
    code: int


@dataclass(slots=True)
class Supervisor:
    """`say` tells the user; `on_change` is called whenever a process id has changed. One thread uses it.

    `held` are files that stay open until all parts have ended, even if this process is killed: locks.
    """

    say: Callable[[str], None]
    on_change: Callable[[], None]
    held: Sequence[TextIO] = ()
    _running: dict[str, _Running] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)  # part -> when it is started again
    _events: SimpleQueue[Ended | None] = field(default_factory=SimpleQueue)
    _watchman: subprocess.Popen[str] | None = None
    _guarded: set[int] = field(default_factory=set)  # process groups that the watchman ends after us
    is_stopping: bool = False

    def pids(self) -> dict[str, int]:
        """The process of each part."""
        return {name: running.process.pid for name, running in self._running.items()}

    def start(self, parts: Sequence[Part]) -> None:
        """Start them and wait until all work. Raises `CannotStart` with what a failed one wrote last."""
        for part in parts:
            self._spawn(part, deaths=0)
        deadline = time.monotonic() + START_SECONDS
        waiting = list(parts)
        while waiting:
            self.wait(LOOK_EVERY)
            if self.is_stopping:
                return
            waiting = [part for part in waiting if not self._works(part)]
            if waiting and time.monotonic() > deadline:
                raise CannotStart(*(_did_not_start(part) for part in waiting))
        self.on_change()

    def wait(self, seconds: float) -> None:
        """Let time pass: start again what died, and come back early when asked to stop."""
        deadline = time.monotonic() + seconds
        while not self.is_stopping:
            self._restart_due()
            next_due = min(self._due.values(), default=deadline)
            left = min(deadline, next_due) - time.monotonic()
            try:
                event = self._events.get(timeout=max(0.0, left))
            except Empty:
                if time.monotonic() >= deadline:
                    return
                continue
            if event is not None:
                self._note_end(event)

    def request_stop(self) -> None:
        """May be called by a signal handler."""
        self.is_stopping = True
        self._events.put(None)

    def start_beside(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """A process that shares our output, is not started again, and is left behind by no end of ours."""
        process = subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True)
        self._tell_watchman("+", process.pid)
        return process

    def end_beside(self, process: subprocess.Popen[bytes]) -> int:
        """Its exit code, ending it first where it still runs."""
        if process.poll() is None:
            _signal(process.pid, signal.SIGKILL, whole_group=True)
        code = process.wait()
        self._tell_watchman("-", process.pid)
        return code

    def stop(self, parts: Sequence[Part]) -> None:
        """End these parts: politely, then by force. Those of one call end side by side."""
        self.is_stopping = True
        ending = [self._running.pop(part.name) for part in parts if part.name in self._running]
        for running in ending:
            _signal(running.process.pid, signal.SIGTERM, whole_group=False)
        deadline = time.monotonic() + END_SECONDS
        for running in ending:
            try:
                running.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{running.part.name} did not end by itself")
            _signal(running.process.pid, signal.SIGKILL, whole_group=True)
            running.process.wait()
            self._tell_watchman("-", running.process.pid)

    def dismiss_watchman(self) -> None:
        """After everything has ended."""
        watchman, self._watchman = self._watchman, None
        if watchman is not None and watchman.stdin is not None:
            watchman.stdin.close()
            watchman.wait()

    def _spawn(self, part: Part, deaths: int) -> None:
        if self._watchman is None:
            self._start_watchman()  # before there is anybody to be ended
        with part.log.open("ab") as log:
            process = subprocess.Popen(
                part.command,
                env=dict(part.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            )
        self._running[part.name] = _Running(part, process, time.monotonic(), deaths)
        self._tell_watchman("+", process.pid)
        Thread(target=self._watch, args=(part.name, process), daemon=True).start()

    def _watch(self, name: str, process: subprocess.Popen[Any]) -> None:
        self._events.put(Ended(name, process.pid, process.wait()))

    def _note_end(self, ended: Ended) -> None:
        if self._watchman is not None and ended.pid == self._watchman.pid:
            self._start_watchman()
            return
        running = self._running.get(ended.name)
        if running is None or running.process.pid != ended.pid:
            return
        _signal(ended.pid, signal.SIGKILL, whole_group=True)  # what a killed process leaves behind holds its port
        self._tell_watchman("-", ended.pid)
        now = time.monotonic()
        deaths = 0 if now - running.started_at > RUNS_WELL_SECONDS else running.deaths
        wait = WAITS[min(deaths, len(WAITS) - 1)]
        running.deaths = deaths + 1
        self._due[ended.name] = now + wait
        when = f"in {wait:g} s" if wait else "now"
        self.say(f"{ended.name} ended ({_how(ended.code)}); started again {when}. Its log: {running.part.log}")

    def _restart_due(self) -> None:
        for name in [name for name, at in self._due.items() if at <= time.monotonic()]:
            del self._due[name]
            running = self._running[name]
            self._spawn(running.part, running.deaths)
            self.on_change()

    def _works(self, part: Part) -> bool:
        running = self._running[part.name]
        return running.process.poll() is None and part.is_ready(running.process.pid)

    def _start_watchman(self) -> None:
        self._watchman = subprocess.Popen(
            [sys.executable, "-I", "-S", str(WATCHMAN)],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=[file.fileno() for file in self.held],
        )
        Thread(target=self._watch, args=("watchman", self._watchman), daemon=True).start()
        for group in self._guarded:
            self._write_to_watchman("+", group)

    def _tell_watchman(self, sign: str, group: int) -> None:
        if sign == "+":
            self._guarded.add(group)
        else:
            self._guarded.discard(group)
        if self._watchman is None or self._watchman.poll() is not None:
            self._start_watchman()
        else:
            self._write_to_watchman(sign, group)

    def _write_to_watchman(self, sign: str, group: int) -> None:
        assert self._watchman is not None  # noqa: S101  # for the type checker
        assert self._watchman.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):  # it has just died, and the next one is told of everybody
            self._watchman.stdin.write(f"{sign}{group}\n")
            self._watchman.stdin.flush()


def _signal(pid: int, number: signal.Signals, *, whole_group: bool) -> None:
    try:
        (os.killpg if whole_group else os.kill)(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _did_not_start(part: Part) -> str:
    lines = part.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if part.log.exists() else []
    said = " | ".join(line.strip() for line in lines if line.strip())
    return f"{part.name} did not start; its log {part.log} ends: {said or '(empty)'}"
