"""Calls and messages that come in, as Twilio hands them to a voice or message URL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.simulator import Simulator
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhook_receiver import WebhookReceiver

CALLER, OURS = "+4512345600", "+4511111111"


@pytest.fixture
def web() -> Iterator[TwimlServer]:
    with twiml_server() as server:
        yield server


def comes_in(simulator: Simulator, web: TwimlServer, twiml: str, **more: str) -> str:
    url = web.serve(f"<Response>{twiml}</Response>")
    sid = simulator.inbound(CALLER, OURS, url, **more)
    simulator.wait_until_idle()
    return sid


def test_a_call_rings_until_its_instructions_answer_it_and_ends_with_them(
    simulator: Simulator, web: TwimlServer
) -> None:
    sid = comes_in(simulator, web, "<Say>welcome</Say>")

    call = simulator.call(sid)
    assert call["transcript"] == [{"said": "welcome"}]
    assert (call["call"]["direction"], call["call"]["status"]) == ("inbound", "completed")
    [asked] = web.asked
    assert (asked.form["CallStatus"], asked.form["From"], asked.form["To"]) == ("ringing", CALLER, OURS)
    signature = asked.headers["X-Twilio-Signature"]
    assert RequestValidator(simulator.auth_token).validate(f"{web.url}/page-0", asked.form, signature)


@pytest.mark.parametrize(
    ("twiml", "status", "code"), [("<Reject/>", "no-answer", 404), ('<Reject reason="busy"/>', "busy", 486)]
)
def test_a_rejected_call_was_never_answered(
    simulator: Simulator, web: TwimlServer, twiml: str, status: str, code: int
) -> None:
    call = simulator.call(comes_in(simulator, web, twiml))

    assert (call["call"]["status"], call["sip_response_code"]) == (status, code)


def test_what_twilio_adds_comes_along(simulator: Simulator, web: TwimlServer) -> None:
    comes_in(simulator, web, "<Hangup/>", SipUsername="mette", SipDomain="acme.sip.twilio.com")

    assert web.asked[0].form["SipUsername"] == "mette"


def test_a_call_that_nobody_answers_for_hears_an_error_after_its_fallback(
    simulator: Simulator, web: TwimlServer
) -> None:
    sid = simulator.inbound(CALLER, OURS, f"{web.url}/nowhere", fallback_url=f"{web.url}/nowhere-either")

    simulator.wait_until_idle()
    assert "error" in simulator.call(sid)["transcript"][-1]
    assert web.asked[-1].form["ErrorCode"] == "11200"


def test_its_end_is_reported(simulator: Simulator, web: TwimlServer, receiver: WebhookReceiver) -> None:
    comes_in(simulator, web, "<Hangup/>", status_callback=f"{receiver.url}/ended")

    [told] = receiver.received
    assert told.form["CallStatus"] == "completed"


def test_a_leg_that_is_answered_on_the_bridge_rings_as_long_as_nobody_can_be_reached(
    simulator: Simulator, web: TwimlServer
) -> None:
    call = simulator.call(comes_in(simulator, web, '<Dial answerOnBridge="true">+4512345602</Dial>'))

    assert (call["call"]["status"], call["call"]["duration"]) == ("completed", "0")


def test_a_message_is_answered_with_what_its_url_says(simulator: Simulator, web: TwimlServer) -> None:
    url = web.serve("<Response><Message>noted</Message></Response>")

    assert simulator.message(CALLER, OURS, "STOP", url) == "<Response><Message>noted</Message></Response>"
    [asked] = web.asked
    assert (asked.form["Body"], asked.form["From"]) == ("STOP", CALLER)
    assert asked.form["MessageSid"].startswith("SM")


@pytest.mark.parametrize("what", ["inbound", "message"])
def test_a_request_that_says_too_little_is_told_what_is_missing(simulator: Simulator, what: str) -> None:
    answer = requests.post(f"{simulator.url}/control/{what}", json={"to": OURS}, timeout=5)

    assert answer.status_code == 400
    assert "url" in answer.json()["error"]
