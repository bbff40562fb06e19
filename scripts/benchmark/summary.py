"""From slices to figures: medians of the valid slices of each cell, and ratios between cells of one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from scripts.benchmark.slices import Cell, Slice

FEWEST_VALID = 3
LEAST_RATE_RATIO = 0.6
MOST_P99_RATIO = 2.0
JUDGED_AT = 8  # connections


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of a cell's slices: answers per second, milliseconds, microseconds of CPU per request.

    Of the valid slices if there are at least three, else of all of them, and then inconclusive.
    """

    rate: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    client_cpu: float
    permitted: float  # share of the answers
    valid: int
    slices: int

    @property
    def is_conclusive(self) -> bool:
        return self.valid >= FEWEST_VALID

    @property
    def cpu(self) -> float:
        """Server and database together."""
        return self.server_cpu + self.database_cpu


@dataclass(frozen=True, slots=True)
class Ratio:
    """`value` is None where there is nothing to divide."""

    value: float | None
    is_conclusive: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The binding check over a baseline, at so many connections."""

    engine: str
    baseline: str
    connections: int
    rate: Ratio
    p99: Ratio
    cpu: Ratio


def figures_of(slices: Iterable[Slice]) -> Figures:
    """The figures of one cell; raises ValueError when it has no slice with an answer."""
    answered = [each for each in slices if each.report.answered]
    if not answered:
        raise ValueError("nothing was answered in this cell")
    valid = [each for each in answered if each.is_valid]
    used = valid if len(valid) >= FEWEST_VALID else answered

    def middle(of: Callable[[Slice], float]) -> float:
        return median(of(each) for each in used)

    return Figures(
        rate=middle(lambda each: each.rate),
        p50=middle(lambda each: each.report.p50),
        p99=middle(lambda each: each.report.p99),
        server_cpu=middle(lambda each: each.server / each.report.answered * 1e6),
        database_cpu=middle(lambda each: each.database / each.report.answered * 1e6),
        client_cpu=middle(lambda each: each.report.cpu_seconds / each.report.answered * 1e6),
        permitted=middle(lambda each: each.report.permitted / each.report.answered),
        valid=len(valid),
        slices=len(answered),
    )


def summarise(slices: Iterable[Slice]) -> dict[Cell, Figures]:
    """The figures of every cell that was answered at all, in the order of their first slices."""
    of_cell: dict[Cell, list[Slice]] = {}
    for each in slices:
        if each.report.answered:
            of_cell.setdefault(each.cell, []).append(each)
    return {cell: figures_of(measured) for cell, measured in of_cell.items()}


def comparisons(figures: dict[Cell, Figures], check: str, baselines: Iterable[str]) -> list[Comparison]:
    """The check over each baseline that was measured on the same engine with as many connections."""
    baselines = tuple(baselines)
    found = []
    for cell, ours in figures.items():
        if cell.probe != check:
            continue
        for baseline in baselines:
            theirs = figures.get(Cell(cell.engine, baseline, cell.connections))
            if theirs is not None:
                found.append(_compared(cell, ours, baseline, theirs))
    return found


def _compared(cell: Cell, ours: Figures, baseline: str, theirs: Figures) -> Comparison:
    is_conclusive = ours.is_conclusive and theirs.is_conclusive

    def ratio(of: Callable[[Figures], float]) -> Ratio:
        return Ratio(of(ours) / of(theirs) if of(theirs) else None, is_conclusive)

    return Comparison(
        engine=cell.engine,
        baseline=baseline,
        connections=cell.connections,
        rate=ratio(lambda each: each.rate),
        p99=ratio(lambda each: each.p99),
        cpu=ratio(lambda each: each.cpu),
    )


def verdict(comparison: Comparison) -> str:
    """`met`, `missed` or `inconclusive`, for the baseline and the connections that are judged."""
    rate, p99 = comparison.rate, comparison.p99
    if rate.value is None or p99.value is None or not (rate.is_conclusive and p99.is_conclusive):
        return "inconclusive"
    return "met" if rate.value >= LEAST_RATE_RATIO and p99.value <= MOST_P99_RATIO else "missed"
