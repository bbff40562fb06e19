"""Our own people dial through a Twilio that carries out what it is told: who rings, who hears what, what is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api_contract import told
from tests.gateway import CALLER_ID, Gateway, a_callee, running_gateway
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempts_at
from tests.webhooks.twilio.voice_calls import DOMAIN, own_calls

LATER = timedelta(minutes=10)


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(f"sqlite:///{tmp_path_factory.mktemp('voice')}/simulated.sqlite3", _simulator) as gateway:
        insert_agent(gateway.services.database, "client:mette")
        insert_agent(gateway.services.database, f"sip:mette@{DOMAIN}")
        insert_agent(gateway.services.database, "client:bo")
        yield gateway


def children(simulator: Simulator, agent_sid: str) -> list[dict[str, Any]]:
    """The calls that a leg rang, as REST shows them."""
    return [call["call"] for call in simulator.calls() if call["call"]["parent_call_sid"] == agent_sid]


def from_softphone(gateway: Gateway, simulator: Simulator, callee: str) -> str:
    return simulator.inbound("client:mette", callee, f"{gateway.url}/twilio/voice/app")


def from_sip_telephone(gateway: Gateway, simulator: Simulator, callee: str) -> str:
    said = {"SipUsername": "mette", "SipDomain": DOMAIN}
    dialled = f"sip:{callee}@{DOMAIN}"
    return simulator.inbound(f"sip:mette@{DOMAIN}", dialled, f"{gateway.url}/twilio/voice/sip", **said)


Dials = Callable[[Gateway, Simulator, str], str]
every_telephone = pytest.mark.parametrize("dials", [from_softphone, from_sip_telephone])
ENDS = [
    ("90", "completed", "answered"),
    ("91", "busy", "busy"),
    ("92", "no-answer", "no-answer"),
    ("93", "failed", "failed"),
]


@pytest.mark.parametrize("lost", [0, 1], ids=["reports arrive", "every report is lost"])
@pytest.mark.parametrize(("ending", "state", "outcome"), ENDS)
@every_telephone
def test_what_becomes_of_the_call_is_known_in_the_end_whatever_twilio_reports(
    gateway: Gateway, simulator: Simulator, dials: Dials, ending: str, state: str, outcome: str, lost: int
) -> None:
    callee = a_callee(ending)
    simulator.set_faults(callback_lose=lost)

    agent_sid = dials(gateway, simulator, callee)
    simulator.wait_until_idle()
    gateway.sweep(LATER)

    [child] = children(simulator, agent_sid)
    [attempt] = attempts_at(gateway, callee)
    assert (child["to"], child["from"]) == (callee, CALLER_ID)
    assert (attempt["call_sid"], attempt["state"]) == (child["sid"], state)
    assert attempt["outcome"] == outcome
    [leg] = own_calls(gateway, agent_sid)
    assert (leg.call_status, leg.ended_at is not None) == ("completed", True)


def test_a_refused_call_rings_nobody_and_ends_the_agents_leg(gateway: Gateway, simulator: Simulator) -> None:
    agent_sid = from_softphone(gateway, simulator, "+45")
    simulator.wait_until_idle()

    assert [call["call"]["sid"] for call in simulator.calls()] == [agent_sid]
    assert simulator.call(agent_sid)["call"]["status"] == "completed"


def test_a_colleague_is_rung_and_both_ends_are_followed(gateway: Gateway, simulator: Simulator) -> None:
    agent_sid = from_softphone(gateway, simulator, "client:bo")
    simulator.wait_until_idle()

    [child] = children(simulator, agent_sid)
    by_address = {leg.address: leg for leg in own_calls(gateway, agent_sid)}
    assert by_address["client:bo"].call_sid == child["sid"]
    assert {leg.call_status for leg in by_address.values()} == {"completed"}


def test_a_click_rings_the_agent_and_then_the_callee(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee("90")
    body = {"campaign": "spring", "callee": callee, "agent": "client:mette"}

    clicked = told(gateway.http().post("/v1/click-to-call", json=body, headers=gateway.dialer.bearer))
    simulator.wait_until_idle()

    [child] = children(simulator, clicked["agent_call"]["call_sid"])
    [attempt] = attempts_at(gateway, callee)
    assert (attempt["call_sid"], child["to"]) == (child["sid"], callee)
    assert (attempt["route"], attempt["state"], attempt["outcome"]) == ("click_to_call", "completed", "answered")
    [leg] = own_calls(gateway, clicked["agent_call"]["call_sid"])
    assert (leg.call_status, leg.ended_at is not None) == ("completed", True)
