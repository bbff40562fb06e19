"""Both sides of the drop-in as Twilio's own SDK drives it, judged by Twilio's own OpenAPI description: what we answer
dialers, and what we send to Twilio, as it was on the wire. Skipped where no copy of the description is at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.gateway import CALLER_ID, NOBODY, Gateway, a_callee, running_gateway
from tests.recording_proxy import Exchange, RecordingProxy, recording_proxy
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.twiml_server import twiml_server

FOLDER = Path(os.environ.get("RINGFENCE_TWILIO_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
DESCRIPTION = FOLDER / "twilio_api_v2010.json"
TWILIO = "https://api.twilio.com"
# the resources that the drop-in has: the whole description takes seconds to load
KEPT = ("/Calls.json", "/Calls/{Sid}.json", "/Participants.json", "/Participants/{CallSid}.json")
LONG_TALK = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14000, "answered_by": "human"}


class RecordingClient(TwilioHttpClient):  # type: ignore[misc]  # it has no types
    """Twilio's own client of HTTP, which remembers what the SDK sent and got."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[tuple[requests.Request, requests.Response]] = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        params, data, _, auth = (*args, None, None, None, None)[:4]
        sent = requests.Request(
            method,
            url,
            params=kwargs.get("params", params),
            data=kwargs.get("data", data),
            auth=kwargs.get("auth", auth),
        )
        answer = super().request(method, url, *args, **kwargs)
        got = requests.Response()
        got.status_code = answer.status_code
        got._content = answer.text.encode()
        got.headers.update(answer.headers)
        self.exchanges.append((sent, got))
        return answer


@dataclass
class Judge:
    """Holds every exchange to the description. `waiting`: a URL of the dialer's where calls are told to wait."""

    ours: OpenAPI
    twilios: OpenAPI
    dialer: RecordingClient
    line: RecordingProxy
    waiting: str
    judged: set[str] = field(default_factory=set)

    def judge(self) -> None:
        """Both sides of what has happened since it was asked before."""
        exchanges, self.dialer.exchanges = self.dialer.exchanges, []
        for sent, got in exchanges:
            assert got.ok, got.text
            _hold(self.ours, sent, got)
            self.judged.add(f"ours: {sent.method} {_kind(sent.url)}")
        for exchange in self.line.taken():
            if not _kind(exchange.path).endswith("?"):
                sent, got = self._as_sent(exchange)
                _hold(self.twilios, sent, got)
                self.judged.add(f"Twilio's: {exchange.method} {_kind(exchange.path)}")

    @staticmethod
    def _as_sent(exchange: Exchange) -> tuple[requests.Request, requests.Response]:
        sent = requests.Request(
            exchange.method, f"{TWILIO}{exchange.path}", headers=exchange.headers, data=exchange.body or None
        )
        got = requests.Response()
        got.status_code, got._content = exchange.status, exchange.answer
        got.headers["Content-Type"] = "application/json"
        return sent, got


def _hold(description: OpenAPI, sent: requests.Request, got: requests.Response) -> None:
    asked = RequestsOpenAPIRequest(sent)
    description.validate_request(asked)
    if got.ok:  # it tells nothing of refusals
        description.validate_response(asked, RequestsOpenAPIResponse(got))


def _kind(url: str) -> str:
    """The resource without its ids; with a question mark where the drop-in asks for another one, for itself."""
    path = urlsplit(url).path.split("/")[4:]
    if path[0] == "Calls.json":
        return "Calls"
    if path[0] == "Calls":
        return "Call"
    return {4: "Participant", 3: "Participants"}.get(len(path), f"{path[0]}?")


@pytest.fixture(scope="session")
def description() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip(f"no copy of Twilio's OpenAPI description at {DESCRIPTION}: set RINGFENCE_TWILIO_SPECS")
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return {**document, "paths": {path: it for path, it in document["paths"].items() if path.endswith(KEPT)}}


def served_at(document: dict[str, Any], url: str) -> OpenAPI:
    paths = {path: {**item, "servers": [{"url": url}]} for path, item in document["paths"].items()}
    return OpenAPI.from_dict({**document, "paths": paths})


@pytest.fixture(scope="module")
def setting(
    description: dict[str, Any], _simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Judge]]:
    """A dialer's SDK, and who judges what it and the gateway say."""
    url = f"sqlite:///{tmp_path_factory.mktemp('described') / 'ringfence.sqlite3'}"
    with (
        twiml_server() as server,
        recording_proxy(_simulator.url) as line,
        _gateway(url, _simulator, line) as gateway,
    ):
        dialer = RecordingClient()
        client = Client(*gateway.dialer.basic, http_client=dialer)
        client.api.base_url = gateway.url
        ours, twilios = served_at(description, gateway.url), served_at(description, TWILIO)
        waiting = server.serve("<Response><Pause length='9000'/></Response>")
        yield client, Judge(ours, twilios, dialer, line, waiting)


@contextmanager
def _gateway(url: str, simulator: Simulator, line: RecordingProxy) -> Iterator[Gateway]:
    with running_gateway(url, simulator, twilio_api_base_url=line.url) as gateway:
        insert_agent(gateway.services.database, address="client:anna")
        yield gateway


def test_calls_are_created_fetched_listed_and_changed_as_twilio_describes(
    setting: tuple[Client, Judge], simulator: Simulator
) -> None:
    client, judge = setting
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: LONG_TALK, "client:anna": LONG_TALK})

    made = client.calls.create(
        to=callee,
        from_=CALLER_ID,
        url=judge.waiting,
        fallback_url=f"{NOBODY}/fallback",
        status_callback=f"{NOBODY}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        status_callback_method="GET",
        timeout=20,
        record=True,
        recording_status_callback=f"{NOBODY}/recorded",
        recording_status_callback_event=["in-progress", "completed"],
        machine_detection="DetectMessageEnd",
        async_amd="true",
        async_amd_status_callback=f"{NOBODY}/amd",
    )
    inline = client.calls.create(to=a_callee(), from_=CALLER_ID, twiml="<Response><Pause length='600'/></Response>")
    agents = client.calls.create(to="client:anna", from_=CALLER_ID, url=judge.waiting, timeout=30)
    assert {type(call.date_created) for call in (made, inline, agents)} == {datetime}, "dates that the SDK can read"
    assert client.calls(made.sid).fetch().to == callee
    listed = client.calls.list(to=callee, start_time_after=datetime(2026, 1, 1, tzinfo=UTC), page_size=20)
    assert [call.sid for call in listed] == [made.sid]
    for call in (made, agents):
        simulator.wait_for_status(str(call.sid), "in-progress")
    assert (
        client.calls(agents.sid).update(twiml="<Response><Say>Hej</Say><Pause length='9000'/></Response>").sid
        == agents.sid
    )
    client.calls(made.sid).update(url=judge.waiting, method="GET", fallback_url=f"{NOBODY}/fallback")
    assert client.calls(made.sid).update(status="completed").sid == made.sid

    judge.judge()
    assert {
        f"{side}: {what}"
        for side in ("ours", "Twilio's")
        for what in ("POST Calls", "GET Calls", "GET Call", "POST Call")
    } <= judge.judged


def test_participants_are_added_fetched_listed_changed_and_removed_as_twilio_describes(
    setting: tuple[Client, Judge], simulator: Simulator
) -> None:
    client, judge = setting
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: LONG_TALK})

    made = client.conferences("floor").participants.create(
        to=callee,
        from_=CALLER_ID,
        label="customer/1 a",
        early_media=True,
        beep="onEnter",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        wait_url=f"{NOBODY}/wait",
        status_callback=f"{NOBODY}/status",
        status_callback_event=["ringing", "completed"],
        conference_status_callback=f"{NOBODY}/room",
        conference_status_callback_event=["join", "leave"],
        recording_status_callback=f"{NOBODY}/recorded",
        recording_status_callback_event=["completed"],
        amd_status_callback=f"{NOBODY}/amd",
        machine_detection="Enable",
        max_participants=10,
    )
    client.conferences("floor").participants.create(to="client:anna", from_=CALLER_ID, wait_url="")
    room = client.conferences(made.conference_sid)
    assert isinstance(made.date_created, datetime)
    assert made.call_sid in {each.call_sid for each in room.participants.list(muted=False, page_size=20)}
    assert room.participants(made.call_sid).fetch().label == "customer/1 a"
    assert room.participants(made.call_sid).update(muted=True, hold=True, hold_url=f"{NOBODY}/hold").call_sid
    assert room.participants(made.call_sid).update(announce_url=f"{NOBODY}/say", announce_method="GET").call_sid
    assert room.participants(made.call_sid).delete()

    judge.judge()
    asked = ("POST Participants", "GET Participants", "GET Participant", "POST Participant", "DELETE Participant")
    assert {f"{side}: {what}" for side in ("ours", "Twilio's") for what in asked} <= judge.judged


OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(["GET", "POST"]),
    "fallback_url": st.sampled_from([f"{NOBODY}/fallback", f"{NOBODY}/f?a=b&c=%20é"]),
    "fallback_method": st.sampled_from(["GET", "POST"]),
    "status_callback": st.just(f"{NOBODY}/status?x=1#rc=2"),
    "status_callback_event": st.lists(
        st.sampled_from(["initiated", "ringing", "answered", "completed", "ringing,answered"]), min_size=1, max_size=4
    ),
    "status_callback_method": st.sampled_from(["GET", "POST"]),
    "send_digits": st.text(st.sampled_from("0123456789#*wW"), min_size=1, max_size=32),
    "timeout": st.integers(0, 600),
    "record": st.booleans(),
    "recording_channels": st.sampled_from(["mono", "dual"]),
    "recording_status_callback": st.just(f"{NOBODY}/recorded"),
    "recording_status_callback_event": st.lists(st.sampled_from(["in-progress", "completed", "absent"]), min_size=1),
    "recording_status_callback_method": st.sampled_from(["GET", "POST"]),
    "recording_track": st.sampled_from(["inbound", "outbound", "both"]),
    "machine_detection": st.sampled_from(["Enable", "DetectMessageEnd"]),
    "machine_detection_timeout": st.integers(3, 59),
    "machine_detection_speech_threshold": st.integers(1000, 6000),
    "async_amd": st.sampled_from(["true", "false"]),
    "async_amd_status_callback": st.just(f"{NOBODY}/amd"),
    "trim": st.sampled_from(["trim-silence", "do-not-trim"]),
    "call_reason": st.text(st.sampled_from("abc é&=+%"), min_size=1, max_size=30),
    "time_limit": st.integers(1, 14400),
}


@given(options=st.fixed_dictionaries({}, optional=OPTIONS))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_create_that_the_sdk_can_make_is_one_that_twilio_describes(
    setting: tuple[Client, Judge], options: dict[str, Any]
) -> None:
    client, judge = setting

    client.calls.create(to=a_callee(), from_=CALLER_ID, url=f"{NOBODY}/voice", **options)

    judge.judge()


@pytest.mark.parametrize(
    ("path", "form", "body"),
    [
        ("Calls.json", {"To": "+4532123456", "From": CALLER_ID, "Timeout": "soon"}, {}),
        ("Calls.json", {"To": "+4532123456", "From": CALLER_ID, "Record": "perhaps"}, {}),
        ("Calls.json", {"To": "+4532123456"}, {}),
        ("Calls.json", {"To": "+4532123456", "From": CALLER_ID}, {"sid": "CA0"}),
        ("Calls.json", {"To": "+4532123456", "From": CALLER_ID}, {"account_sid": "acme"}),
        ("Conferences/floor/Participants.json", {"To": "+4532123456", "From": CALLER_ID, "Muted": "a bit"}, {}),
    ],
)
def test_the_description_would_notice(
    setting: tuple[Client, Judge], path: str, form: dict[str, str], body: dict[str, str]
) -> None:
    _, judge = setting
    sent = requests.Request(
        "POST", f"{TWILIO}/2010-04-01/Accounts/AC{'0' * 32}/{path}", data=form, auth=("AC" + "0" * 32, "token")
    )
    got = requests.Response()
    got.status_code, got._content = 201, json.dumps(body).encode()
    got.headers["Content-Type"] = "application/json"

    with pytest.raises(OpenAPIError):
        _hold(judge.twilios, sent, got)
