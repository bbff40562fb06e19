"""What is certain after each way in which Twilio may answer, or not."""

from __future__ import annotations

import json
import linecache
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient

from middleware.errors import CallNotCreated, CallRefused, CarrierUnavailable, CreateUncertain
from middleware.gateways.twilio import TwilioCarrier

TraceFunction = Callable[[FrameType, str, Any], Any]
SID = "CA" + "0" * 32
CALL = json.dumps({"sid": SID, "status": "queued"})
ERROR = json.dumps({"code": 21217, "message": "no", "more_info": "", "status": 400})
ACCOUNT = "AC" + "0" * 32
FORM = [("To", "+4532123456"), ("StatusCallbackEvent", "initiated"), ("StatusCallbackEvent", "completed")]


@contextmanager
def answering(status: int = 200, body: str = "", *, hang: threading.Event | None = None) -> Iterator[str]:
    """A server that answers everything alike, or with the path that was asked for; or never."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if hang is not None:
                hang.wait()
            answer = (body or json.dumps({"path": self.path})).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Keeps quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            if hang is not None:
                hang.set()
            server.shutdown()


def carrier(url: str, seconds: float = 5.0) -> TwilioCarrier:
    return TwilioCarrier(ACCOUNT, "token", url, seconds)


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (201, CALL, None),
        (201, "<html>", CreateUncertain),
        (201, "[]", CreateUncertain),
        (201, '{"status": "queued"}', CreateUncertain),
        (200, CALL, CreateUncertain),
        (202, CALL, CreateUncertain),
        (301, ERROR, CreateUncertain),
        (400, ERROR, CallRefused),
        (403, ERROR, CallRefused),
        (404, ERROR, CallRefused),
        (400, "<html>", CreateUncertain),
        (401, ERROR, CallNotCreated),
        (408, ERROR, CreateUncertain),
        (429, ERROR, CallNotCreated),
        (503, ERROR, CallNotCreated),
        (500, ERROR, CreateUncertain),
        (502, "", CreateUncertain),
        (504, "", CreateUncertain),
    ],
)
def test_after_a_create_it_is_certain_that_there_is_a_call_or_that_there_is_none_or_neither(
    status: int, body: str, raised: type[Exception] | None
) -> None:
    with answering(status, body) as url:
        if raised is None:
            assert carrier(url).create(FORM)["sid"] == SID
        else:
            with pytest.raises(raised):
                carrier(url).create(FORM)


def test_a_refusal_is_kept_as_twilio_gave_it() -> None:
    with answering(400, ERROR) as url, pytest.raises(CallRefused) as refused:
        carrier(url).create(FORM)
    assert (refused.value.status, refused.value.body) == (400, json.loads(ERROR))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid", "https://127.0.0.1:1"])
def test_where_nobody_listens_there_is_certainly_no_call(url: str) -> None:
    with pytest.raises(CallNotCreated):
        carrier(url).create(FORM)
    with pytest.raises(CarrierUnavailable):
        carrier(url).fetch(SID)


def test_a_twilio_that_is_silent_leaves_it_open() -> None:
    with answering(hang=threading.Event()) as url:
        with pytest.raises(CreateUncertain, match="in time"):
            carrier(url, 1.0).create(FORM)
        with pytest.raises(CarrierUnavailable):
            carrier(url, 1.0).fetch(SID)


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (404, ERROR, CallRefused),
        (400, ERROR, CallRefused),
        (401, ERROR, CarrierUnavailable),
        (408, ERROR, CarrierUnavailable),
        (429, ERROR, CarrierUnavailable),
        (500, ERROR, CarrierUnavailable),
        (503, ERROR, CarrierUnavailable),
        (302, ERROR, CarrierUnavailable),
        (200, "<html>", CarrierUnavailable),
        (404, "<html>", CarrierUnavailable),
    ],
)
def test_a_question_is_answered_refused_or_to_be_asked_again(status: int, body: str, raised: type[Exception]) -> None:
    with answering(status, body) as url:
        with pytest.raises(raised):
            carrier(url).fetch(SID)
        with pytest.raises(raised):
            carrier(url).update(SID, [("Status", "completed")])
        with pytest.raises(raised):
            carrier(url).list([("To", "+4532123456")])


def test_threads_never_get_each_others_answers() -> None:
    """Twilio's client hands an answer over through itself: threads that share one mix answers up when both have theirs
    before either has left. Here they wait for each other just there."""
    meeting = threading.Barrier(2, timeout=5)

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        if frame.f_code is not TwilioHttpClient.request.__code__:
            return None
        source = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and "return self._test_only_last_response" in source:
            meeting.wait()
        return trace

    threading.settrace(trace)
    try:
        with answering() as url, ThreadPoolExecutor(2) as pool:
            shared = carrier(url)
            sids = ["CA" + "1" * 32, "CA" + "2" * 32]
            paths = [answer["path"] for answer in pool.map(shared.fetch, sids)]
    finally:
        threading.settrace(None)

    assert meeting.n_waiting == 0
    assert paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json" for sid in sids]
