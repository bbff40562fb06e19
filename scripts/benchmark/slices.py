"""One slice of measuring: one server, so many connections, a few seconds; and what it wrote meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.benchmark.load_process import LoadReport
from scripts.benchmark.machine import Usage


@dataclass(frozen=True, slots=True)
class Cell:
    """What a slice measures; every cell is measured once in every round."""

    engine: str
    probe: str
    connections: int


@dataclass(frozen=True, slots=True)
class Slice:
    """`server` and `database` are seconds of CPU; `written` the new rows of every table that should have some."""

    cell: Cell
    report: LoadReport
    steal: float
    foreign: float
    is_quiet: bool
    server: float
    database: float
    written: dict[str, int]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.report.in_time / self.report.seconds if self.report.seconds else 0.0

    @property
    def is_valid(self) -> bool:
        """Quiet, and something was answered."""
        return self.is_quiet and self.report.answered > 0

    @property
    def cpu_per_request(self) -> float:
        """Microseconds, server and database together."""
        return (self.server + self.database) / self.report.answered * 1e6 if self.report.answered else float("nan")

    def faults(self) -> list[str]:
        """What went wrong, one sentence each: answers that are none, rows that are missing or too many."""
        found = [f"{count} answers were {status}" for status, count in sorted(self.report.bad.items())]
        in_doubt = self.report.sent - self.report.answered
        if in_doubt:
            found.append(f"{in_doubt} requests were not answered")
        for table, rows in self.written.items():
            if not self.report.good <= rows <= self.report.good + in_doubt:
                found.append(f"{self.report.good} good answers, and {rows} new rows in {table}")
        return found


def slice_of(
    cell: Cell, report: LoadReport, usage: Usage, server: str, database: str | None, written: dict[str, int]
) -> Slice:
    """A slice from what was counted; `server` and `database` name the process trees that worked for it."""
    return Slice(
        cell=cell,
        report=report,
        steal=usage.steal,
        foreign=usage.foreign,
        is_quiet=usage.is_quiet,
        server=usage.seconds[server],
        database=usage.seconds[database] if database else 0.0,
        written=written,
    )
