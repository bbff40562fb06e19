"""The figures for people: tables in a terminal. A `~` marks what the machine was too busy to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from scripts.benchmark.core_cost import Cost
from scripts.benchmark.servers import CHECK, INSERT, PROBES
from scripts.benchmark.slices import Cell
from scripts.benchmark.summary import (
    JUDGED_AT,
    LEAST_RATE_RATIO,
    MOST_P99_RATIO,
    Comparison,
    Figures,
    Ratio,
    verdict,
)

LEGEND = (
    "Medians of valid slices (steal and foreign CPU below 0.15 processors each); ~: fewer than 3 were valid, so these "
    "are medians of all slices and inconclusive. CPU: microseconds per request, server + database; client: the load "
    "client's own. permitted: share of the answers."
)


def figures_table(engine: str, figures: dict[Cell, Figures]) -> Table:
    """Every cell of one engine."""
    table = Table(title=f"{engine}", title_justify="left")
    for name in ("measured", "connections", "per second", "p50 ms", "p99 ms", "CPU us", "client us"):
        table.add_column(name, justify="left" if name == "measured" else "right")
    table.add_column("permitted", justify="right")
    table.add_column("valid slices", justify="right")
    for probe in PROBES:
        own = sorted((cell for cell in figures if (cell.engine, cell.probe) == (engine, probe.letter)), key=_size)
        for place, cell in enumerate(own):
            title = f"({probe.letter}) {probe.title}" if place == 0 else ""
            table.add_row(title, str(cell.connections), *_figures_row(figures[cell]), end_section=cell == own[-1])
    return table


def _size(cell: Cell) -> int:
    return cell.connections


def _figures_row(figures: Figures) -> Sequence[str]:
    mark = "" if figures.is_conclusive else "~"
    return (
        f"{mark}{figures.rate:,.0f}",
        f"{mark}{figures.p50:.2f}",
        f"{mark}{figures.p99:.1f}",
        f"{mark}{figures.server_cpu:.0f} + {figures.database_cpu:.0f}",
        f"{figures.client_cpu:.0f}",
        f"{figures.permitted:.0%}",
        f"{figures.valid}/{figures.slices}",
    )


def ratios_table(compared: Iterable[Comparison]) -> Table:
    """The check over its baselines."""
    table = Table(title="the binding check over its baselines, inside this run", title_justify="left")
    for name in ("engine", "ratio", "connections", "throughput", "p99", "CPU", "target"):
        table.add_column(name, justify="left" if name in {"engine", "ratio", "target"} else "right")
    for each in sorted(compared, key=lambda each: (each.engine, each.baseline, each.connections)):
        shown = [_ratio(ratio) for ratio in (each.rate, each.p99, each.cpu)]
        ratio = f"{CHECK.letter}/{each.baseline}"
        table.add_row(each.engine, ratio, str(each.connections), *shown, _target(each))
    return table


def _ratio(ratio: Ratio) -> str:
    if ratio.value is None:
        return "-"
    return f"{'' if ratio.is_conclusive else '~'}{ratio.value:.2f}"


def _target(compared: Comparison) -> str:
    if compared.baseline != INSERT.letter or compared.connections != JUDGED_AT:
        return ""
    return f"{verdict(compared)} (at least {LEAST_RATE_RATIO:g}, p99 at most {MOST_P99_RATIO:g})"


def costs_table(costs: Iterable[Cost]) -> Table:
    """The pure core."""
    table = Table(title="the pure core, one thread, microseconds of CPU", title_justify="left")
    table.add_column("what")
    table.add_column("us", justify="right")
    for cost in costs:
        table.add_row(cost.what, f"{cost.microseconds:.1f}")
    return table
