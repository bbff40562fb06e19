"""What an answered leg does with the TwiML that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.simulator import Simulator
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhook_receiver import WebhookReceiver

TALKS, BUSY, NOBODY, FAILS, REFUSED = (f"+451234560{last}" for last in (0, 1, 2, 3, 7))
LONG = "+4512345605"
OURS = "+4511111111"


@pytest.fixture
def web() -> Iterator[TwimlServer]:
    with twiml_server() as server:
        yield server


def heard(simulator: Simulator, sid: str) -> list[dict[str, Any]]:
    simulator.wait_until_idle()
    transcript: list[dict[str, Any]] = simulator.call(sid)["transcript"]
    return transcript


def called(client: Client, twiml: str, to: str = TALKS, **more: Any) -> str:
    return str(client.calls.create(to=to, from_=OURS, twiml=f"<Response>{twiml}</Response>", **more).sid)


def children(simulator: Simulator, sid: str) -> list[dict[str, Any]]:
    return [each["call"] for each in simulator.calls() if each["call"]["parent_call_sid"] == sid]


def test_what_is_merely_said_leaves_the_call_as_long_as_it_was_planned(simulator: Simulator, client: Client) -> None:
    sid = called(client, '<Say language="da-DK">Goddag</Say><Pause length="2"/><Play>http://x.example/a.mp3</Play>')

    assert heard(simulator, sid) == [
        {"said": "Goddag", "language": "da-DK"},
        {"played": "http://x.example/a.mp3"},
    ]
    assert client.calls(sid).fetch().duration == "49"


@pytest.mark.parametrize("ending", ["<Hangup/>", "<Reject/>"])
def test_a_hang_up_ends_the_call_before_its_plan_does(simulator: Simulator, client: Client, ending: str) -> None:
    sid = called(client, f'<Pause length="3"/>{ending}<Say>never</Say>')

    assert "never" not in str(heard(simulator, sid))
    call = client.calls(sid).fetch()
    assert call.status == "completed"
    assert int(call.duration) < 40


def test_a_document_at_a_url_is_asked_for_with_twilios_signature(
    simulator: Simulator, client: Client, web: TwimlServer
) -> None:
    url = web.serve("<Response><Say>from the web</Say></Response>")

    sid = client.calls.create(to=TALKS, from_=OURS, url=url).sid

    assert heard(simulator, sid)[0]["said"] == "from the web"
    [asked] = web.asked
    assert asked.form["CallStatus"] == "in-progress"
    assert RequestValidator(simulator.auth_token).validate(url, asked.form, asked.headers["X-Twilio-Signature"])


def test_redirects_are_followed_fifty_documents_far(simulator: Simulator, client: Client, web: TwimlServer) -> None:
    web.serve("<Response><Redirect>/round</Redirect></Response>", path="/round")

    sid = client.calls.create(to=LONG, from_=OURS, url=f"{web.url}/round").sid

    assert heard(simulator, sid)[-1] == {"error": "too many documents"}
    assert len(web.asked) == 51


def test_keys_of_the_plan_are_pressed_one_after_the_other(
    simulator: Simulator, client: Client, web: TwimlServer
) -> None:
    simulator.set_outcomes(numbers={TALKS: {"outcome": "completed", "talk_seconds": 60, "digits": ["1", "42"]}})
    menu = '<Gather action="/next"><Say>press</Say></Gather>'
    web.serve(f"<Response>{menu}</Response>", path="/next")

    sid = client.calls.create(to=TALKS, from_=OURS, url=f"{web.url}/next").sid

    assert [each["pressed"] for each in heard(simulator, sid) if "pressed" in each] == ["1", "42", ""]
    assert [asked.form.get("Digits") for asked in web.asked] == [None, "1", "42"]


def test_a_recording_is_told_to_its_callback_and_its_action_and_is_listed(
    simulator: Simulator, client: Client, web: TwimlServer
) -> None:
    web.serve("<Response><Hangup/></Response>", path="/done")
    web.serve("", path="/recorded")
    record = f'<Record action="{web.url}/done" recordingStatusCallback="{web.url}/recorded"/>'

    sid = called(client, record, to=LONG)

    heard(simulator, sid)
    told, action = web.asked
    assert (told.form["RecordingStatus"], action.form["RecordingDuration"]) == ("completed", "7")
    [recording] = client.recordings.list(call_sid=sid)
    assert recording.sid == told.form["RecordingSid"] == action.form["RecordingSid"]
    assert client.calls(sid).recordings.list()[0].duration == "7"
    client.recordings(recording.sid).delete()
    assert client.recordings.list() == []


def test_a_dialled_number_is_a_call_of_its_own_that_reports_as_its_noun_asks(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    events = 'statusCallbackEvent="initiated ringing answered completed"'
    sid = called(
        client,
        f'<Dial callerId="+4522222222"><Number statusCallback="{receiver.url}/leg" {events}>{TALKS}</Number></Dial>',
    )

    assert heard(simulator, sid) == [{"dialled": "completed"}]
    [child] = children(simulator, sid)
    assert (child["direction"], child["to"], child["from"]) == ("outbound-dial", TALKS, "+4522222222")
    assert (child["status"], child["duration"], child["queue_time"]) == ("completed", "49", "0")
    told = [request.form for request in receiver.received]
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {form["ParentCallSid"] for form in told} == {sid}
    assert client.calls(sid).fetch().status == "completed"
    assert [call.sid for call in client.calls.list(parent_call_sid=sid)] == [child["sid"]]


@pytest.mark.parametrize(
    ("callee", "status"),
    [
        (TALKS, "completed"),
        (BUSY, "busy"),
        (NOBODY, "no-answer"),
        (FAILS, "failed"),
        (REFUSED, "failed"),
        ("4711", "failed"),
    ],
)
def test_the_action_of_a_dial_hears_how_it_went_and_the_leg_goes_on(
    simulator: Simulator, client: Client, web: TwimlServer, callee: str, status: str
) -> None:
    action = web.serve("<Response><Say>afterwards</Say></Response>")

    sid = called(client, f'<Dial action="{action}" timeout="10">{callee}</Dial>')

    assert heard(simulator, sid) == [{"dialled": status}, {"said": "afterwards"}]
    [asked] = web.asked
    assert asked.form["DialCallStatus"] == status
    assert ("DialCallDuration" in asked.form) == (status == "completed")
    assert client.calls(sid).fetch().status == "completed"


def test_whoever_answers_first_keeps_the_line(simulator: Simulator, client: Client) -> None:
    sid = called(client, f"<Dial><Number>{NOBODY}</Number><Client>anna</Client><Sip>sip:bo@acme.example</Sip></Dial>")

    heard(simulator, sid)
    by_address = {child["to"]: child["status"] for child in children(simulator, sid)}
    assert by_address[NOBODY] == "canceled"
    assert sorted(by_address[who] for who in ("client:anna", "sip:bo@acme.example")) == ["canceled", "completed"]


def test_the_dialled_leg_ends_with_the_leg_that_dialled_it(simulator: Simulator, client: Client) -> None:
    sid = called(client, f"<Dial>{LONG}</Dial>")
    simulator.wait_for_status(sid, "in-progress")
    while not children(simulator, sid):
        pass
    [child] = children(simulator, sid)
    simulator.wait_for_status(child["sid"], "in-progress")

    client.calls(sid).update(status="completed")

    simulator.wait_until_idle()
    assert client.calls(child["sid"]).fetch().status == "completed"


def test_a_live_call_does_what_it_is_told_anew(simulator: Simulator, client: Client, web: TwimlServer) -> None:
    action = web.serve("<Response><Say>never heard</Say></Response>")
    sid = called(client, f'<Dial action="{action}">{LONG}</Dial>')
    while not children(simulator, sid):
        pass

    client.calls(sid).update(twiml="<Response><Say>anew</Say><Hangup/></Response>")

    assert heard(simulator, sid)[-2:] == [{"said": "anew"}, {"ended": "Hangup"}]
    assert "never heard" not in str(simulator.call(sid)["transcript"])
    assert [asked.form["DialCallStatus"] for asked in web.asked] == ["completed"]
    assert {child["status"] for child in children(simulator, sid)} <= {"completed", "canceled"}


def test_a_conference_lasts_as_long_as_was_planned_and_is_listed(simulator: Simulator, client: Client) -> None:
    sid = called(client, "<Dial><Conference>standup</Conference></Dial>")

    assert heard(simulator, sid) == [{"joined": "Conference", "name": "standup"}]
    assert client.calls(sid).fetch().duration == "49"
    assert [(room.friendly_name, room.status) for room in client.conferences.list()] == [("standup", "completed")]


@pytest.mark.parametrize("document", ["<Response><Fax/></Response>", "<html>", "<Answer/>"])
def test_what_cannot_be_carried_out_is_an_error_and_a_hang_up(
    simulator: Simulator, client: Client, web: TwimlServer, document: str
) -> None:
    sid = client.calls.create(to=TALKS, from_=OURS, url=web.serve(document)).sid

    assert "error" in heard(simulator, sid)[-1]
    assert int(client.calls(sid).fetch().duration) < 40


@pytest.mark.parametrize(("status", "document", "code"), [(404, "", "11200"), (200, "<html>", "12100")])
def test_a_fallback_is_carried_out_where_the_voice_url_is_of_no_use(
    simulator: Simulator, client: Client, web: TwimlServer, status: int, document: str, code: str
) -> None:
    url, fallback = web.serve(document, status=status), web.serve("<Response><Say>instead</Say></Response>")

    sid = client.calls.create(to=TALKS, from_=OURS, url=url, fallback_url=fallback).sid

    assert heard(simulator, sid) == [{"said": "instead"}]
    assert web.asked[-1].form["ErrorCode"] == code


def test_a_call_whose_instructions_cannot_be_had_goes_on_as_planned(simulator: Simulator, client: Client) -> None:
    sid = client.calls.create(to=TALKS, from_=OURS, url="http://127.0.0.1:1/voice").sid

    simulator.wait_until_idle()
    assert client.calls(sid).fetch().duration == "49"


def test_new_instructions_have_a_fallback_of_their_own(simulator: Simulator, client: Client, web: TwimlServer) -> None:
    sid = called(client, '<Pause length="600"/>', to=LONG)
    simulator.wait_for_status(sid, "in-progress")
    fallback = web.serve("<Response><Say>instead</Say><Hangup/></Response>")

    client.calls(sid).update(url=f"{web.url}/nowhere", fallback_url=fallback)

    assert heard(simulator, sid)[-2:] == [{"said": "instead"}, {"ended": "Hangup"}]
