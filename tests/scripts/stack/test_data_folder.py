"""One stack at a time uses a folder: with all of its parts, however it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scripts.stack.data_folder import open_data_folder
from scripts.stack.errors import CannotStart

# a part that takes a second to end when it is asked to
SLOW_TO_END = (
    "import signal, sys, threading\n"
    "asked = threading.Event()\n"
    "signal.signal(signal.SIGTERM, lambda *_: asked.set())\n"
    "print(flush=True)\n"
    "asked.wait()\n"
    "threading.Event().wait(1)"
)
STACK = """
import os, sys, threading
from pathlib import Path
from scripts.stack.data_folder import open_data_folder
from scripts.stack.parts import Part
from scripts.stack.supervisor import Supervisor
folder = open_data_folder(Path(sys.argv[1]))
log = folder.log_of("slow")
part = Part("slow", (sys.executable, "-c", sys.argv[2]), dict(os.environ), lambda _: bool(log.read_text()), log)
supervisor = Supervisor(say=print, on_change=lambda: None, held=[folder.parts_lock])
supervisor.start([part])
print(supervisor.pids()["slow"], flush=True)
supervisor.wait(600)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the folder."""
    command = [sys.executable, "-c", STACK, str(tmp_path), SLOW_TO_END]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_stack_that_was_killed_is_waited_for_until_its_parts_have_ended(
    stack: subprocess.Popen[str], tmp_path: Path
) -> None:
    part = _part_of(stack)
    stack.kill()
    stack.wait()
    assert part.is_running()

    opened = open_data_folder(tmp_path)

    assert not part.is_running() or part.status() == psutil.STATUS_ZOMBIE
    opened.release()


def test_a_living_stack_is_not_waited_for(stack: subprocess.Popen[str], tmp_path: Path) -> None:
    _part_of(stack)

    with pytest.raises(CannotStart, match=f"in use by process {stack.pid}"):
        open_data_folder(tmp_path)

    stack.kill()
    stack.wait()
    open_data_folder(tmp_path).release()


def test_a_folder_that_was_left_can_be_opened_again(tmp_path: Path) -> None:
    open_data_folder(tmp_path).release()

    open_data_folder(tmp_path).release()


def _part_of(stack: subprocess.Popen[str]) -> psutil.Process:
    assert stack.stdout is not None
    return psutil.Process(int(stack.stdout.readline()))
