"""The demonstration's dialer takes every answer for what it is, and never makes a second call of a lost answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from scripts.demo_calls.call_list import ListedCall
from scripts.demo_calls.dialer import Dialer
from scripts.demo_calls.progress import CallProgress, Run, Verdict
from scripts.demo_calls.summary import counted

ACCOUNT = {"account_sid": "AC" + "0" * 32, "auth_token": "token"}
Answer = tuple[int, dict[str, Any]] | None  # None: the connection is lost without one


def placed(sid: str = "1", status: str = "queued", **more: Any) -> Answer:
    return 201, {"sid": f"CA{sid * 32}", "status": status, "answered_by": None, "duration": None, **more}


def refused(code: int, status: int = 400, **details: Any) -> Answer:
    return status, {"code": code, "message": "no", "more_info": "x", "status": status, "details": details}


@contextmanager
def gateway(*answers: Answer) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """Gives these answers to creates in turn, the last one for ever; and what it was asked."""
    remaining, asked = list(answers), list[dict[str, list[str]]]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # its name
            asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            answer = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            body = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def dial(address: str, calls: int = 1) -> Run:
    listed = ListedCall("spring", "+4568001011", "+4568000010")
    run = Run([CallProgress(number, listed) for number in range(1, calls + 1)])
    Dialer(address, {"spring": ACCOUNT}).place_all(run)
    return run


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.demo_calls.dialer.WAIT_SECONDS", 0.01)
    monkeypatch.setattr("scripts.demo_calls.dialer.SIDE_BY_SIDE", 1)


def test_a_refusal_is_kept_with_all_its_reasons_and_the_moment_at_which_it_ends() -> None:
    reasons = [{"code": "hours.holiday"}, {"code": "attempts.too_soon"}]
    with gateway(refused(68001, reasons=reasons, not_before="2026-11-25T08:00:00+00:00")) as (address, asked):
        [call] = dial(address).calls

    assert call.verdict is Verdict.REFUSED
    assert call.reasons == ("hours.holiday", "attempts.too_soon")
    assert call.not_before is not None
    assert call.not_before.isoformat() == "2026-11-25T08:00:00+00:00"
    assert len(asked) == 1


@pytest.mark.parametrize("first", [None, refused(68003, 503), refused(68004, 409)])
def test_the_very_same_request_is_sent_again_when_no_answer_came(first: Answer) -> None:
    with gateway(first, placed()) as (address, asked):
        [call] = dial(address).calls

    assert call.verdict is Verdict.PLACED
    assert call.call_sid == "CA" + "1" * 32
    assert asked[0] == asked[1]


def test_what_twilio_itself_refuses_is_told_apart_from_our_refusals() -> None:
    with gateway(refused(21215)) as (address, asked):
        run = dial(address)

    assert run.calls[0].verdict is Verdict.NOT_PLACED
    assert run.calls[0].reasons == ("Twilio 21215",)
    assert len(asked) == 1


def test_a_call_that_never_got_an_answer_is_unknown() -> None:
    with gateway(None) as (address, asked):
        run = dial(address)

    assert run.calls[0].verdict is Verdict.UNKNOWN
    assert len(asked) > 1
    assert counted(run, 0)["unknown"] == 1


def test_two_requests_that_became_one_call_count_as_one() -> None:
    with gateway(placed("7", "completed", duration="40")) as (address, _):
        run = dial(address, calls=2)

    counts = counted(run, mails=1)
    assert [call.verdict for call in run.calls] == [Verdict.PLACED, Verdict.SAME_CALL]
    assert (counts["asked"], counts["placed"], counts["same_call"], counts["completed"]) == (2, 1, 1, 1)
