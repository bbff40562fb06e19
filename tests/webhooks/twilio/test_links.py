"""What Twilio tells on a dialer's links: the dialer hears it as if Twilio had told it, and we know what answered."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from middleware.services.routes.legs import Leg
from middleware.store.database import Connection
from middleware.store.ids import new_id
from middleware.store.models import AttemptEventRow, ForwardedCallbackRow, GuardRow, LinkRow, NoticeRow
from tests.api_contract import told
from tests.gateway import Dialer, Gateway
from tests.simulator import ACCOUNT_SID, Simulator
from tests.webhook_receiver import DROP, WebhookReceiver
from tests.webhooks.twilio.calls import a_call_sid, attempt, attempts_at, create, report, signature, some_form

UNKNOWN = "01a20ce4-0000-7000-8000-000000000000"
Placed = tuple[str, str]


@pytest.fixture
def placed(client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator) -> Placed:
    """An attempt and its call, of which Twilio has reported nothing yet, and never will by itself."""
    simulator.set_faults(callback_lose=1)
    form = some_form()
    sid = told(create(client, dialer, form))["sid"]
    return attempts_at(gateway, form["To"])[0]["attempt_id"], sid


def leg(attempt_id: str | None = None, own_call_id: str | None = None, credential: str = "acme-twilio") -> Leg:
    return Leg("acme", "spring", credential, "en", attempt_id, own_call_id)


def link(gateway: Gateway, kind: str, whose: Leg, url: str | None, method: str = "POST") -> str:
    """The path at which Twilio tells of it."""
    links = gateway.services.links

    def make(connection: Connection) -> str:
        if kind == "amd":
            return links.amd(connection, whose, url, method)
        return links.callback(connection, whose, str(url), method)

    with gateway.services.database.writing() as connection:
        return make(connection).partition("#")[0].removeprefix(gateway.url)


def tell(gateway: Gateway, path: str, form: dict[str, Any], method: str = "POST") -> TestResponse:
    """As Twilio tells it, signed with the token of our account there."""
    if method == "GET":
        path, form = f"{path}?{urlencode(form, doseq=True)}", {}
    signed = {"X-Twilio-Signature": signature(gateway, f"{gateway.url}{path}", form)}
    return gateway.http().open(path, method=method, data=form or None, headers=signed)


def recorded(**changes: Any) -> dict[str, Any]:
    return {"CallSid": a_call_sid(), "AccountSid": ACCOUNT_SID, "RecordingStatus": "completed", **changes}


# ---------------------------------------------------------------- callbacks


@pytest.mark.parametrize("theirs", ["POST", "GET"])
def test_the_dialer_hears_it_as_if_twilio_had_told_it(gateway: Gateway, receiver: WebhookReceiver, theirs: str) -> None:
    path = link(
        gateway, "callback", leg(own_call_id=new_id(gateway.services.clock.now())), f"{receiver.url}/r?a=1", theirs
    )
    form = recorded(Twice=["a", "b"], Empty="", To="+4533123456")

    answer = tell(gateway, path, form)
    gateway.work()

    assert (answer.status_code, answer.get_data()) == (204, b"")
    [heard] = receiver.received
    own = {"AccountSid": gateway.dialer.account_sid, "Twice": "b"}
    assert heard.method == theirs
    assert dict(heard.form) == form | own | ({"a": "1"} if theirs == "GET" else {})
    signed = heard.headers["X-Twilio-Signature"]
    if theirs == "GET":
        assert RequestValidator(gateway.dialer.token).validate(heard.url, {}, signed)
    assert heard.headers["I-Twilio-Idempotency-Token"]


def test_the_dialer_learns_no_account_but_its_own_and_can_open_what_it_is_told_of(
    gateway: Gateway, receiver: WebhookReceiver
) -> None:
    recording = "2010-04-01/Accounts/{}/Recordings/RE1"
    upstream = recording.format(ACCOUNT_SID)
    told_of = {
        "RecordingUrl": f"https://api.twilio.com/{upstream}",
        "TranscriptionUrl": f"https://api.dublin.ie1.twilio.com/{upstream}/Transcriptions/TR1",
        "Uri": f"/{upstream}",
        "FriendlyName": "rf.acme~standup",
        "Digits": "1234",
    }
    tell(gateway, link(gateway, "callback", leg(), f"{receiver.url}/account"), recorded(**told_of))
    gateway.work()

    [heard] = receiver.received
    own = recording.format(gateway.dialer.account_sid)
    assert ACCOUNT_SID not in str(heard.form)
    assert {name: heard.form[name] for name in told_of} == {
        "RecordingUrl": f"{gateway.url}/{own}",
        "TranscriptionUrl": f"{gateway.url}/{own}/Transcriptions/TR1",
        "Uri": f"/{own}",
        "FriendlyName": "standup",
        "Digits": "1234",
    }


def test_a_repeated_callback_is_handed_on_once_and_its_words_are_kept_no_longer_than_needed(
    gateway: Gateway, receiver: WebhookReceiver
) -> None:
    path = link(gateway, "callback", leg(), f"{receiver.url}/once/{new_id(gateway.services.clock.now())}")
    form = recorded(From="+4533123456")
    for _ in range(2):
        tell(gateway, path, form)
    gateway.work()
    tell(gateway, path, dict(reversed(form.items())))
    gateway.work()

    assert len(receiver.received) == 1
    with gateway.services.database.reading() as connection:
        of_it = select(ForwardedCallbackRow.form).where(ForwardedCallbackRow.link_id == path.rpartition("/")[2])
        assert list(connection.scalars(of_it)) == ["[]"]


def test_one_that_did_not_arrive_is_sent_again_and_the_later_ones_of_its_leg_wait(
    gateway: Gateway, receiver: WebhookReceiver
) -> None:
    whose = leg(own_call_id=new_id(gateway.services.clock.now()))
    first, second = (link(gateway, "callback", whose, f"{receiver.url}/{name}") for name in ("first", "second"))
    receiver.answer_with(DROP, 503)
    tell(gateway, first, recorded())
    tell(gateway, second, recorded())
    for minutes in range(4):
        gateway.work(timedelta(minutes=minutes))

    assert [heard.path for heard in receiver.received] == ["/first", "/first", "/first", "/second"]
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in receiver.received[:3]}) == 1


def test_status_reports_and_callbacks_of_one_attempt_reach_the_dialer_in_their_order(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_lose=1)
    form = some_form(StatusCallback=f"{receiver.url}/status", StatusCallbackEvent=["answered", "completed"])
    sid = told(create(client, dialer, form))["sid"]
    attempt_id = attempts_at(gateway, form["To"])[0]["attempt_id"]
    path = link(gateway, "callback", leg(attempt_id), f"{receiver.url}/recording")
    receiver.answer_with(503)
    report(client, gateway, attempt_id, sid, CallStatus="in-progress", SequenceNumber="2")
    tell(gateway, path, recorded(CallSid=sid))
    report(client, gateway, attempt_id, sid, CallStatus="completed", SequenceNumber="3")
    for minutes in range(2):
        gateway.work(timedelta(minutes=minutes))

    assert [heard.path for heard in receiver.received] == ["/status", "/status", "/recording", "/status"]


@pytest.mark.parametrize("credential", ["agent:client:anna", "acme-api", "nobody"])
def test_what_nobody_could_check_the_signature_of_is_dropped_with_a_warning(
    gateway: Gateway, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture, credential: str
) -> None:
    path = link(gateway, "callback", leg(credential=credential), f"{receiver.url}/{credential}")
    with caplog.at_level(logging.WARNING):
        tell(gateway, path, recorded())
        gateway.work()

    assert receiver.received == []
    assert "its callback is not sent" in caplog.text
    assert gateway.work(timedelta(days=1)) == 0


@pytest.mark.parametrize("kind", ["callback", "amd"])
def test_only_twilios_own_are_taken_and_unknown_links_are_answered_as_taken(
    gateway: Gateway, receiver: WebhookReceiver, kind: str
) -> None:
    path = link(gateway, kind, leg(), f"{receiver.url}/signed-{kind}")
    wrong = gateway.http().post(path, data=recorded(), headers={"X-Twilio-Signature": "wrong"})
    other_kind = path.replace(f"/{kind}/", "/amd/" if kind == "callback" else "/callback/")

    assert wrong.status_code == 403
    assert tell(gateway, path, recorded(), "GET").status_code == 405  # what a dialer has Twilio play
    assert tell(gateway, f"/twilio/{kind}/{UNKNOWN}", recorded()).status_code == 204
    assert tell(gateway, other_kind, recorded()).status_code == 204
    gateway.work()
    assert receiver.received == []


# ---------------------------------------------------------------- answering machines


def amd(gateway: Gateway, path: str, sid: str, answered_by: str) -> int:
    form = {"CallSid": sid, "AccountSid": ACCOUNT_SID, "AnsweredBy": answered_by, "MachineDetectionDuration": "2400"}
    return tell(gateway, path, form).status_code


def outcome(gateway: Gateway, attempt_id: str) -> tuple[str, str | None]:
    seen = attempt(gateway, attempt_id)
    return seen["state"], seen["outcome"]


def amd_events(gateway: Gateway, attempt_id: str) -> list[str]:
    of_it = select(AttemptEventRow.detail).where(
        AttemptEventRow.attempt_id == attempt_id, AttemptEventRow.cause == "amd"
    )
    with gateway.services.database.reading() as connection:
        return list(connection.scalars(of_it.order_by(AttemptEventRow.seq)))


def notices(gateway: Gateway, attempt_id: str) -> int:
    with gateway.services.database.reading() as connection:
        return connection.scalar(select(func.count()).where(NoticeRow.attempt_id == attempt_id)) or 0


def end(client: FlaskClient, gateway: Gateway, placed: Placed, status: str = "completed", **more: str) -> None:
    report(client, gateway, *placed, CallStatus=status, SequenceNumber="9", **more)


@pytest.mark.parametrize("machine", ["machine_start", "machine_end_beep", "fax"])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_call_that_a_machine_has_answered_is_voicemail_also_when_that_is_known_late(
    client: FlaskClient, gateway: Gateway, placed: Placed, machine: str, is_late: bool
) -> None:
    path = link(gateway, "amd", leg(placed[0]), None)
    if is_late:
        end(client, gateway, placed)
        assert outcome(gateway, placed[0]) == ("completed", "answered")
    assert amd(gateway, path, placed[1], machine) == 204
    if not is_late:
        assert outcome(gateway, placed[0]) == ("in-progress", None)  # something was answered, whatever else was lost
        end(client, gateway, placed)

    assert outcome(gateway, placed[0]) == ("completed", "voicemail")
    assert len(amd_events(gateway, placed[0])) == 1
    # the notice that the answer made due stays due: it may have been sent
    assert notices(gateway, placed[0]) == int(is_late)


def test_what_is_kept_for_the_next_decision_learns_of_the_machine_too(
    client: FlaskClient, gateway: Gateway, placed: Placed
) -> None:
    end(client, gateway, placed)
    amd(gateway, link(gateway, "amd", leg(placed[0]), None), placed[1], "machine_start")

    with gateway.services.database.reading() as connection:
        kept = set(connection.scalars(select(GuardRow.outcome).where(GuardRow.attempt_id == placed[0])))
    assert kept == {"voicemail"}


@pytest.mark.parametrize("known", ["human", "machine_start"])
def test_a_result_that_is_unknown_or_repeated_changes_nothing_that_is_known(
    client: FlaskClient, gateway: Gateway, placed: Placed, known: str
) -> None:
    path = link(gateway, "amd", leg(placed[0]), None)
    end(client, gateway, placed, AnsweredBy=known)
    before = attempt(gateway, placed[0])
    for told_again in ("unknown", known, ""):
        amd(gateway, path, placed[1], told_again)

    assert attempt(gateway, placed[0]) == before
    assert amd_events(gateway, placed[0]) == []


def test_a_person_after_all_is_an_answer_and_makes_the_notice_due(
    client: FlaskClient, gateway: Gateway, placed: Placed
) -> None:
    end(client, gateway, placed, AnsweredBy="machine_start")
    assert notices(gateway, placed[0]) == 0
    amd(gateway, link(gateway, "amd", leg(placed[0]), None), placed[1], "human")

    assert outcome(gateway, placed[0]) == ("completed", "answered")
    assert notices(gateway, placed[0]) == 1


def test_what_a_person_told_of_the_call_stands(client: FlaskClient, gateway: Gateway, placed: Placed) -> None:
    end(client, gateway, placed)
    client.post(f"/v1/attempts/{placed[0]}/outcome", json={"outcome": "declined"}, headers=gateway.dialer.bearer)
    amd(gateway, link(gateway, "amd", leg(placed[0]), None), placed[1], "machine_start")

    assert outcome(gateway, placed[0]) == ("completed", "declined")


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_call_that_nobody_answered_keeps_its_outcome(
    client: FlaskClient, gateway: Gateway, placed: Placed, status: str
) -> None:
    end(client, gateway, placed, status)
    amd(gateway, link(gateway, "amd", leg(placed[0]), None), placed[1], "machine_start")

    assert outcome(gateway, placed[0]) == (status, status)


def test_a_result_of_another_call_is_not_applied(client: FlaskClient, gateway: Gateway, placed: Placed) -> None:
    end(client, gateway, placed)
    amd(gateway, link(gateway, "amd", leg(placed[0]), None), a_call_sid(), "machine_start")

    assert outcome(gateway, placed[0]) == ("completed", "answered")


def test_the_dialer_hears_what_answered_if_it_asked_to(
    gateway: Gateway, placed: Placed, receiver: WebhookReceiver
) -> None:
    path = link(gateway, "amd", leg(placed[0]), f"{receiver.url}/amd")
    for _ in range(2):
        amd(gateway, path, placed[1], "machine_end_beep")
    gateway.work()

    [heard] = receiver.received
    assert (heard.form["AnsweredBy"], heard.form["AccountSid"]) == ("machine_end_beep", gateway.dialer.account_sid)
    assert RequestValidator(gateway.dialer.token).validate(heard.url, heard.body, heard.headers["X-Twilio-Signature"])


# ---------------------------------------------------------------- forgetting


def test_links_and_callbacks_are_forgotten_after_a_week(gateway: Gateway, receiver: WebhookReceiver) -> None:
    path = link(gateway, "callback", leg(), f"{receiver.url}/week")
    tell(gateway, path, recorded())
    link_id = path.rpartition("/")[2]

    def left() -> list[int | None]:
        with gateway.services.database.reading() as connection:
            return [
                connection.scalar(select(func.count()).where(LinkRow.id == link_id)),
                connection.scalar(select(func.count()).where(ForwardedCallbackRow.link_id == link_id)),
            ]

    forgetting = gateway.services.forgetting
    forgetting.run()
    assert left() == [1, 1]
    assert type(forgetting)(forgetting.database, gateway.later(timedelta(days=7, minutes=1)).clock).run() >= 2
    assert left() == [0, 0]
    assert gateway.work() == 1  # what was promised all the same comes to nothing
    assert receiver.received == []
