"""Slices with given figures."""

from scripts.benchmark.load_process import LoadReport
from scripts.benchmark.slices import Cell, Slice

CHECK_AT_8 = Cell("sqlite", "a", 8)


def some_report(
    rate: float = 1000, p50: float = 5, p99: float = 10, statuses: dict[str, int] | None = None, sent: int | None = None
) -> LoadReport:
    """One second in which `rate` answers came, half of them permits."""
    statuses = {"201": int(rate)} if statuses is None else statuses
    answered = sum(count for status, count in statuses.items() if status != "lost")
    return LoadReport(
        seconds=1.0,
        sent=answered if sent is None else sent,
        answered=answered,
        in_time=answered,
        permitted=answered // 2,
        statuses=statuses,
        p50=p50,
        p99=p99,
        cpu_seconds=answered * 30e-6,
    )


def some_slice(
    cell: Cell = CHECK_AT_8,
    report: LoadReport | None = None,
    *,
    is_quiet: bool = True,
    server_us: float = 400,
    database_us: float = 100,
    written: dict[str, int] | None = None,
) -> Slice:
    """A slice whose CPU is given in microseconds per answer."""
    report = report or some_report()
    return Slice(
        cell=cell,
        report=report,
        steal=0.0 if is_quiet else 0.5,
        foreign=0.0,
        is_quiet=is_quiet,
        server=server_us * report.answered / 1e6,
        database=database_us * report.answered / 1e6,
        written=written or {},
    )
