"""The drop-in's answers, and what it sends to Twilio, against Twilio's own OpenAPI description, where a copy lies
beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from tests.gateway import NOBODY, Dialer, Gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import some_form, upstream

DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "twilio_api_v2010.json"
EVENTS = ["initiated", "completed"]


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    """Its calls and participants alone, since the whole description takes seconds to load."""
    if not DESCRIPTION.exists():
        pytest.skip("no copy of Twilio's OpenAPI description at ../shared/specs/twilio_api_v2010.json")
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    kept = ("/Calls.json", "/Calls/{Sid}.json", "/Participants.json", "/Participants/{CallSid}.json")
    return {**document, "paths": {path: it for path, it in document["paths"].items() if path.endswith(kept)}}


def served_at(document: dict[str, Any], url: str) -> OpenAPI:
    paths = {path: {**item, "servers": [{"url": url}]} for path, item in document["paths"].items()}
    return OpenAPI.from_dict({**document, "paths": paths})


def test_the_drop_in_answers_as_twilio_describes_itself(
    paths: dict[str, Any], gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    twilio = served_at(paths, gateway.url)

    def checked(method: str, path: str, form: object = None) -> Any:
        request = requests.Request(method, f"{gateway.url}{dialer.calls_path}{path}", data=form, auth=dialer.basic)
        answer = requests.Session().send(request.prepare(), timeout=10)
        twilio.validate_request(RequestsOpenAPIRequest(request))
        twilio.validate_response(RequestsOpenAPIRequest(request), RequestsOpenAPIResponse(answer))
        return answer.json()

    form = some_form(StatusCallback=f"{NOBODY}/", StatusCallbackEvent=EVENTS)
    sid = checked("POST", ".json", form)["sid"]
    simulator.wait_until_idle()

    assert checked("GET", f"/{sid}.json")["status"] != "queued"
    assert [call["sid"] for call in checked("GET", f".json?PageSize=1&To=%2B{form['To'][1:]}")["calls"]] == [sid]
    assert checked("GET", ".json?From=%2B4599999999")["calls"] == []
    talkative = some_form(Url=None, Twiml="<Response><Pause length='600'/></Response>")
    simulator.set_outcomes(
        numbers={talkative["To"]: {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14000}}
    )
    another = checked("POST", ".json", talkative)["sid"]
    assert checked("POST", f"/{another}.json", {"Twiml": "<Response><Say>Hej</Say></Response>"})["sid"] == another


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"StatusCallback": f"{NOBODY}/", "StatusCallbackEvent": EVENTS, "StatusCallbackMethod": "GET"},
        {"Timeout": "600", "Record": "true", "MachineDetection": "Enable", "Method": "GET"},
        {"Url": None, "Twiml": "<Response><Pause length='5'/><Record/></Response>", "TimeLimit": "60"},
    ],
)
def test_what_twilio_is_sent_is_as_it_describes_its_requests(
    paths: dict[str, Any], gateway: Gateway, dialer: Dialer, simulator: Simulator, changes: dict[str, Any]
) -> None:
    form = some_form(**changes)
    requests.post(f"{gateway.url}{dialer.calls_path}.json", data=form, auth=dialer.basic, timeout=10)

    [call] = upstream(simulator, form["To"])
    url = f"https://api.twilio.com/2010-04-01/Accounts/{simulator.account_sid}/Calls.json"
    sent = requests.Request("POST", url, data=call["parameters"], auth=(simulator.account_sid, "token"))
    served_at(paths, "https://api.twilio.com").validate_request(RequestsOpenAPIRequest(sent))


def test_participants_are_as_twilio_describes_them_on_both_sides(
    paths: dict[str, Any], gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    twilio, room = served_at(paths, gateway.url), f"/2010-04-01/Accounts/{dialer.account_sid}/Conferences"

    def checked(method: str, path: str, form: object = None) -> Any:
        request = requests.Request(method, f"{gateway.url}{room}/{path}.json", data=form, auth=dialer.basic)
        answer = requests.Session().send(request.prepare(), timeout=10)
        assert answer.ok, answer.text
        if path.startswith("CF"):  # the description asks for a SID, Twilio also takes a name where somebody is added
            twilio.validate_request(RequestsOpenAPIRequest(request))
        twilio.validate_response(RequestsOpenAPIRequest(request), RequestsOpenAPIResponse(answer))
        return answer.json() if answer.content else None

    form = some_form(Url=None, StatusCallback=f"{NOBODY}/", ConferenceStatusCallback=f"{NOBODY}/", EarlyMedia="true")
    simulator.set_outcomes(numbers={form["To"]: {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14000}})
    added = checked("POST", "floor/Participants", form)
    sid, one = added["conference_sid"], f"{added['conference_sid']}/Participants/{added['call_sid']}"

    assert checked("GET", one)["call_sid"] == added["call_sid"]
    assert [each["call_sid"] for each in checked("GET", f"{sid}/Participants")["participants"]] == [added["call_sid"]]
    assert checked("POST", one, {"Muted": "true"})["account_sid"] == dialer.account_sid
    assert checked("DELETE", one) is None

    [call] = upstream(simulator, form["To"])
    url = f"https://api.twilio.com/2010-04-01/Accounts/{simulator.account_sid}/Conferences/{sid}/Participants.json"
    sent = requests.Request("POST", url, data=call["parameters"], auth=(simulator.account_sid, "token"))
    served_at(paths, "https://api.twilio.com").validate_request(RequestsOpenAPIRequest(sent))
