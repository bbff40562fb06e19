"""The load client counts what it gets: every answer, every error, and what never came."""

from collections.abc import Sequence

import pytest

from scripts.benchmark import load_client
from scripts.benchmark.load_client import LOST, drive
from tests.scripts.benchmark.toy_server import HOST, Answer, http, toy_server

LONG = 60.0  # the requests run out long before
REQUESTS = [f"POST / HTTP/1.1\r\ncontent-length: 0\r\nx-number: {each}\r\n\r\n".encode() for each in range(40)]


@pytest.mark.parametrize("connections", [1, 8])
def test_every_request_is_sent_once_and_every_answer_counted(connections: int) -> None:
    with toy_server(lambda _: [http("201 CREATED")]) as server:
        answers = drive(HOST, server.port, connections, LONG, REQUESTS)

    assert sorted(server.received) == sorted(REQUESTS)
    assert answers.statuses == {"201": 40}
    assert (answers.sent, len(answers.latencies), answers.late, answers.unanswered) == (40, 40, 0, 0)


def test_answers_that_are_no_success_are_told_apart() -> None:
    statuses = ["201 CREATED", "503 SERVICE UNAVAILABLE", "201 CREATED", "422 UNPROCESSABLE ENTITY"]

    with toy_server(lambda number: [http(statuses[number % 4])]) as server:
        answers = drive(HOST, server.port, 1, LONG, REQUESTS)

    assert answers.statuses == {"201": 20, "503": 10, "422": 10}


def test_an_answer_that_comes_in_pieces_is_one_answer() -> None:
    whole = http("201 CREATED", '{"permitted":true}')

    with toy_server(lambda _: [whole[:9], whole[9:30], whole[30:-4], whole[-4:]]) as server:
        answers = drive(HOST, server.port, 4, LONG, REQUESTS)

    assert answers.statuses == {"201": 40}
    assert answers.permitted == 40


def test_permits_are_counted_and_refusals_are_not() -> None:
    bodies = ['{"permitted":true}', '{"permitted":false}', '{"permitted":false}', '{"permitted":false}']

    with toy_server(lambda number: [http("201 CREATED", bodies[number % 4])]) as server:
        answers = drive(HOST, server.port, 1, LONG, REQUESTS)

    assert answers.permitted == 10


@pytest.mark.parametrize(
    "unreadable",
    [
        [],
        [b"HTTP/1.1 201 CREATED\r\ncontent-type: text/plain\r\n\r\nno length"],
        [b"HTTP/1.1 201 CREATED\r\ncontent-length: many\r\n\r\n{}"],
        [b"SSH-2.0-OpenSSH_9.2\r\ncontent-length: 0\r\n\r\n"],
    ],
    ids=["hangs up", "no length", "no number as length", "another protocol"],
)
def test_a_lost_connection_is_counted_and_its_request_is_in_doubt(unreadable: Sequence[bytes]) -> None:
    def answer(number: int) -> Sequence[bytes]:
        return unreadable if number == 7 else [http("201 CREATED")]

    with toy_server(answer) as server:
        answers = drive(HOST, server.port, 2, LONG, REQUESTS)

    assert answers.statuses == {"201": 39, LOST: 1}, "the other connection goes on with what is left"
    assert (answers.sent, answers.unanswered) == (40, 1)


def test_when_all_connections_are_lost_the_slice_ends() -> None:
    with toy_server(lambda _: []) as server:
        answers = drive(HOST, server.port, 3, LONG, REQUESTS)

    assert answers.statuses == {LOST: 3}
    assert (answers.sent, answers.unanswered) == (3, 3)


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_client, "PATIENCE_SECONDS", 0.05)

    with toy_server(lambda _: [b"HTTP/1.1 201"]) as server:
        answers = drive(HOST, server.port, 2, LONG, REQUESTS)

    assert (answers.sent, answers.unanswered, dict(answers.statuses)) == (2, 2, {})


def test_what_is_under_way_at_the_end_is_waited_for_and_counted_as_late() -> None:
    answer: Answer = lambda _: [http("201 CREATED")]  # noqa: E731

    with toy_server(answer) as server:
        answers = drive(HOST, server.port, 4, 1e-9, REQUESTS)

    assert answers.sent == len(answers.latencies) == answers.late
    assert answers.unanswered == 0
