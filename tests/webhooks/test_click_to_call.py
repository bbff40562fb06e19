"""Click-to-call: nobody is rung for nothing, the agent's telephone rings first, and no URL tells of the callee."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from middleware.services.routes.links import leg_of
from middleware.store.models import DecisionRow, OwnCallRow
from tests.api_contract import CheckedClient, told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee, running_gateway
from tests.rows import insert_agent, insert_campaign, insert_credential
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempts_at
from tests.webhooks.twilio.voice_calls import ask_voice, heard, rung, suppress

AGENTS = ["client:mette", "sip:mette@acme.sip.example", "+4568000021"]
NOBODY_PICKS_UP = {address: {"outcome": "no-answer"} for address in AGENTS}


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    url = f"sqlite:///{tmp_path_factory.mktemp('click')}/click.sqlite3"
    with running_gateway(url, _simulator, twilio_timeout_seconds=1) as gateway:
        gateway.app.test_client_class = CheckedClient
        database = gateway.services.database
        insert_campaign(database, "summer")
        for address in AGENTS:
            insert_agent(database, address, language="da")
        insert_agent(database, "client:theirs", "beta")
        insert_agent(database, "sip:@desks.acme.example")
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> FlaskClient:
    return gateway.http()


@pytest.fixture
def dialer(gateway: Gateway) -> Dialer:
    return gateway.dialer


def click(client: FlaskClient, dialer: Dialer, **changes: Any) -> TestResponse:
    body = {"campaign": "spring", "callee": a_callee(), "agent": "client:mette", **changes}
    said = {name: value for name, value in body.items() if value is not None}
    return client.post("/v1/click-to-call", json=said, headers=dialer.bearer)


def made(simulator: Simulator, call_sid: str) -> dict[str, Any]:
    """The parameters of a call as Twilio was sent them."""
    [call] = [call for call in simulator.calls() if call["call"]["sid"] == call_sid]
    return dict(call["parameters"])


def logged(gateway: Gateway, own_call_id: str) -> OwnCallRow:
    with gateway.services.database.reading() as connection:
        row = connection.execute(select(OwnCallRow.__table__).where(OwnCallRow.id == own_call_id)).one()
    return OwnCallRow(**row._asdict())


def count(gateway: Gateway, table: type[DecisionRow] | type[OwnCallRow]) -> int:
    with gateway.services.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("agent", AGENTS)
def test_the_agents_telephone_rings_and_nothing_is_reserved_before_it_is_answered(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, agent: str
) -> None:
    simulator.set_outcomes(numbers=NOBODY_PICKS_UP)
    callee = a_callee()

    answer = click(client, dialer, agent=agent, callee=callee)
    simulator.wait_until_idle()

    body = told(answer)
    assert answer.status_code == 201
    assert (body["permitted"], body["permit"], body["attempt_id"]) == (True, None, None)
    sent = made(simulator, body["agent_call"]["call_sid"])
    assert (sent["To"], sent["From"]) == (agent, CALLER_ID)
    assert sent["StatusCallback"].startswith(f"{gateway.url}/twilio/own/{body['agent_call']['id']}#")
    assert sent["FallbackUrl"] == f"{gateway.url}/twilio/voice/fallback/da"
    assert attempts_at(gateway, callee) == []
    call = logged(gateway, body["agent_call"]["id"])
    assert (call.route, call.address, call.language) == ("click_to_call", agent, "da")
    assert (call.controller_id, call.campaign_id, call.call_sid) == ("acme", "spring", body["agent_call"]["call_sid"])


def test_whom_to_dial_is_kept_and_stands_in_no_url(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    callee = a_callee()

    body = told(click(client, dialer, callee=f"00{callee[1:]}"))

    sent = made(simulator, body["agent_call"]["call_sid"])
    assert callee[3:] not in str(sent)
    link = gateway.services.links.find(sent["Url"].partition("#")[0].rpartition("/")[2])
    [dial] = ET.fromstring(link.document or "")  # noqa: S314  # made by ourselves
    assert (dial.tag, dial.attrib, [number.text for number in dial]) == ("Dial", {"callerId": CALLER_ID}, [callee])
    leg = leg_of(link)
    assert (leg.own_call_id, leg.campaign_id, leg.language) == (body["agent_call"]["id"], "spring", "da")
    assert leg.credential_id == "acme-api"


def answered(gateway: Gateway, simulator: Simulator, clicked: TestResponse) -> TestResponse:
    """What Twilio is told when the agent has picked up."""
    call = told(clicked)["agent_call"]
    url = made(simulator, call["call_sid"])["Url"].partition("#")[0]
    form = {"CallSid": call["call_sid"], "From": CALLER_ID, "To": AGENTS[2], "CallStatus": "in-progress"}
    return ask_voice(gateway, url.removeprefix(gateway.url), form, delivery="picked up")


def test_the_callee_is_rung_once_the_agent_has_answered(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    callee = a_callee()
    simulator.set_outcomes(numbers=NOBODY_PICKS_UP)
    clicked = click(client, dialer, callee=callee)

    dial, number = rung(answered(gateway, simulator, clicked))
    again = answered(gateway, simulator, clicked)

    [attempt] = attempts_at(gateway, callee)
    assert (attempt["route"], attempt["campaign"], attempt["permitted"]) == ("click_to_call", "spring", True)
    assert (number.tag, number.text, dial.attrib["callerId"]) == ("Number", callee, CALLER_ID)
    assert number.attrib["statusCallback"].startswith(f"{gateway.url}/twilio/status/{attempt['attempt_id']}#")
    assert rung(again)[1].attrib == number.attrib


def test_a_callee_who_objected_while_the_agents_telephone_rang_is_not_rung(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    callee = a_callee()
    simulator.set_outcomes(numbers=NOBODY_PICKS_UP)
    clicked = click(client, dialer, callee=callee)
    suppress(gateway, callee)

    sentences = heard(answered(gateway, simulator, clicked))

    assert sentences[0] == "Dette opkald må ikke foretages."
    assert [attempt["state"] for attempt in attempts_at(gateway, callee)] == ["refused"]


def test_a_callee_who_may_not_be_called_rings_nobody_and_is_answered_as_by_a_check(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    before, calls = len(simulator.calls()), count(gateway, OwnCallRow)

    refused = click(client, dialer, callee="+45")

    question = {"campaign": "spring", "callee": "+45"}
    check = told(client.post("/v1/checks", json=question, headers=dialer.bearer))
    body = told(refused)
    assert (refused.status_code, body["permitted"]) == (200, False)
    assert set(body) == set(check)
    assert body["reasons"] == check["reasons"]
    assert (len(simulator.calls()), count(gateway, OwnCallRow)) == (before, calls)


def test_the_question_is_on_record(client: FlaskClient, gateway: Gateway, dialer: Dialer) -> None:
    before = count(gateway, DecisionRow)

    click(client, dialer, callee="+45")

    assert count(gateway, DecisionRow) == before + 1


@pytest.mark.parametrize(
    ("agent", "dialled"),
    [
        ("sip:Desk7@desks.acme.example:5061;transport=tls?X-Evil=1", "sip:Desk7@desks.acme.example"),
        ("sip:+4568000021@anywhere.example", "+4568000021"),
        ("00 45 68 00 00 21", "+4568000021"),
        ("client:mette?to=%2B4532123456", "client:mette"),
    ],
)
def test_an_agent_is_rung_at_their_own_address_and_nothing_that_came_with_it(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, agent: str, dialled: str
) -> None:
    assert made(simulator, told(click(client, dialer, agent=agent))["agent_call"]["call_sid"])["To"] == dialled


@pytest.mark.parametrize(
    "agent",
    ["client:stranger", "client:theirs", "+4532123456", "sip:mette@other.example", "sim:HS1", "", "client:me\ntte", 7,
     None, "x" * 255, ["client:mette"]],
    ids=repr,
)  # fmt: skip
def test_who_is_none_of_the_controllers_people_is_not_rung(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, agent: object
) -> None:
    before = len(simulator.calls())

    answer = click(client, dialer, agent=agent)

    assert (answer.status_code, told(answer)["field"]) == (422, "agent")
    assert len(simulator.calls()) == before


def test_an_agent_is_rung_only_for_campaigns_of_their_own(client: FlaskClient, dialer: Dialer) -> None:
    answer = click(client, dialer, campaign="summer")

    assert (answer.status_code, told(answer)["field"]) == (422, "agent")
    assert "does not call for this campaign" in told(answer)["detail"]


def test_a_campaign_of_another_controller_is_as_if_it_were_not_there(client: FlaskClient, dialer: Dialer) -> None:
    there = click(client, dialer, campaign="autumn", agent="client:theirs")
    nowhere = click(client, dialer, campaign="nowhere")

    assert (there.status_code, nowhere.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"to": "x"}, "to"), ({"at": "2026-12-01T16:30:00+01:00"}, "at"), ({"callee": None}, "callee"),
     ({"campaign": None}, "campaign"), ({"campaign": 7}, "campaign"), ({"callee": 45}, "callee"),
     ({"caller_id": ["+45"]}, "caller_id")],
)  # fmt: skip
def test_a_request_that_cannot_be_understood_names_the_field(
    client: FlaskClient, dialer: Dialer, changes: dict[str, Any], field: str
) -> None:
    answer = click(client, dialer, **changes)

    assert (answer.status_code, told(answer)["field"]) == (422, field)


@pytest.mark.parametrize("role", ["dialer", "caller"])
def test_dialers_and_callers_may_press_the_button(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, role: str
) -> None:
    key = insert_credential(gateway.services.database, f"a-{role}", role)

    answer = click(client, Dialer("", "", key), callee="+45")

    assert answer.status_code == 200


def test_nobody_else_may(client: FlaskClient, gateway: Gateway) -> None:
    assert click(client, Dialer("", "", gateway.auditor_key)).status_code == 403
    assert click(client, Dialer("", "", "rf_no.key")).status_code == 401


FAULTS = [("create_503", 503, "Nobody was rung"), ("create_500", 409, "may ring: wait")]


@pytest.mark.parametrize(("fault", "status", "said"), FAULTS)
def test_a_twilio_that_does_not_answer_well_is_told_so_and_nothing_is_dialled_again(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: str, status: int, said: str
) -> None:
    simulator.set_faults(**{fault: 1, "create_makes_call": 0})

    answer = click(client, dialer)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert said in told(answer)["detail"]
    with gateway.services.database.reading() as connection:
        newest = connection.execute(select(OwnCallRow.call_status).order_by(OwnCallRow.id.desc()).limit(1)).scalar()
    assert newest == ("failed" if status == 503 else None)


def test_an_agent_whom_twilio_refuses_to_ring_is_told_apart(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    simulator.set_outcomes(numbers={"+4568000021": {"refused": 21215}})

    answer = click(client, dialer, agent="+4568000021")

    assert answer.status_code == 502
    assert "code 21215: the agent's telephone was not rung" in told(answer)["detail"]


def test_an_agent_is_rung_in_their_turn_and_a_click_too_many_rings_nobody(
    simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('pace')}/pace.sqlite3"
    with running_gateway(url, simulator, twilio_calls_per_second=0.1, most_pacing_seconds=0) as gateway:
        gateway.app.test_client_class = CheckedClient
        insert_agent(gateway.services.database, "client:mette")
        client = gateway.http()

        first, second = click(client, gateway.dialer), click(client, gateway.dialer)

        assert (first.status_code, second.status_code) == (201, 503)
        assert "Nobody was rung" in told(second)["detail"]
