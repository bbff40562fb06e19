"""Somebody rings one of our numbers at a Twilio that carries out what it is told, and presses keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from middleware.store.models import OwnCallRow, RingBackRow
from tests.api_contract import told
from tests.gateway import CALLER_ID, Gateway, a_callee, running_gateway
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.webhooks.twilio.ringing_back import INBOUND


@pytest.fixture
def gateway(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    file = tmp_path_factory.mktemp("ringing-back") / "ringfence.sqlite3"
    with running_gateway(f"sqlite:///{file}", simulator) as gateway:
        insert_agent(gateway.services.database, "client:mette")
        yield gateway


def rings_back(gateway: Gateway, simulator: Simulator, caller: str, *digits: str) -> RingBackRow:
    sid = simulator.inbound(caller, CALLER_ID, f"{gateway.url}{INBOUND}", digits=digits)
    simulator.wait_until_idle()
    with gateway.services.database.reading() as connection:
        row = connection.execute(select(RingBackRow.__table__).where(RingBackRow.call_sid == sid)).one()
    return RingBackRow(**row._asdict())


def asked(gateway: Gateway, callee: str) -> set[str]:
    body = {"campaign": "spring", "callee": callee}
    answer = told(gateway.http().post("/v1/attempts", json=body, headers=gateway.dialer.bearer))
    return {reason["code"] for reason in answer["reasons"]}


def test_one_key_ends_it(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee()
    assert asked(gateway, callee) == set()

    assert rings_back(gateway, simulator, callee, "1").choice == "objection"

    assert "suppression.number" in asked(gateway, callee)


def test_without_a_key_nothing_happens(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee()

    assert rings_back(gateway, simulator, callee).choice is None
    assert asked(gateway, callee) == set()


def test_an_agent_is_rung_and_known_as_one_of_ours(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee()
    asked(gateway, callee)

    row = rings_back(gateway, simulator, callee, "2")

    legs = [call["call"] for call in simulator.calls() if call["call"]["parent_call_sid"] == row.call_sid]
    assert [leg["to"] for leg in legs] == ["client:mette"]
    with gateway.services.database.reading() as connection:
        logged = connection.execute(select(OwnCallRow.__table__).where(OwnCallRow.route == "ring_back")).one()
    assert (logged.call_sid, logged.parent_call_sid) == (legs[0]["sid"], row.call_sid)


def test_a_message_is_recorded_and_kept(gateway: Gateway, simulator: Simulator) -> None:
    row = rings_back(gateway, simulator, a_callee(), "3")

    assert row.choice == "message"
    assert row.recording_sid is not None
    assert (row.recording_seconds or 0) > 0


def test_another_key_is_asked_again(gateway: Gateway, simulator: Simulator) -> None:
    assert rings_back(gateway, simulator, a_callee(), "7", "1").choice == "objection"


def test_a_text_ends_it_too(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee()

    answer = simulator.message(callee, CALLER_ID, "Afmeld!", f"{gateway.url}/twilio/sms", MessageSid="SM" + "3" * 32)

    assert "Det er noteret og gælder fra nu af" in (answer or "")
    assert "suppression.number" in asked(gateway, callee)
