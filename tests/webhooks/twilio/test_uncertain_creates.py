"""Creates that Twilio does not answer well: no call twice, none forgotten, and the callee not barred for ever."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from middleware.services.routes.creating import MOST_TRIES
from tests.api_contract import told
from tests.gateway import NOBODY, Dialer, Gateway, running_gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempts_at, create, report, some_form, upstream

SETTLED = timedelta(seconds=30)  # long enough that a call found in Twilio's list belongs to nobody else
LAG = timedelta(seconds=90)  # long enough that a call missing in Twilio's list does not exist
ANSWERED_SOON = {"ring_seconds": 1, "talk_seconds": 1, "outcome": "completed", "answered_by": "human"}
HANGS = {"create_hang_seconds": 3.0}


@pytest.mark.parametrize("fault", ["create_429", "create_503"])
def test_a_create_that_twilio_turned_away_made_no_call_and_does_not_count(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: str
) -> None:
    form = some_form()
    simulator.set_faults(**{fault: 1, "create_at_most": MOST_TRIES})

    turned_away = create(client, dialer, form)
    again = create(client, dialer, form)

    body = told(turned_away)
    assert (turned_away.status_code, body["code"]) == (503, 68005)
    assert body["more_info"] == f"{gateway.url}/twilio/errors/68005"
    assert "does not count" in body["message"]
    assert again.status_code == 201
    assert attempts_at(gateway, form["To"])[0]["state"] == "withdrawn"
    assert len(upstream(simulator, form["To"])) == 1


@pytest.mark.parametrize("fault", ["create_429", "create_503"])
def test_a_create_that_twilio_turned_away_once_is_made_in_a_later_turn(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: str
) -> None:
    form = some_form()
    simulator.set_faults(**{fault: 1, "create_at_most": 1})

    assert create(client, dialer, form).status_code == 201

    assert len(upstream(simulator, form["To"])) == len(attempts_at(gateway, form["To"])) == 1


def test_a_key_whose_create_was_turned_away_may_be_used_again(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    form, key = some_form(), {"Idempotency-Key": "turned away"}
    simulator.set_faults(create_503=1, create_at_most=MOST_TRIES)

    assert create(client, dialer, form, **key).status_code == 503
    first = create(client, dialer, form, **key)
    assert first.status_code == 201
    assert told(create(client, dialer, form, **key))["sid"] == told(first)["sid"]


def test_a_twilio_that_is_not_there_made_no_call(sqlite_url: str) -> None:
    with running_gateway(sqlite_url, twilio_api_base_url=NOBODY) as gateway:
        form = some_form()

        answer = create(gateway.http(), gateway.dialer, form)

        assert (answer.status_code, told(answer)["code"]) == (503, 68005)
        assert attempts_at(gateway, form["To"])[0]["state"] == "withdrawn"


def test_wrong_credentials_of_our_own_are_not_shown_as_the_dialers(
    sqlite_url: str, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with running_gateway(sqlite_url, simulator, twilio_auth_token="not the right one") as gateway:
        answer = create(gateway.http(), gateway.dialer, some_form())

        assert (answer.status_code, told(answer)["code"]) == (503, 68005)
        assert "Ringfence is set up with" in told(answer)["message"]
        assert "Ringfence is set up with" in caplog.text


BROKEN = [{"create_500": 1}, {"create_drop": 1}, {"create_hang": 1, **HANGS}]


@pytest.mark.parametrize("fault", BROKEN, ids=["500", "drop", "hang"])
def test_a_create_without_an_answer_is_uncertain_and_its_call_is_found_and_not_made_again(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: dict[str, float]
) -> None:
    form = some_form()
    simulator.set_outcomes(numbers={form["To"]: ANSWERED_SOON})
    simulator.set_faults(**fault, create_makes_call=1, create_at_most=1, callback_lose=1)

    first = create(client, dialer, form)
    repeated = create(client, dialer, form)
    simulator.wait_until_idle()
    before = attempts_at(gateway, form["To"])
    gateway.sweep(SETTLED)

    for answer in (first, repeated):
        assert (answer.status_code, told(answer)["code"]) == (409, 68004)
        assert "do not call again" in told(answer)["message"]
    [call] = upstream(simulator, form["To"])
    assert [attempt["state"] for attempt in before] == ["uncertain"]
    [after] = attempts_at(gateway, form["To"])
    assert (after["state"], after["outcome"]) == ("completed", "answered")
    assert after["call_sid"] == call["call"]["sid"]


@pytest.mark.parametrize("fault", BROKEN, ids=["500", "drop", "hang"])
def test_a_create_without_an_answer_and_without_a_call_is_released_once_twilios_list_can_be_believed(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: dict[str, float]
) -> None:
    form = some_form()
    simulator.set_faults(**fault, create_makes_call=0, create_at_most=1)

    uncertain = create(client, dialer, form)
    gateway.sweep(SETTLED)
    too_early = attempts_at(gateway, form["To"])
    another = create(client, dialer, form | {"Url": f"{NOBODY}/another"})
    gateway.sweep(LAG)
    released = attempts_at(gateway, form["To"])
    afterwards = create(client, dialer, form | {"Url": f"{NOBODY}/another"})

    assert uncertain.status_code == 409
    assert [attempt["state"] for attempt in too_early] == ["uncertain"]
    assert told(another)["details"]["reasons"][0]["code"] == "attempts.in_flight"
    assert released[0]["state"] == "expired"
    assert afterwards.status_code == 201
    assert len(upstream(simulator, form["To"])) == 1


def test_once_the_call_turned_up_the_repeated_request_gets_it(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    simulator.set_faults(create_500=1, create_makes_call=1, create_at_most=1)

    uncertain = create(client, dialer, form)
    simulator.wait_until_idle()  # its callbacks have told which call it is
    again = create(client, dialer, form)

    assert uncertain.status_code == 409
    [call] = upstream(simulator, form["To"])
    assert (again.status_code, told(again)["sid"]) == (201, call["call"]["sid"])


def test_a_request_repeated_after_its_call_has_ended_gets_the_call_and_no_refusal(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    first = told(create(client, dialer, form))
    simulator.wait_until_idle()

    again = create(client, dialer, form)

    assert (again.status_code, told(again)["sid"]) == (201, first["sid"])
    assert told(again)["status"] != "queued"
    assert len(upstream(simulator, form["To"])) == 1


@pytest.mark.parametrize("fault", [{"request_503": 1.0}, {"read_lag_seconds": 3600.0}], ids=["503", "lag"])
def test_a_repeated_request_whose_call_twilio_does_not_show_is_never_a_5xx(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, fault: dict[str, float]
) -> None:
    form = some_form()
    create(client, dialer, form)
    simulator.set_faults(**fault)

    again = create(client, dialer, form)

    assert again.status_code in {201, 409}  # a Twilio that lags shows the call as it was, or not yet
    assert again.status_code == 201 or told(again)["code"] == 68004
    assert len(upstream(simulator, form["To"])) == 1


def test_two_equal_requests_at_once_make_one_call(gateway: Gateway, dialer: Dialer, simulator: Simulator) -> None:
    form = some_form()
    answers: list[TestResponse] = []
    askers = [Thread(target=lambda: answers.append(create(gateway.http(), dialer, form))) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert len(upstream(simulator, form["To"])) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert 201 in {answer.status_code for answer in answers}


@pytest.mark.parametrize(("fault", "state"), [({"create_503": 1}, "withdrawn"), ({"create_500": 1}, "expired")])
def test_a_call_that_turns_up_after_its_attempt_was_released_counts_after_all(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, fault: dict[str, float], state: str
) -> None:
    form = some_form()
    simulator.set_faults(**fault)
    create(client, dialer, form)
    gateway.sweep(LAG)
    [released] = attempts_at(gateway, form["To"])

    report(client, gateway, released["attempt_id"], CallStatus="in-progress", SequenceNumber="2")
    simulator.set_faults()
    refused = create(client, dialer, form | {"Url": f"{NOBODY}/another"})

    assert released["state"] == state
    assert attempts_at(gateway, form["To"])[0]["state"] == "in-progress"
    assert told(refused)["details"]["reasons"][0]["code"] == "attempts.in_flight"


def test_a_young_call_in_twilios_list_is_not_taken_for_ours_while_another_create_may_be_waiting_for_it(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    simulator.set_faults(create_500=1, create_makes_call=0, create_at_most=1)
    create(client, dialer, form)
    simulator.client().calls.create(to=form["To"], from_=form["From"], url=f"{NOBODY}/theirs")

    gateway.sweep()

    assert attempts_at(gateway, form["To"])[0]["call_sid"] is None


def test_a_call_from_another_caller_id_or_from_before_is_not_taken_for_ours(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    simulator.set_faults(create_500=1, create_makes_call=0, create_at_most=1)
    create(client, dialer, form)
    simulator.client().calls.create(to=form["To"], from_="+4570111111", url=f"{NOBODY}/theirs")

    gateway.sweep(LAG)

    assert [(a["state"], a["call_sid"]) for a in attempts_at(gateway, form["To"])] == [("expired", None)]
