"""Calls that are under way: seen and changed by their own controller alone, whatever leg of them it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api_contract import CheckedClient, told
from tests.gateway import NOBODY, Gateway, a_callee, running_gateway
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhooks.twilio.calls import attempts_at, create, some_form, upstream

WAIT = "<Response><Pause length='9000'/></Response>"
TALK: dict[str, Any] = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14000, "answered_by": "human"}


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    url = f"sqlite:///{tmp_path_factory.mktemp('live') / 'ringfence.sqlite3'}"
    with running_gateway(url, _simulator) as gateway:
        gateway.app.test_client_class = CheckedClient
        insert_agent(gateway.services.database, "client:anna")
        yield gateway


@pytest.fixture
def server() -> Iterator[TwimlServer]:
    with twiml_server() as server:
        yield server


def leg_to(gateway: Gateway, simulator: Simulator, callee: str) -> str:
    """The CallSid of the leg that rings this callee, as soon as Twilio has told us of it."""
    for _ in range(500):
        if any(attempt["call_sid"] for attempt in attempts_at(gateway, callee)):
            return str(upstream(simulator, callee)[0]["call"]["sid"])
        threading.Event().wait(0.01)
    raise AssertionError("nobody is rung")


def test_the_calls_of_our_own_people_are_seen_and_changed_by_their_controller_alone(
    client: FlaskClient, gateway: Gateway, simulator: Simulator
) -> None:
    simulator.set_outcomes(numbers={"client:anna": TALK})
    sid = told(create(client, gateway.dialer, some_form(To="client:anna", Url=None, Twiml=WAIT)))["sid"]
    simulator.wait_for_status(sid, "in-progress")
    mine, beta = gateway.dialer, gateway.other_dialer

    for who, status in ((mine, 200), (beta, 404)):
        at = f"{who.calls_path}/{sid}.json"
        assert client.get(at, auth=who.basic).status_code == status
        further = {"Url": f"{NOBODY}/further", "FallbackUrl": f"{NOBODY}/fallback"}
        assert client.post(at, data=further, auth=who.basic).status_code == status
        listed = told(client.get(f"{who.calls_path}.json", auth=who.basic))["calls"]
        assert (sid in {call["sid"] for call in listed}) is (status == 200)


def test_a_speaking_machine_in_an_update_is_looked_at_when_the_callee_would_hear_it(
    client: FlaskClient, gateway: Gateway, simulator: Simulator
) -> None:
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: TALK})
    sid = told(create(client, gateway.dialer, some_form(To=callee, Url=None, Twiml=WAIT)))["sid"]
    simulator.wait_for_status(sid, "in-progress")
    at = f"{gateway.dialer.calls_path}/{sid}.json"

    spoken = {"Twiml": "<Response><Say>Buy now</Say><Pause length='9000'/></Response>"}
    assert client.post(at, data=spoken, auth=gateway.dialer.basic).status_code == 200
    simulator.wait_until_idle()

    heard = str(simulator.call(sid)["transcript"])
    assert "Buy now" not in heard, "the campaign calls with people, and nobody consented to a machine"


def test_the_leg_that_an_agents_instructions_rang_is_its_controllers_too(
    client: FlaskClient, gateway: Gateway, simulator: Simulator, server: TwimlServer
) -> None:
    callee, mine, beta = a_callee(), gateway.dialer, gateway.other_dialer
    simulator.set_outcomes(numbers={callee: TALK, "client:anna": TALK})
    url = server.serve(f"<Response><Dial><Number>{callee}</Number></Dial></Response>")
    agents = told(create(client, mine, some_form(To="client:anna", Url=url)))["sid"]
    simulator.wait_for_status(agents, "in-progress")
    child = leg_to(gateway, simulator, callee)
    simulator.wait_for_status(child, "in-progress")

    at = f"{beta.calls_path}/{child}.json"
    assert client.get(at, auth=beta.basic).status_code == 404
    assert client.post(at, data={"Status": "completed"}, auth=beta.basic).status_code == 404
    assert simulator.call(child)["call"]["status"] == "in-progress"
    at = f"{mine.calls_path}/{child}.json"
    assert told(client.get(at, auth=mine.basic))["parent_call_sid"] == agents
    assert client.post(at, data={"Status": "completed"}, auth=mine.basic).status_code == 200
    simulator.wait_until_idle()
    assert [attempt["state"] for attempt in attempts_at(gateway, callee)] == ["completed"]
