"""Status callbacks: only Twilio's own are taken, each once, and no order of theirs leads an attempt astray."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from middleware.logs import MaskingFormatter
from middleware.store.models import AttemptRow, NoticeRow, StatusReportRow
from tests.api_contract import told
from tests.gateway import Dialer, Gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import a_call_sid, attempt, attempts_at, create, report, signature, some_form, upstream

UNKNOWN = "01a20ce4-0000-7000-8000-000000000000"
Placed = tuple[str, str]


@pytest.fixture
def placed(client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator) -> Placed:
    """An attempt and its call, of which Twilio has reported nothing yet, and never will by itself."""
    simulator.set_faults(callback_lose=1)
    form = some_form()
    sid = told(create(client, dialer, form))["sid"]
    return attempts_at(gateway, form["To"])[0]["attempt_id"], sid


def kept(gateway: Gateway, attempt_id: str) -> int:
    """How many reports are kept of an attempt."""
    of_it = select(func.count()).where(StatusReportRow.attempt_id == attempt_id)
    with gateway.services.database.reading() as connection:
        return connection.scalar(of_it) or 0


def notices(gateway: Gateway, attempt_id: str) -> int:
    of_it = select(func.count()).where(NoticeRow.attempt_id == attempt_id)
    with gateway.services.database.reading() as connection:
        return connection.scalar(of_it) or 0


def test_each_report_moves_the_attempt_on_and_is_kept(client: FlaskClient, gateway: Gateway, placed: Placed) -> None:
    attempt_id, sid = placed
    states = []
    for number, status in enumerate(["initiated", "ringing", "in-progress", "completed"]):
        answer = report(client, gateway, attempt_id, sid, CallStatus=status, SequenceNumber=str(number))
        assert (answer.status_code, answer.get_data()) == (204, b"")
        states.append(attempt(gateway, attempt_id)["state"])

    assert states == ["placed", "ringing", "in-progress", "completed"]
    assert kept(gateway, attempt_id) == 4
    assert notices(gateway, attempt_id) == 1


def test_a_call_that_another_leg_dialled_is_kept_with_that_leg(
    client: FlaskClient, gateway: Gateway, placed: Placed
) -> None:
    attempt_id, sid = placed
    parent = a_call_sid()

    report(client, gateway, attempt_id, sid, ParentCallSid=parent)

    query = select(AttemptRow.parent_call_sid).where(AttemptRow.id == attempt_id)
    with gateway.services.database.reading() as connection:
        assert connection.scalar(query) == parent


ENDINGS: list[tuple[dict[str, str], str, str]] = [
    ({"CallStatus": "completed", "CallDuration": "49", "Duration": "1"}, "completed", "answered"),
    ({"CallStatus": "completed", "AnsweredBy": "human"}, "completed", "answered"),
    ({"CallStatus": "completed", "AnsweredBy": "machine_start"}, "completed", "voicemail"),
    ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep"}, "completed", "voicemail"),
    ({"CallStatus": "completed", "AnsweredBy": "fax"}, "completed", "voicemail"),
    ({"CallStatus": "completed", "AnsweredBy": "unknown"}, "completed", "answered"),
    ({"CallStatus": "completed", "AnsweredBy": "x" * 4000}, "completed", "answered"),
    ({"CallStatus": "busy", "SipResponseCode": "486"}, "busy", "busy"),
    ({"CallStatus": "busy", "SipResponseCode": "603"}, "busy", "rejected"),
    ({"CallStatus": "failed", "SipResponseCode": "607"}, "failed", "rejected"),
    ({"CallStatus": "no-answer", "SipResponseCode": "487"}, "no-answer", "no-answer"),
    ({"CallStatus": "failed", "SipResponseCode": "404"}, "failed", "failed"),
    ({"CallStatus": "canceled"}, "canceled", "canceled"),
    ({"CallStatus": "failed", "SipResponseCode": "²04", "CallDuration": "⁵"}, "failed", "failed"),
    ({"CallStatus": "failed", "SipResponseCode": "9" * 40, "CallDuration": "9" * 5000}, "failed", "failed"),
    ({"CallStatus": "failed", "Timestamp": "yesterday"}, "failed", "failed"),
    ({"CallStatus": "failed", "Timestamp": "Mon, 01 Jan 0001 00:00:00 +2359"}, "failed", "failed"),
    ({"CallStatus": "failed", "Timestamp": "Fri, 31 Dec 9999 23:59:59 -2359"}, "failed", "failed"),
    ({"CallStatus": "failed", "SequenceNumber": "3" * 30}, "failed", "failed"),
    ({"CallStatus": "failed", "SequenceNumber": "³"}, "failed", "failed"),
    ({"CallStatus": "failed", "NewParameter": "\x00\u2028💥", "NewEmptyOne": ""}, "failed", "failed"),
]


@pytest.mark.parametrize(("form", "state", "outcome"), ENDINGS)
def test_the_last_report_tells_how_the_call_went_whatever_else_is_in_it(
    client: FlaskClient, gateway: Gateway, placed: Placed, form: dict[str, str], state: str, outcome: str
) -> None:
    attempt_id, sid = placed

    assert report(client, gateway, attempt_id, sid, **{"SequenceNumber": "3", **form}).status_code == 204

    seen = attempt(gateway, attempt_id)
    assert (seen["state"], seen["outcome"], seen["call_status"]) == (state, outcome, form["CallStatus"])
    assert seen["decided_at"] <= seen["placed_at"] <= seen["ended_at"]
    assert notices(gateway, attempt_id) == (1 if outcome == "answered" else 0)


def test_a_report_that_comes_after_the_end_or_again_changes_nothing(
    client: FlaskClient, gateway: Gateway, placed: Placed
) -> None:
    attempt_id, sid = placed
    end = {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "49"}
    report(client, gateway, attempt_id, sid, **end)
    ended = attempt(gateway, attempt_id)

    for late in (
        {"CallStatus": "ringing", "SequenceNumber": "1"},
        {"CallStatus": "in-progress", "SequenceNumber": "2"},
        {"CallStatus": "busy", "SequenceNumber": "4"},
        end,
        end | {"CallDuration": "50"},
    ):
        assert report(client, gateway, attempt_id, sid, **late).status_code == 204

    assert attempt(gateway, attempt_id) == ended
    assert kept(gateway, attempt_id) == 4
    assert notices(gateway, attempt_id) == 1


@pytest.mark.parametrize("status", ["answered-by-a-parrot", "", "COMPLETED", "x" * 400])
def test_a_status_that_nobody_knows_is_kept_and_changes_nothing(
    client: FlaskClient, gateway: Gateway, placed: Placed, status: str
) -> None:
    attempt_id, sid = placed
    before = attempt(gateway, attempt_id)

    assert report(client, gateway, attempt_id, sid, CallStatus=status).status_code == 204

    assert attempt(gateway, attempt_id) == before
    assert kept(gateway, attempt_id) == 1


def test_a_report_of_another_call_is_kept_not_applied_and_noticed(
    client: FlaskClient, gateway: Gateway, placed: Placed, caplog: pytest.LogCaptureFixture
) -> None:
    attempt_id, _ = placed
    before = attempt(gateway, attempt_id)

    for sid in (a_call_sid(), "not a SID"):
        assert report(client, gateway, attempt_id, sid, CallStatus="completed").status_code == 204

    assert attempt(gateway, attempt_id) == before
    assert kept(gateway, attempt_id) == 2
    assert [r.levelno for r in caplog.records if "another call" in r.getMessage()] == [logging.ERROR] * 2


def test_a_call_reported_for_a_refused_attempt_does_not_make_it_a_permitted_one(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    refused = told(create(client, dialer, some_form(To="+45123")))["details"]["attempt_id"]

    assert report(client, gateway, refused, CallStatus="in-progress").status_code == 204

    assert attempt(gateway, refused)["state"] == "refused"


def test_a_report_of_an_attempt_that_is_not_known_is_answered_as_taken(
    client: FlaskClient, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    assert report(client, gateway, UNKNOWN).status_code == 204
    assert kept(gateway, UNKNOWN) == 0
    assert "not known" in caplog.text


def test_what_is_no_attempt_id_is_not_found_and_not_logged(
    client: FlaskClient, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    assert report(client, gateway, "+4532123456%0aERROR").status_code == 404
    assert "+45" not in caplog.text


Signing = Callable[[Gateway, str, dict[str, Any]], str | None]


def _with_token(token: str) -> Signing:
    return lambda gateway, url, form: str(RequestValidator(token).compute_signature(url, form))


FORGED: dict[str, Signing] = {
    "none": lambda gateway, url, form: None,
    "empty": lambda gateway, url, form: "",
    "no base64": lambda gateway, url, form: "signature",
    "no ASCII": lambda gateway, url, form: "sïgnature",
    "another token": _with_token("another"),
    "the dialer's token": lambda gateway, url, form: _with_token(gateway.dialer.token)(gateway, url, form),
    "another URL": lambda gateway, url, form: signature(gateway, url + "x", form),
    "the host that the request names": lambda gateway, url, form: signature(
        gateway, url.replace(gateway.url, "http://localhost"), form
    ),
    "without the form": lambda gateway, url, form: signature(gateway, url, {}),
    "another value": lambda gateway, url, form: signature(gateway, url, {**form, "CallStatus": "busy"}),
    "a parameter less": lambda gateway, url, form: signature(
        gateway, url, {name: value for name, value in form.items() if name != "CallSid"}
    ),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_report_that_twilio_did_not_sign_is_refused_and_leaves_nothing(
    client: FlaskClient, gateway: Gateway, placed: Placed, forged: Signing
) -> None:
    attempt_id, sid = placed
    before = attempt(gateway, attempt_id)
    path, form = f"/twilio/status/{attempt_id}", {"CallSid": sid, "CallStatus": "completed", "SequenceNumber": "3"}
    given = forged(gateway, f"{gateway.url}{path}", form)

    answer = client.post(path, data=form, headers={} if given is None else {"X-Twilio-Signature": given})

    assert answer.status_code == 403
    assert "signed by Twilio" in told(answer)["detail"]
    assert attempt(gateway, attempt_id) == before
    assert kept(gateway, attempt_id) == 0


@pytest.mark.parametrize(
    ("query", "signed_as"),
    [("", ""), ("?a=1&b=%7E&a=2", "?a=1&b=%7E&a=2"), ("?x", "?x")],
)
def test_the_signature_covers_the_query_byte_for_byte_and_every_repeated_parameter(
    client: FlaskClient, gateway: Gateway, placed: Placed, query: str, signed_as: str
) -> None:
    attempt_id, sid = placed
    path = f"/twilio/status/{attempt_id}"
    form = {"CallSid": sid, "CallStatus": "completed", "SequenceNumber": "3", "Twice": ["b", "a", "b"], "Empty": ""}
    right = signature(gateway, f"{gateway.url}{path}{signed_as}", form)

    assert client.post(f"{path}{query}", data=form, headers={"X-Twilio-Signature": right}).status_code == 204
    fewer = {**form, "Twice": ["b"]}
    assert client.post(f"{path}{query}", data=fewer, headers={"X-Twilio-Signature": right}).status_code == 403
    assert client.post(f"{path}?other", data=form, headers={"X-Twilio-Signature": right}).status_code == 403


def test_a_report_by_get_is_not_taken(client: FlaskClient, gateway: Gateway, placed: Placed) -> None:
    path = f"/twilio/status/{placed[0]}?CallSid={placed[1]}&CallStatus=completed"

    signed = {"X-Twilio-Signature": signature(gateway, f"{gateway.url}{path}", {})}

    assert client.get(path, headers=signed).status_code == 405
    assert attempt(gateway, placed[0])["state"] == "placed"


def test_a_report_that_comes_before_the_create_was_answered_finds_its_attempt(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    simulator.set_faults(create_hang=1, create_hang_seconds=0.4, create_makes_call=1)

    created = create(client, dialer, form)  # answered only when the call is over and has been reported

    [call] = upstream(simulator, form["To"])
    simulator.wait_until_idle()
    [seen] = attempts_at(gateway, form["To"])
    assert created.status_code == 201
    assert told(created)["sid"] == seen["call_sid"] == call["call"]["sid"]
    assert seen["state"] == call["call"]["status"] != "queued"
    assert kept(gateway, seen["attempt_id"]) == call["callbacks_fired"]


def test_nothing_personal_is_logged_on_the_way(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    form = some_form(StatusCallback="http://127.0.0.1:1/")
    with caplog.at_level(logging.DEBUG):
        create(client, dialer, form)
        simulator.wait_until_idle()
        gateway.work()

    lines = "\n".join(MaskingFormatter().format(record) for record in caplog.records)
    assert lines
    assert form["To"][3:-2] not in lines
    assert dialer.token not in lines
