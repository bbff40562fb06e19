"""The worker processes of one trial: hired, started together, killed where the trial wants it, gone at its end."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from time import monotonic
from types import TracebackType

from middleware.errors import NotCertifiable
from middleware.services.certification.orders import DONE, READY, OpenHotPath, Orders

Task = Callable[[Orders, Connection], None]
Act = tuple[float, Callable[[], None]]  # seconds after the start, and what to do then

READY_SECONDS = 90.0  # sixty processes connecting on a small machine
DONE_SECONDS = 60.0  # a worker's last request may wait for a lock
HEAD_START = 0.2
TICK_SECONDS = 0.1


@dataclass(slots=True)
class Hired:
    orders: Orders
    process: BaseProcess
    line: Connection
    is_killed: bool = False


class Crew:
    """Use as a context manager: whoever is left is killed at its end.

    Processes come from a fork server that has imported everything once: they share nothing with this process, and
    sixty of them start in seconds. No lock is shared with them, because one that dies may hold it for ever.
    """

    def __init__(self, task: Task, open_hot_path: OpenHotPath, tick: Callable[[], None]) -> None:
        self._task = task
        self._context = _fork_server(open_hot_path)
        self._tick = tick
        self._span = (0.0, 0.0)
        self.hired: list[Hired] = []

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self.hired:
            if each.process.is_alive():
                each.process.kill()
            each.process.join()
            each.line.close()

    def hire(self, orders: Orders) -> Hired:
        """Start one process; it waits to be told when to begin."""
        ours, theirs = multiprocessing.Pipe()
        process = self._context.Process(target=self._task, args=(orders, theirs), daemon=True)
        process.start()
        theirs.close()
        hired = Hired(orders, process, ours)
        self.hired.append(hired)
        return hired

    def run(self, seconds: float, acts: Sequence[Act] = ()) -> None:
        """Let everybody work for so long, with the acts in between. Raises `NotCertifiable` when a worker dies."""
        self._hear(READY, READY_SECONDS)
        begin = monotonic() + HEAD_START
        self._span = (begin, begin + seconds)
        self._send_off(self.hired)
        for after, act in sorted(acts, key=lambda act: act[0]):
            self._pass_time(begin + after)
            act()
        self._pass_time(begin + seconds)
        self._hear(DONE, DONE_SECONDS)

    def replace(self, hired: Hired, orders: Orders) -> None:
        """Kill -9 one process, in the middle of whatever it does, and let another go on in its place."""
        hired.is_killed = True
        hired.process.kill()
        self._send_off([self.hire(orders)])

    def _send_off(self, hired: Sequence[Hired]) -> None:
        """A worker reads this when it is ready, and begins at once if the start is past."""
        for each in hired:
            each.line.send(self._span)

    def _pass_time(self, until: float) -> None:
        while (left := until - monotonic()) > 0:
            self._tick()
            sentinels = [each.process.sentinel for each in self.hired if not each.is_killed]
            if wait(sentinels, min(left, TICK_SECONDS)) and monotonic() < self._span[1]:
                raise NotCertifiable("a worker process ended by itself: see its traceback above")

    def _hear(self, word: str, seconds: float) -> None:
        """Wait until every living worker has said so; replacements say that they are ready first."""
        deadline = monotonic() + seconds
        for each in self.hired:
            heard = None
            while heard != word and not each.is_killed:
                self._tick()
                if each.line.poll(TICK_SECONDS):
                    heard = _receive(each.line)
                elif monotonic() > deadline:
                    raise NotCertifiable(f"a worker process was not {word} within {seconds:g} seconds")


def _receive(line: Connection) -> object:
    try:
        return line.recv()
    except EOFError:
        raise NotCertifiable("a worker process ended by itself: see its traceback above") from None


def _fork_server(open_hot_path: OpenHotPath) -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__.replace("crew", "worker"), open_hot_path.__module__])
    return context
