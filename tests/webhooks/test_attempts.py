"""The attempts API: what is asked, what is answered, and what a repeated request gets."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee

Body = dict[str, Any]


def a_question(**changes: Any) -> Body:
    """May the first campaign ring a callee of its own?"""
    return {"campaign": "spring", "callee": a_callee(), **changes}


def ask(client: FlaskClient, dialer: Dialer, body: Body, key: str | None = None) -> TestResponse:
    headers = dialer.bearer if key is None else {**dialer.bearer, "Idempotency-Key": key}
    return client.post("/v1/attempts", json=body, headers=headers)


def test_a_permit_is_reserved_and_can_be_looked_up(client: FlaskClient, dialer: Dialer) -> None:
    question = a_question(caller_id=CALLER_ID)

    answer = ask(client, dialer, question)

    body = told(answer)
    assert answer.status_code == 201
    assert (body["permitted"], body["reasons"], body["callee"]) == (True, [], question["callee"])
    assert body["permit"]["attempt_id"] == body["attempt_id"]
    assert (body["permit"]["ring_timeout_seconds"], body["permit"]["ring_at_least_seconds"]) == (30, None)
    assert body["caller_id"] == body["permit"]["caller_id"] == CALLER_ID
    assert (body["about_another_time"], body["asked_at"]) == (False, body["decided_at"])
    seen = told(client.get(f"/v1/attempts/{body['attempt_id']}", headers=dialer.bearer))
    assert (seen["state"], seen["permitted"], seen["caller_id"]) == ("permitted", True, CALLER_ID)
    assert seen["permit_expires_at"] == body["permit"]["expires_at"]
    assert seen["policy_digest"] == body["policy_digest"]


def test_a_refusal_is_an_answer_with_every_reason(client: FlaskClient, dialer: Dialer) -> None:
    question = a_question()
    ask(client, dialer, question)

    answer = ask(client, dialer, question)

    body = told(answer)
    assert answer.status_code == 201
    assert (body["permitted"], body["permit"]) == (False, None)
    assert [reason["code"] for reason in body["reasons"]] == ["attempts.in_flight"]
    assert body["not_before"] > body["reasons"][0]["not_before"] > body["decided_at"]
    assert told(client.get(f"/v1/attempts/{body['attempt_id']}", headers=dialer.bearer))["state"] == "refused"


def test_to_check_reserves_nothing(client: FlaskClient, dialer: Dialer) -> None:
    question = a_question()

    checks = [told(client.post("/v1/checks", json=question, headers=dialer.bearer)) for _ in range(3)]

    assert [(check["permitted"], check["attempt_id"], check["permit"]) for check in checks] == [(True, None, None)] * 3
    assert len({check["decision_id"] for check in checks}) == 3
    assert told(ask(client, dialer, question))["permitted"] is True
    assert told(client.post("/v1/checks", json=question, headers=dialer.bearer))["permitted"] is False


@pytest.mark.parametrize("callee", [None, "112"], ids=["permitted", "refused"])
def test_the_same_key_and_request_get_the_same_answer(client: FlaskClient, dialer: Dialer, callee: str | None) -> None:
    question = a_question(**({"callee": callee} if callee else {}))
    key = f"key of {question['callee']}"

    first, second = ask(client, dialer, question, key), ask(client, dialer, question, key)

    assert told(first) == told(second)
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_request_is_a_conflict(client: FlaskClient, dialer: Dialer) -> None:
    ask(client, dialer, a_question(), "used once")

    answer = ask(client, dialer, a_question(), "used once")

    assert answer.status_code == 409
    assert "take a new key" in told(answer)["detail"]


def test_keys_of_different_credentials_do_not_meet(client: FlaskClient, gateway: Gateway) -> None:
    mine = ask(client, gateway.dialer, a_question(), "a common key")
    theirs = ask(client, gateway.other_dialer, a_question(campaign="autumn"), "a common key")

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert told(mine)["attempt_id"] != told(theirs)["attempt_id"]


WRONG_BODIES: list[tuple[object, str | None]] = [
    ({"callee": "+4532123456"}, "campaign"),
    ({"campaign": "spring"}, "callee"),
    ({"campaign": "spring", "callee": None}, "callee"),
    ({"campaign": "", "callee": "+4532123456"}, "campaign"),
    ({"campaign": "spring", "callee": ""}, "callee"),
    ({"campaign": "spring", "callee": "+" + "1" * 64}, "callee"),
    ({"campaign": "spring", "callee": 4532123456}, "callee"),
    ({"campaign": "spring", "callee": ["+4532123456"]}, "callee"),
    ({"campaign": "spring", "callee": "+4532\x00123456"}, "callee"),
    ({"campaign": "spring\n", "callee": "+4532123456"}, "campaign"),
    ({"campaign": "spring", "callee": "+4532123456", "default_country": "DNK"}, "default_country"),
    ({"campaign": "spring", "callee": "+4532123456", "contact": "c" * 37}, "contact"),
    ({"campaign": "spring", "callee": "+4532123456", "contact": "a\x00b"}, "contact"),
    ({"campaign": "spring", "callee": "+4532123456", "caller_id": "+" * 41}, "caller_id"),
    ({"campaign": "spring", "callee": "+4532123456", "number": "1"}, "number"),
    ({"campaign": "spring", "callee": "+4532123456", "caller_id": ""}, "caller_id"),
    ({"campaign": "spring", "callee": "+4532123456", "speaker": "robot"}, "speaker"),
    ({"campaign": "spring", "callee": "+4532123456", "speaker": "Human"}, "speaker"),
    ({"campaign": "spring", "callee": "+4532123456", "speaker": ""}, "speaker"),
    ({"campaign": "spring", "callee": "+4532123456", "speaker": ["human"]}, "speaker"),
    ({"campaign": "spring", "callee": "+4532123456", "speaker": False}, "speaker"),
    ({"campaign": "spring", "callee": "+4532123456", "dialling": "progressive"}, "dialling"),
    ({"campaign": "spring", "callee": "+4532123456", "dialling": {}}, "dialling"),
    ({"campaign": "spring", "callee": "+4532123456", "free_agents": -1}, "free_agents"),
    ({"campaign": "spring", "callee": "+4532123456", "free_agents": 1.0}, "free_agents"),
    ({"campaign": "spring", "callee": "+4532123456", "free_agents": "1"}, "free_agents"),
    ({"campaign": "spring", "callee": "+4532123456", "free_agents": True}, "free_agents"),
    ({"campaign": "spring", "callee": "+4532123456", "free_agents": 100_001}, "free_agents"),
    ({"campaign": "spring", "callee": "+4532123456", "at": "2026-12-01T16:30:00"}, "at"),
    ({"campaign": "spring", "callee": "+4532123456", "at": "on Tuesday"}, "at"),
    ({"campaign": "spring", "callee": "+4532123456", "at": 1764603000}, "at"),
    ([], None),
    ("text", None),
    (None, None),
    (1, None),
]


@pytest.mark.parametrize(("body", "field"), WRONG_BODIES)
@pytest.mark.parametrize("path", ["/v1/attempts", "/v1/checks"])
def test_a_request_that_cannot_be_understood_names_what_is_wrong_with_it(
    client: FlaskClient, dialer: Dialer, path: str, body: object, field: str | None
) -> None:
    answer = client.post(path, data=orjson.dumps(body), headers=dialer.bearer)

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert told(answer).get("field") == field
    assert field is None or told(answer)["detail"].startswith(f"{field} ")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"campaign": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(client: FlaskClient, dialer: Dialer, raw: bytes) -> None:
    answer = client.post("/v1/attempts", data=raw, headers=dialer.bearer)

    assert answer.status_code == 422
    assert "JSON" in told(answer)["detail"]


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\there"])
def test_a_key_that_cannot_be_kept_is_refused(client: FlaskClient, dialer: Dialer, key: str) -> None:
    answer = ask(client, dialer, a_question(), key)

    assert answer.status_code == 422
    assert told(answer)["field"] == "Idempotency-Key"


@pytest.mark.parametrize("country", [None, "ZZ", "--"])
def test_a_number_without_its_country_is_no_number(client: FlaskClient, dialer: Dialer, country: str | None) -> None:
    answer = ask(client, dialer, a_question(callee="32 12 34 56", default_country=country))

    assert answer.status_code == 201
    assert "number.invalid" in [reason["code"] for reason in told(answer)["reasons"]]
    assert told(answer)["callee"] is None


def test_a_number_as_people_write_it_at_home_is_read_by_its_country(client: FlaskClient, dialer: Dialer) -> None:
    callee = a_callee()
    spelled = " ".join(callee[i : i + 2] for i in range(3, 11, 2))

    assert told(ask(client, dialer, a_question(callee=spelled, default_country="DK")))["callee"] == callee


@pytest.mark.parametrize("campaign", ["autumn", "nobody's"])
def test_a_campaign_of_another_controller_is_as_if_there_were_none(
    client: FlaskClient, dialer: Dialer, campaign: str
) -> None:
    for path in ("/v1/attempts", "/v1/checks"):
        answer = client.post(path, json=a_question(campaign=campaign), headers=dialer.bearer)
        assert answer.status_code == 404
        assert told(answer)["detail"] == f"no campaign {campaign!r} that this credential may call for"


def test_an_attempt_of_another_controller_is_as_if_there_were_none(client: FlaskClient, gateway: Gateway) -> None:
    mine = told(ask(client, gateway.dialer, a_question()))["attempt_id"]

    theirs = client.get(f"/v1/attempts/{mine}", headers=gateway.other_dialer.bearer)
    nobodys = client.get(f"/v1/attempts/{mine[:-1]}{'0' if mine[-1] != '0' else '1'}", headers=gateway.dialer.bearer)

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    for answer in (theirs, nobodys):
        assert told(answer)["detail"] == f"no attempt {answer.request.path.rpartition('/')[2]}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/attempts", 405),
        ("DELETE", "/v1/attempts/01a20ce4-077b-785b-912d-9d6d4308bcf6", 405),
        ("GET", "/v1/attempts/+4532123456", 404),
        ("GET", "/v1/attempts/%00", 404),
        ("GET", "/v1/nothing", 404),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    client: FlaskClient, dialer: Dialer, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, headers=dialer.bearer)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert "+45" not in answer.get_data(as_text=True)


def test_a_body_larger_than_any_request_is_refused(client: FlaskClient, dialer: Dialer) -> None:
    answer = client.post("/v1/attempts", data=b"x" * 2_000_000, headers=dialer.bearer)

    assert (answer.status_code, told(answer)["status"]) == (413, 413)
