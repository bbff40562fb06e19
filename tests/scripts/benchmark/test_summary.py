"""From slices to figures: only quiet slices count, and a ratio says when it says nothing."""

import pytest

from scripts.benchmark.slices import Cell, Slice
from scripts.benchmark.summary import Comparison, Ratio, comparisons, figures_of, summarise, verdict
from tests.scripts.benchmark.made_up import some_report, some_slice

CHECK, INSERT, VIEW = Cell("sqlite", "a", 8), Cell("sqlite", "b", 8), Cell("sqlite", "c", 8)


def slices_of(cell: Cell, rates: list[int], p99: float = 10) -> list[Slice]:
    return [some_slice(cell, some_report(rate=rate, p99=p99)) for rate in rates]


def test_a_figure_is_the_median_of_the_valid_slices() -> None:
    quiet = [some_slice(report=some_report(rate=rate, p50=rate / 100, p99=rate / 10)) for rate in (900, 1000, 1400)]
    noisy = [some_slice(report=some_report(rate=10, p50=500, p99=900), is_quiet=False)] * 4

    figures = figures_of([noisy[0], *quiet, *noisy[1:]])

    assert (figures.rate, figures.p50, figures.p99) == (1000, 10, 100)
    assert (figures.valid, figures.slices, figures.is_conclusive) == (3, 7, True)


def test_with_two_valid_slices_all_slices_are_used_and_the_figure_is_inconclusive() -> None:
    slices = [some_slice(report=some_report(rate=rate)) for rate in (1000, 1100)]
    slices += [some_slice(report=some_report(rate=rate), is_quiet=False) for rate in (100, 200, 300)]

    figures = figures_of(slices)

    assert figures.rate == 300
    assert (figures.valid, figures.is_conclusive) == (2, False)


def test_a_quiet_slice_without_an_answer_is_not_valid() -> None:
    silent = some_slice(report=some_report(statuses={"lost": 8}, sent=8))

    figures = figures_of([some_slice(), some_slice(), silent])

    assert (figures.valid, figures.slices) == (2, 2)


def test_a_cell_that_nobody_answered_has_no_figures() -> None:
    silent = some_slice(report=some_report(statuses={"lost": 8}, sent=8))

    assert summarise([silent]) == {}
    with pytest.raises(ValueError, match="nothing was answered"):
        figures_of([silent])


def test_cpu_is_told_per_answer_for_server_database_and_client() -> None:
    slices = [some_slice(server_us=server, database_us=100) for server in (380, 400, 900)]

    figures = figures_of(slices)

    assert (figures.server_cpu, figures.database_cpu, figures.cpu) == pytest.approx((400, 100, 500))
    assert figures.client_cpu == pytest.approx(30)
    assert figures.permitted == 0.5


def test_ratios_divide_the_check_by_each_baseline_of_the_same_engine_and_connections() -> None:
    others = [Cell("postgresql", "b", 8), Cell("sqlite", "b", 1)]
    slices = slices_of(CHECK, [600] * 3, p99=30) + slices_of(INSERT, [1000] * 3, p99=20) + slices_of(VIEW, [6000] * 3)
    figures = summarise(slices + [each for cell in others for each in slices_of(cell, [1] * 3)])

    compared = comparisons(figures, "a", ["b", "c"])

    assert [(each.baseline, each.rate.value) for each in compared] == [("b", 0.6), ("c", 0.1)]
    assert compared[0].p99 == Ratio(1.5, is_conclusive=True)
    assert compared[0].cpu.value == pytest.approx(1.0)


@pytest.mark.parametrize("noisy", [CHECK, INSERT])
def test_a_ratio_is_inconclusive_when_either_side_is(noisy: Cell) -> None:
    slices = [some_slice(cell, is_quiet=cell != noisy) for cell in (CHECK, INSERT) for _ in range(3)]

    (compared,) = comparisons(summarise(slices), "a", ["b"])

    assert not compared.rate.is_conclusive
    assert verdict(compared) == "inconclusive"


@pytest.mark.parametrize(
    ("rate", "p99", "expected"),
    [(0.6, 2.0, "met"), (0.599, 2.0, "missed"), (0.6, 2.001, "missed"), (1.2, 0.5, "met"), (None, 1.0, "inconclusive")],
)
def test_the_target_is_six_tenths_of_the_throughput_at_twice_the_p99(
    rate: float | None, p99: float, expected: str
) -> None:
    compared = Comparison("sqlite", "b", 8, Ratio(rate, True), Ratio(p99, True), Ratio(1.0, True))

    assert verdict(compared) == expected
