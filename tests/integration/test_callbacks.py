"""Status callbacks end to end: Twilio to us, ours to the dialer, as if Twilio had sent them to it."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from middleware.errors import QueueUnavailable
from middleware.store.models import AttemptRow
from tests.gateway import CALLER_ID, Gateway, a_callee, running_gateway
from tests.simulator import Simulator
from tests.webhook_receiver import DROP, Received, WebhookReceiver

HEARD = "<Response><Pause length='3600'/></Response>"
ALL = ["initiated", "ringing", "answered", "completed"]
ANSWERED = {"outcome": "completed", "ring_seconds": 4, "talk_seconds": 61, "answered_by": "human"}
BUSY = {"outcome": "busy", "ring_seconds": 2}
MINUTES = timedelta(minutes=5)
LATE = timedelta(minutes=3)


def call(gateway: Gateway, simulator: Simulator, outcome: dict[str, Any] = ANSWERED, **parameters: Any) -> str:
    """Make a call that goes as told; returns its SID once it is over and Twilio has reported it."""
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: outcome})
    made = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, twiml=HEARD, **parameters)
    simulator.wait_until_idle()
    return str(made.sid)


def told(receiver: WebhookReceiver) -> list[tuple[str, str]]:
    return [(request.form["CallStatus"], request.form["SequenceNumber"]) for request in receiver.received]


def is_signed(gateway: Gateway, request: Received, url: str | None = None) -> bool:
    signature = request.headers["X-Twilio-Signature"]
    return bool(RequestValidator(gateway.dialer.token).validate(url or request.url, request.body, signature))


def state_of(gateway: Gateway, sid: str) -> str:
    return str(gateway.sdk().calls(sid).fetch().status)


def attempt_of(gateway: Gateway, sid: str) -> dict[str, Any]:
    with gateway.services.database.reading() as connection:
        attempt_id = connection.scalar(select(AttemptRow.id).where(AttemptRow.call_sid == sid))
    seen: dict[str, Any] = gateway.http().get(f"/v1/attempts/{attempt_id}", headers=gateway.dialer.bearer).get_json()
    return seen


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Asks again and again, each time over HTTP, until it holds."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not come true in time"


def test_without_a_wish_the_dialer_hears_of_the_end_alone_signed_with_the_token_that_it_knows(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    sid = call(gateway, simulator, status_callback=f"{receiver.url}/calls?tenant=1#rc=2")

    gateway.work()

    [request] = receiver.received
    upstream = [each["parameters"] for each in simulator.callbacks(sid) if each["purpose"] == "status"][-1]
    assert is_signed(gateway, request)
    assert request.url == f"{receiver.url}/calls?tenant=1"
    ours = {"AccountSid": gateway.dialer.account_sid, "SequenceNumber": "0"}
    assert request.form == upstream | ours
    assert (request.form["CallStatus"], request.form["CallDuration"], request.form["Duration"]) == (
        "completed", "61", "2",
    )  # fmt: skip
    assert simulator.account_sid not in str(request)
    assert gateway.services.settings.twilio_auth_token.get_secret_value() not in str(request)


@pytest.mark.parametrize(
    "events", [ALL, ["initiated,ringing,answered,completed"], ["initiated ringing", "Answered , completed"]]
)
def test_subscribed_events_come_each_once_in_order_numbered_from_nought_however_they_were_asked_for(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver, events: list[str]
) -> None:
    call(gateway, simulator, status_callback=f"{receiver.url}/", status_callback_event=events)

    gateway.work()

    assert told(receiver) == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    assert all(is_signed(gateway, request) for request in receiver.received)


@pytest.mark.parametrize(
    ("events", "outcome", "expected"),
    [
        (["ringing", "completed"], ANSWERED, [("ringing", "0"), ("completed", "1")]),
        (["answered"], ANSWERED, [("in-progress", "0")]),
        (["answered"], BUSY, []),
        (["answered", "completed"], BUSY, [("busy", "0")]),
        (ALL, BUSY, [("initiated", "0"), ("ringing", "1"), ("busy", "2")]),
        (["completed"], {"outcome": "failed"}, [("failed", "0")]),
    ],
)
def test_events_that_were_not_asked_for_neither_come_nor_count(
    gateway: Gateway,
    simulator: Simulator,
    receiver: WebhookReceiver,
    events: list[str],
    outcome: dict[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    call(gateway, simulator, outcome, status_callback=f"{receiver.url}/", status_callback_event=events)

    gateway.work()

    assert told(receiver) == expected


@pytest.mark.parametrize(
    "faults", [{"callback_repeat": 1}, {"callback_reorder": 1}, {"callback_repeat": 1, "callback_reorder": 1}]
)
def test_what_twilio_repeats_or_sends_out_of_order_comes_once_and_with_its_right_number(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver, faults: dict[str, float]
) -> None:
    simulator.set_faults(**faults)
    sid = call(gateway, simulator, status_callback=f"{receiver.url}/", status_callback_event=ALL)

    gateway.work()

    assert sorted(told(receiver), key=lambda pair: pair[1]) == [
        ("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3"),
    ]  # fmt: skip
    assert state_of(gateway, sid) == "completed"


def test_a_dialer_that_wants_get_finds_the_parameters_in_the_url_and_the_url_signed(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    call(gateway, simulator, status_callback=f"{receiver.url}/c?a=1&b=%7E", status_callback_method="GET")

    gateway.work()

    [request] = receiver.received
    assert request.method == "GET"
    assert request.form["CallStatus"] == "completed"
    assert request.url.startswith(f"{receiver.url}/c?a=1&b=%7E&")
    assert is_signed(gateway, request)


def test_a_user_and_password_in_the_callback_url_are_used_and_not_signed(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    with_user = f"{receiver.url}/c".replace("http://", "http://me:s%C3%A5@")
    call(gateway, simulator, status_callback=with_user)

    gateway.work()

    [request] = receiver.received
    assert request.headers["Authorization"] == f"Basic {b64encode('me:så'.encode()).decode()}"
    assert is_signed(gateway, request)


def test_a_dead_receiver_is_tried_again_keeps_its_order_and_leaves_the_call_alone(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    receiver.answer_with(500, DROP, 404, 302)
    sid = call(gateway, simulator, status_callback=f"{receiver.url}/", status_callback_event=ALL)

    for minutes in range(5):
        gateway.work(timedelta(minutes=minutes))

    assert state_of(gateway, sid) == "completed"
    tried = told(receiver)
    assert tried == [("initiated", "0")] * 5 + [("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    tokens = [request.headers["I-Twilio-Idempotency-Token"] for request in receiver.received]
    assert len(set(tokens[:5])) == 1
    assert len(set(tokens)) == 4


def test_an_event_that_the_dialer_never_takes_is_given_up_within_minutes_and_the_next_one_comes(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer_with(*[500] * 8)
    call(gateway, simulator, status_callback=f"{receiver.url}/", status_callback_event=["ringing", "completed"])

    for seconds in range(0, 300, 10):
        gateway.work(timedelta(seconds=seconds))

    assert told(receiver) == [("ringing", "0")] * 8 + [("completed", "1")]
    assert [record.levelno for record in caplog.records if "given up after 8 tries" in record.getMessage()] == [40]


def test_what_the_queue_loses_or_cannot_take_comes_later_and_uses_up_no_tries(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    call(gateway, simulator, status_callback=f"{receiver.url}/")
    gateway.queue.is_down = True
    for minutes in range(20):
        with pytest.raises(QueueUnavailable):
            gateway.work(timedelta(minutes=minutes))
    gateway.queue.is_down = False

    receiver.answer_with(500)
    gateway.work(timedelta(minutes=21))
    gateway.work(timedelta(minutes=22))

    assert told(receiver) == [("completed", "0")] * 2


def test_a_call_whose_last_report_was_lost_is_closed_by_asking_twilio_and_the_dialer_hears_of_it(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_lose=1)
    sid = call(gateway, simulator, status_callback=f"{receiver.url}/", status_callback_event=["ringing", "completed"])

    gateway.sweep()
    too_early = attempt_of(gateway, sid)["state"]  # it may still come
    gateway.sweep(LATE)
    gateway.sweep(LATE)
    gateway.work(LATE)

    assert (too_early, attempt_of(gateway, sid)["state"]) == ("placed", "completed")
    [request] = receiver.received
    assert is_signed(gateway, request)
    assert (request.form["CallSid"], request.form["AccountSid"]) == (sid, gateway.dialer.account_sid)
    assert (request.form["CallStatus"], request.form["SequenceNumber"]) == ("completed", "1")
    assert (request.form["CallDuration"], request.form["Duration"]) == ("61", "2")
    assert request.form["CallbackSource"] == "ringfence-sweep"


def test_a_report_that_comes_after_the_sweep_told_the_end_is_not_handed_on_again(
    gateway: Gateway, simulator: Simulator, receiver: WebhookReceiver
) -> None:
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: BUSY})
    simulator.set_faults(callback_delay=1, callback_delay_seconds=0.7)
    made = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, twiml=HEARD, status_callback=f"{receiver.url}/")
    until(lambda: state_of(gateway, made.sid) == "busy")

    gateway.sweep(LATE)
    swept = attempt_of(gateway, made.sid)["state"]
    simulator.wait_until_idle()
    gateway.work(LATE)

    assert swept == "busy"
    assert told(receiver) == [("busy", "0")]


def test_a_call_that_still_goes_on_is_left_alone_and_closed_when_it_is_over(
    gateway: Gateway, simulator: Simulator
) -> None:
    callee = a_callee()
    simulator.set_faults(callback_lose=1)
    simulator.set_outcomes(numbers={callee: {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14_000}})
    sid = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, twiml=HEARD).sid
    until(lambda: state_of(gateway, sid) == "in-progress")

    states = []
    for passed in (MINUTES, 2 * MINUTES):
        gateway.sweep(passed)
        states.append(attempt_of(gateway, sid)["state"])
    gateway.sdk().calls(sid).update(status="completed")
    gateway.sweep(3 * MINUTES)

    assert states == ["in-progress", "in-progress"]
    assert attempt_of(gateway, sid)["state"] == "completed"


def test_a_call_that_was_deleted_at_twilio_does_not_bar_its_callee_for_ever(
    gateway: Gateway, simulator: Simulator
) -> None:
    simulator.set_faults(callback_lose=1)
    sid = call(gateway, simulator)
    simulator.client().calls(sid).delete()

    gateway.sweep(timedelta(hours=24))
    too_early = attempt_of(gateway, sid)["state"]  # what Twilio shows lags behind
    gateway.sweep(timedelta(hours=49))

    assert too_early == "placed"
    assert (attempt_of(gateway, sid)["state"], attempt_of(gateway, sid)["outcome"]) == ("expired", "unknown")


def test_a_private_address_is_never_asked_where_that_is_not_allowed(
    sqlite_url: str, simulator: Simulator, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    with running_gateway(sqlite_url, simulator, allow_private_callback_hosts=False) as gateway:
        sid = call(gateway, simulator, status_callback=f"{receiver.url}/")
        gateway.work()

        assert receiver.received == []
        assert state_of(gateway, sid) == "completed"
        assert [record.levelno for record in caplog.records if "is not sent" in record.getMessage()] == [
            logging.WARNING
        ]
        assert gateway.work(timedelta(hours=1)) == 0  # and not tried again
