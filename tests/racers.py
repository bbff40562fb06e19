"""Many processes that ask for attempts at the same moment, each with the whole service to itself.

    with racers(64) as field:
        told = field.race([Ask(database_url, api_key, "spring", number(1), clock.offset)] * 64)

They come from a fork server that has imported everything and read the policies, so that sixty-four are there within
seconds. Nothing else is shared: each has connections, a catalogue and a gate of its own. They may race many times.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from middleware.clock import Clock
from middleware.errors import RingfenceError
from middleware.services.access import Access
from middleware.services.asking import Credential
from middleware.services.attempt_requests import AttemptRequests
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.questions import question_from
from middleware.store.database import Database
from tests.reserving import a_gate

HEAD_START = 0.3
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to reserve, of the attempts API over this database."""

    database_url: str
    api_key: str
    campaign: str
    callee: str
    clock_offset: timedelta


@dataclass(frozen=True, slots=True)
class Told:
    """What one process was told: its attempt, or why not. `error` is the name of what was raised instead."""

    attempt_id: str | None
    is_permitted: bool
    codes: tuple[str, ...]
    error: str | None = None


class Field:
    """Processes that wait to be asked."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self._lines = lines

    def race(self, asks: Sequence[Ask]) -> list[Told]:
        """Everybody gets ready, then everybody asks at once; all answers, in the order of the processes."""
        for line, ask in zip(self._lines, asks, strict=True):
            line.send(ask)
        for line in self._lines:
            _receive(line)
        begin = monotonic() + HEAD_START
        for line in self._lines:
            line.send(begin)
        return [_receive(line) for line in self._lines]


@contextmanager
def racers(count: int) -> Iterator[Field]:
    """So many processes, ended with the block."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    lines: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for _ in range(count):
            ours, theirs = multiprocessing.Pipe()
            process: BaseProcess = context.Process(target=_run, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            lines.append(ours)
            processes.append(process)
        yield Field(lines)
    finally:
        for process, line in zip(processes, lines, strict=True):
            line.close()
            process.kill()
            process.join()


def tally(told: Sequence[Told]) -> Counter[str]:
    """How many were permitted, refused for which reasons, or told nothing."""
    return Counter(
        "permitted" if each.is_permitted else each.error or " and ".join(sorted(each.codes)) for each in told
    )


def _run(line: Connection) -> None:
    while True:
        try:
            ask: Ask = line.recv()
        except EOFError:
            return
        database, clock = Database(ask.database_url), Clock(ask.clock_offset)
        catalogue = CurrentCatalogue(database)
        asker = Access(catalogue, clock, b"").by_api_key(ask.api_key)
        gate = a_gate(database, clock, catalogue=catalogue)
        body = {"campaign": ask.campaign, "callee": ask.callee}
        # everything a running gateway has behind it: connections, the catalogue, the policy, the number
        gate.consider(question_from(body, b"", None), asker)
        line.send("ready")
        begin: float = line.recv()
        line.poll(max(0.0, begin - monotonic()))
        line.send(_reserve(AttemptRequests(gate, database, clock), body, asker))
        database.dispose()


def _reserve(attempts: AttemptRequests, body: dict[str, Any], asker: Credential) -> Told:
    try:
        answer = attempts.reserve(body, b"all of them the same", None, asker)
    except RingfenceError as error:
        return Told(None, is_permitted=False, codes=(), error=type(error).__name__)
    return Told(answer.attempt_id, answer.is_permitted, tuple(reason.code for reason in answer.reasons))


def _receive(line: Connection) -> Any:
    assert line.poll(PATIENCE), "a racer did not answer in time"
    return line.recv()
