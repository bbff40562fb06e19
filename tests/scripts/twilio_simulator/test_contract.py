"""Answers of the simulator against Twilio's own OpenAPI description, where a copy of it lies beside the repository."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from tests.simulator import Simulator
from tests.webhook_receiver import WebhookReceiver

DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "twilio_api_v2010.json"
FORM = {"To": "+4512345600", "From": "+4511111111", "Url": "http://127.0.0.1:9/voice"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip(f"no copy of Twilio's OpenAPI description at {DESCRIPTION}")
    return dict(json.loads(DESCRIPTION.read_text(encoding="utf-8")))


@pytest.fixture
def contract(description: dict[str, Any], simulator: Simulator) -> OpenAPI:
    """The paths used here alone, since the whole description takes seconds to load, served from the simulator."""
    calls = {
        path: {**item, "servers": [{"url": simulator.url}]}
        for path, item in description["paths"].items()
        if path.split("{AccountSid}")[-1].startswith("/Calls")
    }
    return OpenAPI.from_dict({**description, "paths": calls})


def checked(contract: OpenAPI, simulator: Simulator, method: str, path: str, form: Any = None) -> requests.Response:
    """Sends a request and raises what the contract has against it or its answer."""
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/{path}"
    request = requests.Request(method, url, data=form, auth=(simulator.account_sid, simulator.auth_token))
    answer = requests.Session().send(request.prepare(), timeout=10)
    wrapped = RequestsOpenAPIRequest(request)
    contract.validate_request(wrapped)
    contract.validate_response(wrapped, RequestsOpenAPIResponse(answer))
    return answer


def test_create_fetch_list_update_and_events_keep_to_the_contract(
    contract: OpenAPI, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    form = {
        **FORM,
        "Url": f"{receiver.url}/voice",
        "StatusCallback": receiver.url,
        "StatusCallbackEvent": ["initiated", "completed"],
    }
    created = checked(contract, simulator, "POST", "Calls.json", form)
    sid = created.json()["sid"]
    checked(contract, simulator, "POST", "Calls.json", FORM)
    fresh = checked(contract, simulator, "GET", f"Calls/{sid}.json")
    simulator.wait_until_idle()
    ended = checked(contract, simulator, "GET", f"Calls/{sid}.json")
    page = checked(contract, simulator, "GET", "Calls.json?PageSize=1&Status=completed&To=%2B4512345600")
    empty = checked(contract, simulator, "GET", "Calls.json?From=%2B4599999999")
    events = checked(contract, simulator, "GET", f"Calls/{sid}/Events.json")

    assert created.status_code == 201
    assert fresh.json()["sid"] == sid
    assert ended.json()["status"] == "completed"
    assert page.json()["next_page_uri"] is not None
    assert empty.json()["calls"] == []
    assert len(events.json()["events"]) == 4


def test_update_and_delete_keep_to_the_contract(contract: OpenAPI, simulator: Simulator) -> None:
    call = checked(contract, simulator, "POST", "Calls.json", {**FORM, "To": "+4512345605"}).json()

    ended = checked(contract, simulator, "POST", f"Calls/{call['sid']}.json", {"Status": "completed"})
    deleted = checked(contract, simulator, "DELETE", f"Calls/{call['sid']}.json")

    assert ended.json()["status"] in ("canceled", "completed")
    assert deleted.status_code == 204
