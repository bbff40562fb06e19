"""The load client as a process: plans in, reports out."""

import json
from array import array
from collections import Counter

import pytest

from scripts.benchmark.callees import asked
from scripts.benchmark.load_client import Answers
from scripts.benchmark.load_process import LoadPlan, LoadProcess, LoadReport, percentile, report_of
from tests.scripts.benchmark.toy_server import http, toy_server

HUNDRED = [float(each) for each in range(1, 101)]


@pytest.mark.parametrize(
    ("ranked", "hundredths", "value"),
    [
        (HUNDRED, 50, 50.0),
        (HUNDRED, 99, 99.0),
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([1.0, 2.0], 50, 1.0),
        ([1.0, 2.0, 3.0], 50, 2.0),
        ([float(each) for each in range(1, 201)], 99, 198.0),
    ],
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    ranked: list[float], hundredths: int, value: float
) -> None:
    assert percentile(ranked, hundredths) == value


def test_a_report_tells_good_from_bad_and_late_from_in_time() -> None:
    answers = Answers(array("d", [0.003, 0.001, 0.002, 0.009]), Counter({"201": 2, "200": 1, "503": 1, "lost": 1}))
    answers.sent, answers.late, answers.permitted, answers.seconds = 5, 1, 2, 0.5

    report = report_of(answers)

    assert (report.good, report.bad) == (3, {"503": 1, "lost": 1})
    assert (report.sent, report.answered, report.in_time) == (5, 4, 3)
    assert (report.p50, report.p99) == (2.0, 9.0)


def test_the_process_rings_the_callees_of_its_plan_one_plan_after_another() -> None:
    def rung(plan: LoadPlan) -> tuple[list[str], LoadReport]:
        server.received.clear()
        load.prepare(plan)
        report = load.run()
        return [json.loads(request.partition(b"\r\n\r\n")[2])["callee"] for request in server.received], report

    with toy_server(lambda _: [http("201 CREATED")]) as server, LoadProcess() as load:
        first, report = rung(LoadPlan(server.port, 1, 0.02, 0, 1000))
        second, _ = rung(LoadPlan(server.port, 1, 0.02, report.sent, 1000))

    assert first == list(asked(0, len(first), 1000))
    assert second == list(asked(len(first), len(second), 1000))
    assert (report.sent, report.bad) == (len(first), {})
