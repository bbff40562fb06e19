"""What a dialer tells of a call that it placed itself, and what follows from it for the next one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from middleware.store.models import NoticeRow
from tests.api_contract import told
from tests.gateway import Dialer, Gateway, a_callee
from tests.webhooks.test_attempts import a_question, ask
from tests.webhooks.twilio.calls import create, some_form

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def permit(client: FlaskClient, dialer: Dialer, callee: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = told(ask(client, dialer, a_question(callee=callee or a_callee())))
    assert answer["permitted"]
    return answer


def tell(client: FlaskClient, dialer: Dialer, attempt_id: str, **body: Any) -> TestResponse:
    return client.post(f"/v1/attempts/{attempt_id}/outcome", json=body, headers=dialer.bearer)


def notices(gateway: Gateway, attempt_id: str) -> int:
    of_it = select(func.count()).where(NoticeRow.attempt_id == attempt_id)
    with gateway.services.database.reading() as connection:
        return connection.scalar(of_it) or 0


OUTCOMES = [
    ("answered", "completed", 1),
    ("declined", "completed", 1),
    ("voicemail", "completed", 0),
    ("busy", "busy", 0),
    ("rejected", "busy", 0),
    ("no-answer", "no-answer", 0),
    ("failed", "failed", 0),
    ("canceled", "canceled", 0),
]


@pytest.mark.parametrize(("outcome", "state", "owed"), OUTCOMES)
def test_an_outcome_ends_the_attempt_and_the_callee_rests(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, outcome: str, state: str, owed: int
) -> None:
    permitted = permit(client, dialer)

    answer = tell(client, dialer, permitted["attempt_id"], outcome=outcome)

    body = told(answer)
    assert answer.status_code == 200
    assert (body["state"], body["outcome"]) == (state, outcome)
    assert notices(gateway, permitted["attempt_id"]) == owed
    refused = told(ask(client, dialer, a_question(callee=permitted["callee"])))
    codes = ["attempts.too_soon"] + (["attempts.locked_out"] if outcome == "declined" else [])
    assert [reason["code"] for reason in refused["reasons"]] == codes
    rested = datetime.fromisoformat(body["ended_at"]) + DAY
    assert datetime.fromisoformat(refused["reasons"][0]["not_before"]) == rested
    assert refused["not_before"] == (None if outcome == "declined" else refused["reasons"][0]["not_before"])
    assert refused["attempts_left"] == 3


def test_a_call_that_was_not_placed_leaves_no_trace_in_the_counts(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    permitted = permit(client, dialer)

    answer = tell(client, dialer, permitted["attempt_id"], outcome="not-placed")

    assert (answer.status_code, told(answer)["state"], told(answer)["outcome"]) == (200, "withdrawn", None)
    again = permit(client, dialer, permitted["callee"])
    assert again["attempts_left"] == permitted["attempts_left"]
    assert notices(gateway, permitted["attempt_id"]) == 0


def test_what_the_dialer_tells_of_the_call_is_kept(client: FlaskClient, gateway: Gateway, dialer: Dialer) -> None:
    permitted = permit(client, dialer)
    began = datetime.fromisoformat(permitted["decided_at"])

    answer = tell(
        client,
        dialer,
        permitted["attempt_id"],
        outcome="answered",
        started_at=began.isoformat(),
        ended_at=began.isoformat(),
        duration_seconds=0,
        call_sid=f"mine-{permitted['attempt_id'][:20]}",
    )

    body = told(answer)
    assert answer.status_code == 200
    assert datetime.fromisoformat(body["answered_at"]) == datetime.fromisoformat(body["ended_at"]) == began
    assert (body["duration_seconds"], body["call_sid"]) == (0, f"mine-{permitted['attempt_id'][:20]}")


@pytest.mark.parametrize("outcome", ["answered", "declined", "busy", "not-placed"])
def test_the_same_report_again_is_the_same_answer(client: FlaskClient, dialer: Dialer, outcome: str) -> None:
    attempt_id = permit(client, dialer)["attempt_id"]

    first = tell(client, dialer, attempt_id, outcome=outcome)
    second = tell(client, dialer, attempt_id, outcome=outcome)

    assert (first.status_code, second.status_code) == (200, 200)
    assert told(first) == told(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("answered", "busy"), ("busy", "answered"), ("busy", "not-placed"), ("not-placed", "answered"),
     ("answered", "voicemail"), ("declined", "answered"), ("declined", "not-placed"), ("voicemail", "declined"),
     ("busy", "declined"), ("not-placed", "declined")],
)  # fmt: skip
def test_another_report_is_a_conflict_and_changes_nothing(
    client: FlaskClient, dialer: Dialer, first: str, second: str
) -> None:
    attempt_id = permit(client, dialer)["attempt_id"]
    stands = told(tell(client, dialer, attempt_id, outcome=first))

    answer = tell(client, dialer, attempt_id, outcome=second)

    assert answer.status_code == 409
    assert told(client.get(f"/v1/attempts/{attempt_id}", headers=dialer.bearer)) == stands


def test_a_refused_attempt_takes_no_outcome(client: FlaskClient, dialer: Dialer) -> None:
    refused = told(ask(client, dialer, a_question(callee="112")))["attempt_id"]

    for outcome in ("answered", "not-placed"):
        answer = tell(client, dialer, refused, outcome=outcome)
        assert answer.status_code == 409
        assert "refused" in told(answer)["detail"]


def test_a_call_that_we_place_takes_its_outcome_from_twilio_alone(client: FlaskClient, dialer: Dialer) -> None:
    form = some_form(To="112")
    attempt_id = told(create(client, dialer, form))["details"]["attempt_id"]

    answer = tell(client, dialer, attempt_id, outcome="answered")

    assert answer.status_code == 409
    assert "Twilio" in told(answer)["detail"]


def test_attempts_of_others_and_unknown_ones_are_not_found(client: FlaskClient, gateway: Gateway) -> None:
    attempt_id = permit(client, gateway.dialer)["attempt_id"]
    unknown = f"{attempt_id[:-4]}ffff"

    assert tell(client, gateway.other_dialer, attempt_id, outcome="busy").status_code == 404
    assert tell(client, gateway.dialer, unknown, outcome="busy").status_code == 404
    assert told(client.get(f"/v1/attempts/{attempt_id}", headers=gateway.dialer.bearer))["state"] == "permitted"


LATER = "2031-01-01T00:00:00+00:00"
EARLIER = "2020-01-01T00:00:00+00:00"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "outcome"),
    ({"outcome": None}, "outcome"),
    ({"outcome": "unknown"}, "outcome"),
    ({"outcome": "expired"}, "outcome"),
    ({"outcome": ["busy"]}, "outcome"),
    ({"outcome": {"busy": 1}}, "outcome"),
    ({"outcome": 1}, "outcome"),
    ({"outcome": "busy", "note": "rude"}, "note"),
    ({"outcome": "busy", "duration_seconds": -1}, "duration_seconds"),
    ({"outcome": "busy", "duration_seconds": 86_401}, "duration_seconds"),
    ({"outcome": "busy", "duration_seconds": 1.5}, "duration_seconds"),
    ({"outcome": "busy", "duration_seconds": True}, "duration_seconds"),
    ({"outcome": "busy", "duration_seconds": "1"}, "duration_seconds"),
    ({"outcome": "busy", "call_sid": ""}, "call_sid"),
    ({"outcome": "busy", "call_sid": "c" * 35}, "call_sid"),
    ({"outcome": "busy", "call_sid": "a\x00b"}, "call_sid"),
    ({"outcome": "busy", "call_sid": 7}, "call_sid"),
    ({"outcome": "busy", "started_at": "yesterday"}, "started_at"),
    ({"outcome": "busy", "started_at": 1732440605}, "started_at"),
    ({"outcome": "busy", "started_at": "2026-11-24T10:30:05"}, "started_at"),
    ({"outcome": "busy", "started_at": EARLIER}, "started_at"),
    ({"outcome": "busy", "started_at": "0001-01-01T00:00:00+23:59"}, "started_at"),
    ({"outcome": "busy", "ended_at": LATER}, "ended_at"),
    ({"outcome": "busy", "ended_at": "9999-12-31T23:59:59-23:59"}, "ended_at"),
    ({"outcome": "Declined"}, "outcome"),
    ({"outcome": "declined", "callback_at": "on Tuesday"}, "callback_at"),
    ({"outcome": "declined", "callback_at": "2026-12-01T10:00:00"}, "callback_at"),
    ({"outcome": "declined", "callback_at": EARLIER}, "callback_at"),
    ({"outcome": "declined", "callback_at": "2099-01-01T00:00:00Z"}, "callback_at"),
    ({"outcome": "answered", "callback_at": True}, "callback_at"),
    ({"outcome": "busy", "callback_at": LATER}, "callback_at"),
    ({"outcome": "voicemail", "callback_at": LATER}, "callback_at"),
    ({"outcome": "not-placed", "callback_at": LATER}, "callback_at"),
    ({"outcome": "declined", "callback_at": LATER}, "callback_at"),  # nobody is on file at this number
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_report_that_cannot_be_true_names_what_is_wrong_with_it(
    client: FlaskClient, dialer: Dialer, body: dict[str, Any], field: str
) -> None:
    attempt_id = permit(client, dialer)["attempt_id"]

    answer = tell(client, dialer, attempt_id, **body)

    assert (answer.status_code, told(answer).get("field")) == (422, field)
    assert told(client.get(f"/v1/attempts/{attempt_id}", headers=dialer.bearer))["state"] == "permitted"


def test_a_call_does_not_end_before_it_begins(client: FlaskClient, gateway: Gateway, dialer: Dialer) -> None:
    permitted = permit(client, dialer)
    began = datetime.fromisoformat(permitted["decided_at"])
    told(ask(client, dialer, a_question()))  # so that some time has passed

    answer = tell(
        client,
        dialer,
        permitted["attempt_id"],
        outcome="busy",
        started_at=gateway.services.clock.now().isoformat(),
        ended_at=began.isoformat(),
    )

    assert (answer.status_code, told(answer)["field"]) == (422, "ended_at")


def test_one_call_is_not_two_attempts(client: FlaskClient, dialer: Dialer) -> None:
    first, second = permit(client, dialer), permit(client, dialer)
    sid = f"x{first['attempt_id'][-12:]}"
    tell(client, dialer, first["attempt_id"], outcome="busy", call_sid=sid)

    answer = tell(client, dialer, second["attempt_id"], outcome="busy", call_sid=sid)

    assert answer.status_code == 409
    assert "call_sid" in told(answer)["detail"]


def test_a_permit_that_nobody_used_or_spoke_of_counts_until_the_dialer_says_otherwise(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    unused, used = permit(client, dialer), permit(client, dialer)

    gateway.sweep(timedelta(seconds=61))
    expired = told(client.get(f"/v1/attempts/{unused['attempt_id']}", headers=dialer.bearer))

    assert (expired["state"], expired["outcome"]) == ("expired", "unknown")
    assert expired["ended_at"] == unused["permit"]["expires_at"]
    assert told(ask(client, dialer, a_question(callee=unused["callee"])))["permitted"] is False
    assert told(tell(client, dialer, unused["attempt_id"], outcome="not-placed"))["state"] == "withdrawn"
    assert told(ask(client, dialer, a_question(callee=unused["callee"])))["permitted"] is True
    late = tell(client, dialer, used["attempt_id"], outcome="answered")
    assert (late.status_code, told(late)["state"]) == (200, "completed")


def test_a_permit_ends_after_a_minute(client: FlaskClient, dialer: Dialer) -> None:
    permitted = permit(client, dialer)
    ends = datetime.fromisoformat(permitted["permit"]["expires_at"])

    assert ends - datetime.fromisoformat(permitted["decided_at"]) == 60 * SECOND
