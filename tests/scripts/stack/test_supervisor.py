"""Parts that die are started again, and none outlives the stack, however the stack ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import psutil
import pytest

from scripts.stack.errors import CannotStart
from scripts.stack.parts import Part
from scripts.stack.supervisor import Supervisor

SLEEPER = "import time; time.sleep(600)"
# a process with a child in its group, neither of which ends when asked politely
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', "
    "'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)"
)
PATIENCE = 20.0


class Watched:
    """A supervisor with what it said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.changes = 0
        self.folder = folder
        self.supervisor = Supervisor(say=self.said.append, on_change=self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def part(self, name: str, script: str, is_ready: Callable[[int], bool] = lambda _: True) -> Part:
        return Part(name, (sys.executable, "-c", script), dict(os.environ), is_ready, self.folder / f"{name}.log")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    parts = [watched.part(name, SLEEPER) for name in watched.supervisor.pids()]
    watched.supervisor.stop(parts)
    watched.supervisor.dismiss_watchman()


def wait_until(holds: Callable[[], bool], pause: Callable[[], object] = lambda: Event().wait(0.02)) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause()


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_part_that_was_killed_is_started_again_and_that_is_said(watched: Watched) -> None:
    supervisor = watched.supervisor
    supervisor.start([watched.part("gateway", SLEEPER)])
    first, changes = supervisor.pids()["gateway"], watched.changes

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pids()["gateway"] != first, lambda: supervisor.wait(0.05))

    assert watched.said == [f"gateway ended (signal 9); started again now. Its log: {watched.folder / 'gateway.log'}"]
    assert watched.changes > changes
    assert psutil.pid_exists(supervisor.pids()["gateway"])


def test_a_part_that_dies_again_and_again_is_started_ever_more_slowly(watched: Watched) -> None:
    supervisor = watched.supervisor
    part = watched.part(
        "worker", f"import os\nif os.path.exists('{watched.folder}/bad'): raise SystemExit(3)\n{SLEEPER}"
    )
    supervisor.start([part])
    (watched.folder / "bad").touch()
    os.kill(supervisor.pids()["worker"], signal.SIGKILL)

    wait_until(lambda: len(watched.said) >= 3, lambda: supervisor.wait(0.05))

    assert [line.split("; ")[1].split(".")[0] for line in watched.said[:3]] == [
        "started again now",
        "started again in 0",
        "started again in 1 s",
    ]
    assert "exit code 3" in watched.said[1]


def test_what_a_killed_part_leaves_behind_is_ended_before_it_starts_again(watched: Watched) -> None:
    supervisor, log = watched.supervisor, watched.folder / "gateway.log"
    supervisor.start([watched.part("gateway", STUBBORN, is_ready=lambda _: bool(log.read_text(encoding="utf-8")))])
    first, child = supervisor.pids()["gateway"], int(log.read_text(encoding="utf-8").split()[0])

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pids()["gateway"] != first, lambda: supervisor.wait(0.05))

    wait_until(lambda: is_gone(child))


def test_a_part_that_never_works_ends_the_start_with_what_it_wrote_last(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.stack.supervisor.START_SECONDS", 1.0)
    part = watched.part("valkey", f"print('cannot bind', flush=True)\n{SLEEPER}", is_ready=lambda _: False)

    with pytest.raises(CannotStart, match=r"valkey did not start; its log .* ends: cannot bind"):
        watched.supervisor.start([part])


def test_stopping_ends_every_part_and_what_it_started_even_those_that_do_not_want_to(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.stack.supervisor.END_SECONDS", 0.5)
    log = watched.folder / "stubborn.log"
    parts = [
        watched.part("stubborn", STUBBORN, is_ready=lambda _: bool(log.read_text(encoding="utf-8"))),
        watched.part("mild", SLEEPER),
    ]
    watched.supervisor.start(parts)
    pids = [*watched.supervisor.pids().values(), int(log.read_text(encoding="utf-8").split()[0])]

    watched.supervisor.stop(parts)

    wait_until(lambda: all(is_gone(pid) for pid in pids))
    assert watched.said == ["stubborn did not end by itself"]


def test_when_the_supervisor_itself_is_killed_every_part_ends(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from scripts.stack.parts import Part
from scripts.stack.supervisor import Supervisor
supervisor = Supervisor(say=print, on_change=lambda: None)
log = Path({str(tmp_path)!r})
parts = [Part(name, (sys.executable, "-c", {SLEEPER!r}), dict(os.environ), lambda _: True, log / name) for name in "ab"]
supervisor.start(parts)
beside = supervisor.start_beside((sys.executable, "-c", {SLEEPER!r}), os.environ)
print(*supervisor.pids().values(), beside.pid, flush=True)
supervisor.wait(600)
"""
    stack = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert stack.stdout is not None
    pids = [int(pid) for pid in stack.stdout.readline().split()]
    assert len(pids) == 3
    assert all(psutil.pid_exists(pid) for pid in pids)

    stack.kill()
    stack.wait()
    stack.stdout.close()

    wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_a_watchman_that_was_killed_is_replaced_at_once_and_knows_everybody(watched: Watched) -> None:
    supervisor = watched.supervisor
    supervisor.start([watched.part("a", SLEEPER)])
    beside = supervisor.start_beside((sys.executable, "-c", SLEEPER), os.environ)
    pids = [supervisor.pids()["a"], beside.pid]
    killed = watchman()
    killed.kill()

    supervisor.wait(0.5)
    assert watchman().pid != killed.pid
    supervisor.dismiss_watchman()  # as if we had ended without stopping anything

    wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_a_watchman_that_dies_just_now_keeps_nobody_from_being_started(watched: Watched) -> None:
    supervisor = watched.supervisor
    supervisor.start([watched.part("a", SLEEPER)])
    killed = watchman()
    killed.kill()
    killed.wait()

    supervisor.start([watched.part("b", SLEEPER)])
    pids = list(supervisor.pids().values())
    supervisor.dismiss_watchman()

    wait_until(lambda: all(is_gone(pid) for pid in pids))


def watchman() -> psutil.Process:
    """The living one of this process."""
    return next(
        each
        for each in psutil.Process().children()
        if each.status() != psutil.STATUS_ZOMBIE and "watchman.py" in " ".join(each.cmdline())
    )
