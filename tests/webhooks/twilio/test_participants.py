"""People rung into a conference through the drop-in: asked about like others, in rooms of their controller."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api_contract import told
from tests.gateway import CALLER_ID, NOBODY, Dialer, Gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempts_at, some_form, upstream

LONG = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14000}


def rooms(dialer: Dialer) -> str:
    return f"/2010-04-01/Accounts/{dialer.account_sid}/Conferences"


def add(client: FlaskClient, dialer: Dialer, room: str = "floor", **changes: Any) -> TestResponse:
    form = some_form(**{"Url": None, **changes})
    return client.post(f"{rooms(dialer)}/{room}/Participants.json", data=form, auth=dialer.basic)


def test_a_permitted_person_is_rung_into_a_room_and_followed_by_us(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    to = some_form()["To"]
    wanted = {
        "StatusCallback": f"{NOBODY}/",
        "WaitUrl": f"{NOBODY}/music",
        "ConferenceStatusCallback": f"{NOBODY}/room",
    }

    answer = add(client, dialer, To=to, Timeout="600", Label="customer", **wanted)

    assert (answer.status_code, told(answer)["account_sid"]) == (201, dialer.account_sid)
    [attempt], [call] = attempts_at(gateway, to), upstream(simulator, to)
    assert call["call"]["sid"] == told(answer)["call_sid"]
    sent = dict(call["parameters"])
    assert sent["StatusCallback"].startswith(f"{gateway.url}/twilio/status/{attempt['attempt_id']}#")
    assert sent["WaitUrl"].startswith(f"{gateway.url}/twilio/twiml/")
    assert sent["ConferenceStatusCallback"].startswith(f"{gateway.url}/twilio/callback/")
    assert sent["Label"] == "customer"
    assert int(sent["Timeout"]) < 60


@pytest.mark.parametrize("to", ["sip:{}@elsewhere.example", "sip:{};x=y@elsewhere.example:5060"])
def test_a_sip_address_with_a_number_is_rung_as_that_number(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, to: str
) -> None:
    number = some_form()["To"]

    assert add(client, dialer, To=to.format(number)).status_code == 201

    assert len(upstream(simulator, number)) == len(attempts_at(gateway, number)) == 1


def test_one_of_our_own_is_rung_without_being_asked_about(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    assert add(client, dialer, To="client:berit").status_code == 201

    sent = dict(upstream(simulator, "client:berit")[-1]["parameters"])
    assert sent["StatusCallback"].startswith(f"{gateway.url}/twilio/own/")
    assert attempts_at(gateway, "client:berit") == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"To": "sip:somebody@elsewhere.example"}, "To"),
        ({"To": "whatsapp:+4532123456"}, "To"),
        ({"Url": f"{NOBODY}/voice"}, "Url"),
        ({"Twiml": "<Response/>"}, "Twiml"),
        ({"SomeNewUrl": f"{NOBODY}/"}, "SomeNewUrl"),
        ({"SomeNewCallback": f"{NOBODY}/"}, "SomeNewCallback"),
        ({"From": None}, "From"),
    ],
)
def test_what_could_lead_past_the_checks_rings_nobody(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, changes: dict[str, Any], named: str
) -> None:
    before = len(simulator.calls())

    answer = add(client, dialer, **changes)

    assert answer.status_code == 400
    assert named in told(answer)["message"]
    assert len(simulator.calls()) == before


@pytest.mark.parametrize("spelled", ["{}", "%20{}", "{}%20"])
def test_the_room_of_one_controller_is_not_there_for_another(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, spelled: str
) -> None:
    to = some_form()["To"]
    simulator.set_outcomes(numbers={to: LONG})
    made = told(add(client, dialer, To=to))
    room, call_sid = spelled.format(made["conference_sid"]), made["call_sid"]
    other_dialer = gateway.other_dialer
    at = f"{rooms(other_dialer)}/{room}/Participants"

    assert client.get(f"{at}.json", auth=other_dialer.basic).status_code == 404
    assert client.get(f"{at}/{call_sid}.json", auth=other_dialer.basic).status_code == 404
    assert client.post(f"{at}/{call_sid}.json", data={"Muted": "true"}, auth=other_dialer.basic).status_code == 404
    assert client.delete(f"{at}/{call_sid}.json", auth=other_dialer.basic).status_code == 404
    assert client.get(f"{rooms(dialer)}/floor/Participants/{call_sid}.json", auth=dialer.basic).status_code == 200


def test_a_participant_is_given_only_what_we_understand(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    to = some_form()["To"]
    simulator.set_outcomes(numbers={to: LONG})
    made = told(add(client, dialer, To=to))
    path = f"{rooms(dialer)}/{made['conference_sid']}/Participants/{made['call_sid']}.json"

    heard = {"Hold": "true", "HoldUrl": f"{NOBODY}/music"}
    assert client.post(path, data=heard, auth=dialer.basic).status_code == 200
    assert client.post(path, data={"Something": "else"}, auth=dialer.basic).status_code == 400
    assert client.delete(path, auth=dialer.basic).status_code == 204


def test_a_participant_is_named_by_its_label_too_and_what_it_hears_comes_through_us(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    to = some_form()["To"]
    simulator.set_outcomes(numbers={to: LONG})
    made = told(add(client, dialer, room="labelled", To=to, Label="customer 1"))
    at = f"{rooms(dialer)}/labelled/Participants"

    assert told(client.get(f"{at}/customer%201.json", auth=dialer.basic))["call_sid"] == made["call_sid"]
    for which in ("customer%201", made["call_sid"]):
        heard = {"Hold": "true", "HoldUrl": f"{NOBODY}/música", "HoldMethod": "GET", "AnnounceUrl": ""}
        assert client.post(f"{at}/{which}.json", data=heard, auth=dialer.basic).status_code == 200
    # a label that is a path leads nowhere
    assert client.get(f"{at}/..%2F..%2FCalls.json", auth=dialer.basic).status_code in {403, 404}
    for url in ("ftp://x.example/", "javascript:alert(1)", "not a url"):
        answer = client.post(f"{at}/customer%201.json", data={"HoldUrl": url}, auth=dialer.basic)
        assert (answer.status_code, told(answer)["code"]) == (400, 21205)


def test_a_refused_participant_is_told_every_reason_and_rings_nobody(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    answer = add(client, dialer, To="+45123")

    body = told(answer)
    assert (answer.status_code, body["code"]) == (400, 68001)
    assert body["details"]["permitted"] is False
    assert body["details"]["reasons"][0]["code"] in body["message"]
    seen = told(client.get(f"/v1/attempts/{body['details']['attempt_id']}", headers=dialer.bearer))
    assert (seen["route"], seen["state"]) == ("participant", "refused")
    assert simulator.calls() == []


def test_the_same_key_finds_the_participant_again_and_into_another_room_it_is_a_conflict(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(Url=None)
    simulator.set_outcomes(numbers={form["To"]: LONG})

    def asked(room: str) -> TestResponse:
        at = f"{rooms(dialer)}/{room}/Participants.json"
        return client.post(at, data=form, auth=dialer.basic, headers={"Idempotency-Key": "one participant"})

    first, again, elsewhere = asked("here"), asked("here"), asked("there")

    assert (first.status_code, again.status_code) == (201, 201)
    assert told(again)["call_sid"] == told(first)["call_sid"]
    assert (elsewhere.status_code, told(elsewhere)["code"]) == (409, 68002)
    assert len(upstream(simulator, form["To"])) == 1


@pytest.mark.parametrize(
    "name",
    ["WaitUrl[]", "waiturl", "Wait_Url", "ConferenceStatusCallback[]", "AmdStatusCallback[0]", "CallerId", "callerid"],
)
def test_no_other_spelling_leads_round_us(client: FlaskClient, dialer: Dialer, simulator: Simulator, name: str) -> None:
    answer = add(client, dialer, **{name: f"{NOBODY}/"})

    assert (answer.status_code, told(answer)["code"]) == (400, 68002)
    assert simulator.calls() == []


@pytest.mark.parametrize(
    "name", ["floor", "acme~floor", "rf.acme~floor", f"cf{'0' * 32}", f"QU{'0' * 32}", " floor ", "b.floor", ".."]
)
def test_rooms_of_two_controllers_never_meet_whatever_their_names(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, name: str
) -> None:
    other, at = gateway.other_dialer, quote(name, safe="")

    made = [told(add(client, who, room=at, From=shown)) for who, shown in ((dialer, CALLER_ID), (other, CALLER_ID))]

    assert made[0]["conference_sid"] != made[1]["conference_sid"]
