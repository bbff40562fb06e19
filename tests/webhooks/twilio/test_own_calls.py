"""Calls to our own people through the drop-in: rung without being asked about, logged, and followed to their end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from middleware.errors import StoreUnavailable
from middleware.store.models import AttemptRow, DecisionRow, OwnCallRow
from middleware.store.own_calls import OwnCall, OwnCallRepository
from tests.api_contract import CheckedClient, told
from tests.gateway import CALLER_ID, Gateway, running_gateway
from tests.rows import insert_agent, insert_caller_id
from tests.simulator import Simulator
from tests.webhook_receiver import WebhookReceiver
from tests.webhooks.twilio.calls import a_call_sid, create, some_form, upstream

MOBILE = "+4520123456"
DOMAIN = "acme.sip.twilio.com"
OF_BETA = "+4570999999"


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    url = f"sqlite:///{tmp_path_factory.mktemp('own') / 'ringfence.sqlite3'}"
    with running_gateway(url, _simulator) as gateway:
        gateway.app.test_client_class = CheckedClient
        for address in ("client:anna", MOBILE, f"sip:@{DOMAIN}"):
            insert_agent(gateway.services.database, address)
        insert_caller_id(gateway.services.database, controller_id="beta", number=OF_BETA)
        yield gateway


def ring(gateway: Gateway, to: str, **changes: Any) -> TestResponse:
    return create(gateway.http(), gateway.dialer, some_form(To=to, **changes))


def logged(gateway: Gateway, call_sid: str) -> OwnCall:
    with gateway.services.database.reading() as connection:
        return OwnCallRepository(connection).by_call_sid(call_sid)


def counted(gateway: Gateway) -> tuple[int, int]:
    with gateway.services.database.reading() as connection:
        attempts = connection.scalar(select(func.count()).select_from(AttemptRow))
        return attempts or 0, connection.scalar(select(func.count()).select_from(DecisionRow)) or 0


def tell(gateway: Gateway, path: str, form: dict[str, str], token: str | None = None) -> int:
    """As Twilio reports it."""
    secret = token or gateway.services.settings.twilio_auth_token.get_secret_value()
    signature = RequestValidator(secret).compute_signature(f"{gateway.url}{path}", form)
    return gateway.http().post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        ("client:anna", "client:anna"),
        ("client:somebody-else", "client:somebody-else"),
        (MOBILE, MOBILE),
        ("0045 20 12 34 56", MOBILE),
        (f"sip:%2B{MOBILE[1:]}@carrier.example", MOBILE),
        (f"sip:bo@{DOMAIN}", f"sip:bo@{DOMAIN}"),
        (f"sip:101@{DOMAIN};transport=tls", f"sip:101@{DOMAIN};transport=tls"),
    ],
)
def test_our_own_people_are_rung_at_any_time_and_it_is_logged(
    gateway: Gateway, simulator: Simulator, given: str, rung: str
) -> None:
    before = counted(gateway)

    answer = ring(gateway, given)

    assert answer.status_code == 201
    body = told(answer)
    [call] = upstream(simulator, rung)
    own = logged(gateway, body["sid"])
    assert (own.address, own.controller_id, own.campaign_id, own.route) == (rung, "acme", "spring", "twilio_rest")
    assert call["parameters"]["StatusCallback"].startswith(f"{gateway.url}/twilio/own/{own.id}#")
    assert call["parameters"]["Url"].startswith(f"{gateway.url}/twilio/twiml/")
    assert counted(gateway) == before, "no attempt, and nothing decided"
    assert body["account_sid"] == gateway.dialer.account_sid


@pytest.mark.parametrize(
    ("to", "shown", "status"),
    [
        ("client:anna", CALLER_ID, 201),
        ("client:anna", "client:bo", 201),
        (f"sip:bo@{DOMAIN}", f"sip:anna@{DOMAIN}", 201),
        (MOBILE, CALLER_ID, 201),
        (MOBILE, "client:bo", 400),  # telephones show numbers
        ("client:anna", OF_BETA, 400),
        (MOBILE, OF_BETA, 400),
        (MOBILE, "+4532123456", 400),
        ("client:anna", "sip:bo@elsewhere.example", 400),
        ("client:anna", "anonymous", 400),
    ],
)
def test_they_see_a_caller_id_of_their_company_or_one_of_theirs(
    gateway: Gateway, simulator: Simulator, to: str, shown: str, status: int
) -> None:
    answer = ring(gateway, to, From=shown)

    assert answer.status_code == status
    if status == 400:
        assert told(answer)["code"] == 21210
        assert simulator.calls() == []
    else:
        assert upstream(simulator, to)[0]["parameters"]["From"] == shown


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        (["initiated", "ringing", "answered", "completed"], ["initiated", "ringing", "in-progress", "completed"]),
        (["completed", "ringing"], ["ringing", "completed"]),
        (None, ["completed"]),
    ],
)
def test_the_dialer_hears_exactly_the_events_that_it_asked_for_in_their_order(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver, wanted: list[str] | None, heard: list[str]
) -> None:
    mine = f"{receiver.url}/mine?case=7"
    recorded = {"RecordingStatusCallback": f"{receiver.url}/recorded"}
    simulator.set_outcomes(numbers={"client:anna": {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 4}})
    answer = ring(gateway, "client:anna", StatusCallback=mine, StatusCallbackEvent=wanted, **recorded)
    simulator.wait_until_idle()

    gateway.work()

    got = [each for each in receiver.received if each.path == "/mine"]
    assert [each.form["CallStatus"] for each in got] == heard
    assert {each.form["CallSid"] for each in got} == {told(answer)["sid"]}
    assert {each.form["AccountSid"] for each in got} == {gateway.dialer.account_sid}
    assert [each.form["SequenceNumber"] for each in got] == [str(number) for number in range(len(heard))]
    check = RequestValidator(gateway.dialer.token)
    assert all(check.validate(mine, dict(each.form), each.headers["X-Twilio-Signature"]) for each in got)
    sent = upstream(simulator, "client:anna")[0]["parameters"]
    assert sent["RecordingStatusCallback"].startswith(f"{gateway.url}/twilio/callback/")
    assert sent["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


def test_the_end_is_noted_and_what_comes_late_or_of_another_call_changes_nothing(gateway: Gateway) -> None:
    sid = told(ring(gateway, "client:anna"))["sid"]
    own = logged(gateway, sid)
    path = f"/twilio/own/{own.id}"
    ended = {"CallSid": sid, "CallStatus": "completed", "CallDuration": "12", "SequenceNumber": "3"}

    for form in (
        {**ended, "CallSid": a_call_sid(), "CallStatus": "failed"},
        ended,
        {**ended, "CallStatus": "ringing", "SequenceNumber": "1"},
        {**ended, "CallSid": "nonsense"},
    ):
        assert tell(gateway, path, form) == 204

    after = logged(gateway, sid)
    assert (after.call_sid, after.call_status, after.duration_seconds) == (sid, "completed", 12)
    assert after.ended_at is not None


def test_only_twilio_may_tell_and_unknown_ones_are_answered_as_taken(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    sid = told(ring(gateway, "client:anna"))["sid"]
    own = logged(gateway, sid)
    form = {"CallSid": sid, "CallStatus": "no-answer"}

    assert tell(gateway, f"/twilio/own/{own.id}", form, token="0" * 32) == 403
    assert gateway.http().post(f"/twilio/own/{own.id}", data=form).status_code == 403
    assert logged(gateway, sid).call_status != "no-answer"
    with caplog.at_level(logging.WARNING):
        assert tell(gateway, f"/twilio/own/{uuid4()}", form) == 204
    assert "not known was left out" in caplog.text
    assert gateway.http().post("/twilio/own/nonsense", data=form).status_code == 404


def test_the_people_of_one_controller_are_strangers_to_another(gateway: Gateway, simulator: Simulator) -> None:
    http, beta = gateway.http(), gateway.other_dialer

    create(http, beta, some_form(To=MOBILE, From=CALLER_ID))
    nobody = create(http, beta, some_form(To=f"sip:bo@{DOMAIN}", From=CALLER_ID))

    with gateway.services.database.reading() as connection:
        asked = connection.scalar(select(func.count()).where(AttemptRow.callee == MOBILE))
        rung = connection.scalar(select(func.count()).where(OwnCallRow.controller_id == "beta"))
    assert (asked, rung) == (1, 0), "asked about like anybody"
    assert (nobody.status_code, told(nobody)["code"]) == (400, 68002)
    assert upstream(simulator, f"sip:bo@{DOMAIN}") == []


def test_a_call_that_twilio_has_made_is_never_a_5xx_whatever_the_store_does_then(
    gateway: Gateway, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = f"client:{uuid4().hex}"

    def unavailable(*_: object, **__: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(OwnCallRepository, "change", unavailable)
    answer = ring(gateway, to)

    assert (answer.status_code, told(answer)["to"]) == (201, to)
    assert len(upstream(simulator, to)) == 1


def test_what_twilio_did_not_make_is_over(gateway: Gateway, simulator: Simulator) -> None:
    to = f"client:{uuid4().hex}"
    simulator.set_faults(create_503=1)

    assert ring(gateway, to).status_code == 503

    with gateway.services.database.reading() as connection:
        rows = connection.execute(select(OwnCallRow.call_status, OwnCallRow.ended_at).where(OwnCallRow.address == to))
        [(status, ended_at)] = rows.all()
    assert (status, ended_at is not None) == ("failed", True)
