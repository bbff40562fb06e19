"""A slice finds its own faults: bad answers, missing answers, and rows that do not match."""

import pytest

from scripts.benchmark.load_process import LoadReport
from scripts.benchmark.machine import Usage
from scripts.benchmark.slices import Cell, slice_of
from tests.scripts.benchmark.made_up import some_report, some_slice

LOST_ONE = some_report(statuses={"201": 100, "lost": 1}, sent=101)


def test_rates_and_cpu_come_from_answers_within_the_slice() -> None:
    found = some_slice(report=some_report(rate=800), server_us=300, database_us=200)

    assert found.rate == 800
    assert found.cpu_per_request == pytest.approx(500)


@pytest.mark.parametrize(
    ("report", "rows", "fault"),
    [
        (some_report(rate=100), 100, None),
        (some_report(rate=100), 99, "100 good answers, and 99 new rows in attempts"),
        (some_report(rate=100), 101, "100 good answers, and 101 new rows in attempts"),
        (some_report(statuses={"201": 90, "503": 10}), 90, "10 answers were 503"),
        (some_report(rate=100, sent=101), 101, "1 requests were not answered"),
    ],
)
def test_every_good_answer_has_one_row_and_every_row_an_answer(
    report: LoadReport, rows: int, fault: str | None
) -> None:
    found = some_slice(report=report, written={"attempts": rows})

    assert found.faults() == ([] if fault is None else [fault])


@pytest.mark.parametrize(("rows", "is_fault"), [(99, True), (100, False), (101, False), (102, True)])
def test_a_request_without_an_answer_may_have_its_row(rows: int, is_fault: bool) -> None:
    faults = some_slice(report=LOST_ONE, written={"attempts": rows}).faults()

    assert faults[:2] == ["1 answers were lost", "1 requests were not answered"]
    assert any("new rows" in fault for fault in faults) is is_fault


@pytest.mark.parametrize(
    ("database", "server_seconds", "database_seconds"), [("postgresql", 2.0, 1.0), (None, 2.0, 0.0)]
)
def test_a_slice_is_charged_what_its_own_server_and_database_used(
    database: str | None, server_seconds: float, database_seconds: float
) -> None:
    usage = Usage(steal=0.1, foreign=0.2, seconds={"sqlite a": 2.0, "sqlite b": 7.0, "postgresql": 1.0})

    found = slice_of(Cell("sqlite", "a", 8), some_report(), usage, "sqlite a", database, {})

    assert (found.server, found.database) == (server_seconds, database_seconds)
    assert (found.steal, found.foreign, found.is_quiet, found.is_valid) == (0.1, 0.2, False, False)
