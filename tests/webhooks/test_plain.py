"""The check that a dialplan calls: one word, and REFUSE whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from middleware.keyed_hash import Pepper
from middleware.services.dial_statuses import DIALSTATUS, VICIDIAL
from middleware.store.suppressions import SuppressionRepository
from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee, running_gateway
from tests.rows import insert_credential

CHECK = "/v1/checks/plain"
OUTCOME = "/v1/outcomes/plain"


def some_parameters(**changes: str | None) -> dict[str, str]:
    """A call that is permitted, with a callee and a reference of its own; None leaves a parameter out."""
    usual = {"campaign": "spring", "callee": a_callee(), "caller_id": CALLER_ID, "reference": uuid4().hex}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def ask(client: FlaskClient, dialer: Dialer, parameters: Mapping[str, str], method: str = "POST") -> TestResponse:
    if method == "GET":
        return client.get(CHECK, query_string=parameters, auth=("api", dialer.api_key))
    return client.post(CHECK, data=parameters, auth=("api", dialer.api_key))


def permit(client: FlaskClient, dialer: Dialer, **changes: str | None) -> str:
    word, attempt_id = ask(client, dialer, some_parameters(**changes)).get_data(as_text=True).split(" ")
    assert word == "PERMIT"
    return attempt_id


def key_of(gateway: Gateway, number: str) -> str:
    return Pepper(gateway.services.settings.pepper.get_secret_value().encode()).number(number)


def attempt(client: FlaskClient, dialer: Dialer, attempt_id: str) -> dict[str, Any]:
    seen: dict[str, Any] = told(client.get(f"/v1/attempts/{attempt_id}", headers=dialer.bearer))
    return seen


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_permit_is_one_word_and_the_attempt_that_it_reserved(
    client: FlaskClient, dialer: Dialer, method: str
) -> None:
    parameters = some_parameters()

    answer = ask(client, dialer, parameters, method)

    word, attempt_id = answer.get_data(as_text=True).split(" ")
    assert (answer.status_code, answer.mimetype, word) == (200, "text/plain", "PERMIT")
    assert answer.headers["Cache-Control"] == "no-store"
    seen = attempt(client, dialer, attempt_id)
    assert (seen["route"], seen["state"], seen["callee"]) == ("plain", "permitted", parameters["callee"])
    assert seen["caller_id"] == CALLER_ID


def test_a_refusal_names_its_reasons_and_the_earliest_time_in_headers(client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()
    ask(client, dialer, parameters)

    answer = ask(client, dialer, {**parameters, "reference": "another"})

    word, decision_id = answer.get_data(as_text=True).split(" ")
    assert (answer.status_code, word) == (200, "REFUSE")
    assert answer.headers["Ringfence-Reasons"] == "attempts.in_flight"
    assert answer.headers["Ringfence-Not-Before"] > "2026-11-24T09:30"
    assert attempt(client, dialer, decision_id)["state"] == "refused"


def test_a_dialplan_that_repeats_finds_its_permit_by_either_method(client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()

    answers = [ask(client, dialer, parameters, method).get_data() for method in ("POST", "GET", "POST")]

    assert answers[0].startswith(b"PERMIT ")
    assert len(set(answers)) == 1


def test_a_permit_that_was_used_permits_no_second_call(client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()
    attempt_id = ask(client, dialer, parameters).get_data(as_text=True).split(" ")[1]
    client.post(OUTCOME, data={"attempt": attempt_id, "dialstatus": "BUSY"}, auth=("api", dialer.api_key))

    answer = ask(client, dialer, parameters)

    assert answer.get_data(as_text=True) == f"REFUSE {attempt_id}"
    assert "new reference" in answer.headers["Ringfence-Problem"]


def test_a_permit_that_has_ended_permits_nothing(gateway: Gateway, client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()
    attempt_id = ask(client, dialer, parameters).get_data(as_text=True).split(" ")[1]
    gateway.sweep(timedelta(minutes=10))

    answer = ask(client, dialer, parameters)

    assert answer.get_data(as_text=True) == f"REFUSE {attempt_id}"


def test_a_permit_that_nobody_has_closed_yet_ends_all_the_same(gateway: Gateway) -> None:
    asker = gateway.services.access.by_api_key(gateway.dialer.api_key)
    parameters, checks = some_parameters(), gateway.services.plain_checks
    assert checks.reserve(parameters, asker).is_permitted

    later = replace(checks, clock=gateway.later(timedelta(minutes=2)).clock)

    assert not later.reserve(parameters, asker).is_permitted


def test_a_key_of_one_campaign_needs_not_name_it(gateway: Gateway, client: FlaskClient) -> None:
    database = gateway.services.database
    key = insert_credential(database, "acme-spring", "dialer", controller_id="acme", campaign_id="spring")

    answer = client.post(CHECK, data=some_parameters(campaign=None), auth=("api", key))

    assert answer.get_data().startswith(b"PERMIT ")


def test_parameters_of_a_post_are_not_read_from_its_url(client: FlaskClient, dialer: Dialer) -> None:
    answer = client.post(f"{CHECK}?callee=1", data=some_parameters(), auth=("api", dialer.api_key))

    assert (answer.status_code, answer.get_data(as_text=True)) == (422, "REFUSE -")


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"callee": None}, 422, "callee is missing"),
        ({"campaign": None}, 422, "campaign is missing"),
        ({"campaign": "autumn"}, 404, ""),
        ({"number": "+4532123456"}, 422, "number is not a parameter of this request"),
        ({"reference": "x" * 256}, 422, "reference must have"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    client: FlaskClient, dialer: Dialer, changes: dict[str, str | None], status: int, problem: str
) -> None:
    answer = ask(client, dialer, some_parameters(**changes))

    assert (answer.status_code, answer.get_data(as_text=True)) == (status, "REFUSE -")
    assert answer.headers["Ringfence-Problem"].startswith(problem)


def test_a_parameter_given_twice_is_refused(client: FlaskClient, dialer: Dialer) -> None:
    answer = client.post(CHECK, data={"callee": [a_callee(), a_callee()]}, auth=("api", dialer.api_key))

    assert (answer.status_code, answer.get_data(as_text=True)) == (422, "REFUSE -")


def test_a_reference_of_another_call_is_refused(client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()
    ask(client, dialer, parameters)

    answer = ask(client, dialer, {**parameters, "callee": a_callee()})

    assert (answer.status_code, answer.get_data(as_text=True)) == (409, "REFUSE -")


@pytest.mark.parametrize("password", ["", "rf_nobody.nothing", "secret"])
def test_without_a_key_of_ours_nothing_is_permitted(client: FlaskClient, password: str) -> None:
    answer = client.post(CHECK, data=some_parameters(), auth=("api", password))

    assert (answer.status_code, answer.get_data(as_text=True)) == (401, "REFUSE -")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_bearer_key_does_too_and_an_auditors_does_not(client: FlaskClient, gateway: Gateway) -> None:
    permitted = client.post(CHECK, data=some_parameters(), headers=gateway.dialer.bearer)
    refused = client.post(CHECK, data=some_parameters(), auth=("api", gateway.auditor_key))

    assert permitted.get_data().startswith(b"PERMIT ")
    assert (refused.status_code, refused.get_data(as_text=True)) == (403, "REFUSE -")


def test_a_store_that_loses_its_tables_permits_nothing(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with running_gateway(sqlite_url) as gateway:
        with gateway.services.database.writing() as connection:
            connection.execute(text("DROP TABLE guards"))

        answer = ask(gateway.http(), gateway.dialer, some_parameters())

    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "REFUSE -")
    assert "not decided" in caplog.text


def test_to_ask_with_head_reserves_nothing(client: FlaskClient, dialer: Dialer) -> None:
    parameters = some_parameters()

    head = client.head(CHECK, query_string=parameters, auth=("api", dialer.api_key))

    assert head.status_code == 405
    assert ask(client, dialer, {**parameters, "reference": "the first"}).get_data().startswith(b"PERMIT ")


def test_no_number_is_logged(client: FlaskClient, dialer: Dialer, caplog: pytest.LogCaptureFixture) -> None:
    parameters = some_parameters()

    with caplog.at_level(logging.DEBUG):
        ask(client, dialer, parameters, "GET")
        ask(client, dialer, {**parameters, "campaign": "nothing"}, "GET")

    assert parameters["callee"][1:] not in caplog.text


@pytest.mark.parametrize("dialstatus", sorted(DIALSTATUS))
def test_every_end_that_asterisk_has_is_an_outcome(client: FlaskClient, dialer: Dialer, dialstatus: str) -> None:
    attempt_id = permit(client, dialer)
    form = {"attempt": attempt_id, "dialstatus": dialstatus, "seconds": "12" if dialstatus == "ANSWER" else ""}

    answers = [client.post(OUTCOME, data=form, auth=("api", dialer.api_key)) for _ in range(2)]

    assert [answer.get_data() for answer in answers] == [b"OK", b"OK"]
    seen = attempt(client, dialer, attempt_id)
    said = "not-placed" if seen["state"] == "withdrawn" else seen["outcome"]
    assert said == DIALSTATUS[dialstatus]
    assert seen["duration_seconds"] == (12 if dialstatus == "ANSWER" else None)


@pytest.mark.parametrize("status", ["SALE", "NI", "A", "N", "B", "DC"])
def test_so_is_every_status_of_vicidial(client: FlaskClient, dialer: Dialer, status: str) -> None:
    attempt_id = permit(client, dialer)

    answer = client.post(OUTCOME, data={"attempt": attempt_id, "status": status}, auth=("api", dialer.api_key))

    assert answer.get_data() == b"OK"
    assert attempt(client, dialer, attempt_id)["outcome"] == VICIDIAL[status]


@pytest.mark.parametrize("status", ["DNC", "DNCL", "dncc"])
def test_an_objection_that_vicidial_tells_is_in_force_at_once(
    client: FlaskClient, dialer: Dialer, gateway: Gateway, status: str
) -> None:
    callee = a_callee()
    form = {"attempt": permit(client, dialer, callee=callee), "status": status}

    refused = client.post(OUTCOME, data=form, auth=("api", gateway.other_dialer.api_key))
    with gateway.services.database.reading() as connection:
        barred_by_a_stranger = SuppressionRepository(connection).scopes_barring([key_of(gateway, callee)], "acme")
    answers = [client.post(OUTCOME, data=form, auth=("api", dialer.api_key)).get_data() for _ in range(2)]

    assert (refused.status_code, barred_by_a_stranger) == (404, set())
    assert answers == [b"OK", b"OK"]
    again = ask(client, dialer, some_parameters(callee=callee))
    assert again.get_data().startswith(b"REFUSE ")
    assert "suppression.number" in again.headers["Ringfence-Reasons"]


def test_an_objection_stands_whatever_outcome_was_told_before(client: FlaskClient, dialer: Dialer) -> None:
    callee = a_callee()
    attempt_id = permit(client, dialer, callee=callee)
    for form in ({"dialstatus": "NOANSWER"}, {"status": "DNC"}):
        answer = client.post(OUTCOME, data={"attempt": attempt_id, **form}, auth=("api", dialer.api_key))
        assert answer.get_data() == b"OK"

    assert attempt(client, dialer, attempt_id)["outcome"] == "no-answer"
    reasons = ask(client, dialer, some_parameters(callee=callee)).headers["Ringfence-Reasons"]
    assert "suppression.number" in reasons


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"dialstatus": "HUNG"}, 422),
        ({"dialstatus": ""}, 422),
        ({"status": "SALE"}, 422),
        ({"seconds": "soon"}, 422),
        ({"attempt": "-"}, 404),
        ({"attempt": str(uuid4())}, 404),
        ({"number": "1"}, 422),
    ],
)
def test_an_outcome_that_cannot_be_taken_is_an_error(
    client: FlaskClient, dialer: Dialer, changes: dict[str, str], status: int
) -> None:
    form = {"attempt": permit(client, dialer), "dialstatus": "BUSY", **changes}

    answer = client.post(OUTCOME, data=form, auth=("api", dialer.api_key))

    assert (answer.status_code, answer.get_data(as_text=True)) == (status, "ERROR")
    assert answer.headers["Ringfence-Problem"]
