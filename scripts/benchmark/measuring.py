"""The run: all servers up, every cell once a round, in an order that changes from round to round."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scripts.benchmark.counting import RowCounter
from scripts.benchmark.load_process import LoadPlan, LoadProcess, LoadReport
from scripts.benchmark.machine import Machine, Usage, usage_between
from scripts.benchmark.servers import CHECK, RunningServer
from scripts.benchmark.slices import Cell, Slice, slice_of

WARM_UP_CONNECTIONS = 8
# Read just before a slice: ids carry milliseconds of the store's clock, and another slice ended well before.
MARGIN = timedelta(milliseconds=5)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` are in the store; `seed` fixes the order of the slices.

    `warm_up` is in seconds for each server that writes. A store that was just copied is not as it is in use: no page
    is in memory yet, and PostgreSQL logs each one whole when it is first changed after a checkpoint.
    """

    connections: Sequence[int]
    seconds: float
    warm_up: float
    rounds: int
    rows: int
    seed: int


@dataclass(slots=True)
class Measuring:
    """`databases` names the process tree of an engine's server, where it has one."""

    plan: Plan
    servers: Sequence[RunningServer]
    counters: dict[str, RowCounter]
    databases: dict[str, str]
    machine: Machine
    load: LoadProcess
    offset: timedelta
    _asked: dict[str, int] = field(default_factory=dict)

    def slices(self, tell: Callable[[str], None]) -> Iterator[Slice]:
        """Warm everything up, then measure round after round; `tell` hears what is being done."""
        for server in self.servers:
            tell(f"warming up {server.name}")
            seconds = self.plan.warm_up if server.probe.table else self.plan.seconds
            self._slice(server, WARM_UP_CONNECTIONS, seconds)
        cells = [(server, connections) for server in self.servers for connections in self.plan.connections]
        order = random.Random(self.plan.seed)  # noqa: S311  # an order that can be repeated, no secret
        for turn in range(1, self.plan.rounds + 1):
            order.shuffle(cells)
            for server, connections in cells:
                tell(f"round {turn}: {server.name} x {connections}")
                yield self._slice(server, connections, self.plan.seconds)

    def count(self) -> int:
        """How many slices there will be, without the warming up."""
        return len(self.servers) * len(self.plan.connections) * self.plan.rounds

    def _slice(self, server: RunningServer, connections: int, seconds: float) -> Slice:
        first = self._asked.get(server.name, 0)
        since = datetime.now(UTC) + self.offset - MARGIN
        report, usage = self._loaded(LoadPlan(server.port, connections, seconds, first, self.plan.rows))
        self._asked[server.name] = first + report.sent
        return slice_of(
            cell=Cell(server.engine, server.probe.letter, connections),
            report=report,
            usage=usage,
            server=server.name,
            database=self.databases.get(server.engine) if server.probe.table else None,
            written=self._written(server, since),
        )

    def _loaded(self, plan: LoadPlan) -> tuple[LoadReport, Usage]:
        self.load.prepare(plan)
        before = self.machine.read()
        report = self.load.run()
        return report, usage_between(before, self.machine.read())

    def _written(self, server: RunningServer, since: datetime) -> dict[str, int]:
        if server.probe.table is None:
            return {}
        counter = self.counters[server.engine]
        return counter.of_check(since) if server.probe is CHECK else counter.of_baseline()
