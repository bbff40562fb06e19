"""Status callbacks as a web server receives them: which, in what order, saying what, and signed."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.scripts.twilio_simulator.conftest import OUTCOMES
from tests.simulator import AUTH_TOKEN, Simulator, running_simulator
from tests.webhook_receiver import DROP, Received, WebhookReceiver

CALLER = "+4511111111"
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
ALWAYS = {
    *("CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction", "Caller", "Called"),
    *(f"{who}{part}" for who in ("To", "From", "Called", "Caller") for part in ("City", "State", "Zip", "Country")),
    *("Timestamp", "CallbackSource", "SequenceNumber"),
}
AT_THE_END = {"CallDuration", "Duration", "SipResponseCode"}


def place(client: Client, receiver: WebhookReceiver, to: str = "+4512345600", **parameters: Any) -> str:
    asked = {
        "url": f"{receiver.url}/voice",
        "status_callback": f"{receiver.url}/status",
        "status_callback_event": ALL_EVENTS,
        **parameters,
    }
    return str(client.calls.create(to=to, from_=CALLER, **asked).sid)


def statuses(simulator: Simulator, receiver: WebhookReceiver) -> list[Received]:
    simulator.wait_until_idle()
    return [request for request in receiver.received if request.path == "/status"]


def summary(requests: list[Received]) -> list[tuple[str, str]]:
    return [(request.form["SequenceNumber"], request.form["CallStatus"]) for request in requests]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("+4512345600", "initiated ringing in-progress completed"),
        ("+4512345601", "initiated ringing busy"),
        ("+4512345602", "initiated ringing no-answer"),
        ("+4512345603", "initiated failed"),
    ],
)
def test_every_event_is_reported_in_order_and_counted_from_zero(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, to: str, expected: str
) -> None:
    place(client, receiver, to)

    assert summary(statuses(simulator, receiver)) == [
        (str(number), status) for number, status in enumerate(expected.split())
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (None, [("0", "completed")]),
        (["completed"], [("0", "completed")]),
        (["answered"], [("0", "in-progress")]),
        (["ringing", "completed"], [("0", "ringing"), ("1", "completed")]),
        (["completed", "initiated"], [("0", "initiated"), ("1", "completed")]),
    ],
)
def test_only_the_events_asked_for_are_reported_and_counted(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, events: list[str] | None, expected: list[Any]
) -> None:
    place(client, receiver, status_callback_event=events or [])

    assert summary(statuses(simulator, receiver)) == expected


@pytest.mark.parametrize("events", [["initiated,ringing,answered,completed"], ["completed", "hungup"]])
def test_a_wrong_event_lets_the_call_be_made_and_silences_it(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, events: list[str]
) -> None:
    sid = place(client, receiver, status_callback_event=events)

    assert statuses(simulator, receiver) == []
    assert client.calls(sid).fetch().status == "completed"


def test_an_application_brings_its_own_urls_so_those_of_the_request_are_not_used(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    sid = place(client, receiver, application_sid="AP" + "a" * 32)
    simulator.wait_until_idle()

    assert receiver.received == []
    assert client.calls(sid).fetch().status == "completed"


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", ["/status", "/status?a=1&b=%7Ex%20y&&c", "/status?"])
def test_every_webhook_is_signed_over_the_url_it_was_given(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, method: str, path: str
) -> None:
    place(client, receiver, status_callback=f"{receiver.url}{path}#rc=2", status_callback_method=method)

    received = statuses(simulator, receiver)

    assert len(received) == 4
    validator = RequestValidator(AUTH_TOKEN)
    for request in received:
        assert request.method == method
        assert request.url.startswith(f"{receiver.url}{path.removesuffix('?')}")
        assert validator.validate(request.url, dict(request.body), request.headers["X-Twilio-Signature"])
        assert not validator.validate(request.url + "x", dict(request.body), request.headers["X-Twilio-Signature"])


def test_a_callback_carries_what_twilio_always_sends(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    sid = place(client, receiver)

    *before, last = statuses(simulator, receiver)

    assert all(set(request.form) == ALWAYS for request in before)
    assert set(last.form) == ALWAYS | AT_THE_END
    form = last.form
    assert (form["CallSid"], form["AccountSid"]) == (sid, simulator.account_sid)
    assert (form["CallDuration"], form["Duration"], form["SipResponseCode"]) == ("49", "1", "200")
    assert (form["From"], form["Caller"], form["To"], form["Called"]) == (CALLER, CALLER, "+4512345600", "+4512345600")
    assert (form["ToCountry"], form["ToCity"], form["Direction"]) == ("DK", "", "outbound-api")
    assert form["CallbackSource"] == "call-progress-events"
    assert parsedate_to_datetime(form["Timestamp"]).utcoffset() is not None
    assert form["Timestamp"].endswith(" +0000")
    assert last.headers["User-Agent"] == "TwilioProxy/1.1"
    assert last.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("to", "code"), [("+4512345601", "486"), ("+4512345602", "487"), ("+4512345603", "404"), ("+4512345606", "487")]
)
def test_an_unanswered_call_lasted_no_time_and_says_why(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, to: str, code: str
) -> None:
    place(client, receiver, to, timeout=20, status_callback_event=["completed"])

    form = statuses(simulator, receiver)[0].form

    assert (form["SipResponseCode"], form["CallDuration"], form["Duration"]) == (code, "0", "0")


def test_a_call_cancelled_in_the_queue_is_reported_without_having_been_dialled(receiver: WebhookReceiver) -> None:
    with running_simulator(cps=0.01) as simulator:
        client = simulator.client()
        place(client, receiver)
        sid = place(client, receiver)
        waiting = client.calls(sid).fetch()
        assert client.calls(sid).update(status="canceled").start_time is None

        received = receiver.wait_until(lambda some: any(r.form["CallStatus"] == "canceled" for r in some))

    assert waiting.status == "queued"
    assert 90_000 < int(waiting.queue_time) <= 100_000
    assert summary([r for r in received if r.form["CallSid"] == sid]) == [("0", "canceled")]
    assert all("SipResponseCode" not in r.form for r in received if r.form["CallSid"] == sid)


def test_the_time_limit_ends_a_conversation(simulator: Simulator, client: Client, receiver: WebhookReceiver) -> None:
    sid = place(client, receiver, "+4512345605", time_limit=61, status_callback_event=["completed"])

    form = statuses(simulator, receiver)[0].form

    assert (form["CallStatus"], form["CallDuration"], form["Duration"]) == ("completed", "61", "2")
    assert client.calls(sid).fetch().duration == "61"


def test_an_answered_call_asks_for_its_twiml(simulator: Simulator, client: Client, receiver: WebhookReceiver) -> None:
    receiver.answer_with(500)
    sid = place(client, receiver, method="GET", status_callback=None, status_callback_event=[])
    simulator.wait_until_idle()

    (request,) = receiver.received

    assert (request.method, request.path, request.form["CallStatus"]) == ("GET", "/voice", "in-progress")
    assert RequestValidator(AUTH_TOKEN).validate(request.url, {}, request.headers["X-Twilio-Signature"])
    assert client.calls(sid).fetch().status == "completed"


def test_a_voice_url_that_fails_is_replaced_by_the_fallback(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    receiver.answer_with(500)
    place(client, receiver, status_callback=None, status_callback_event=[], fallback_url=f"{receiver.url}/fallback")
    simulator.wait_until_idle()

    voice, fallback = receiver.received

    assert (voice.path, fallback.path) == ("/voice", "/fallback")
    assert (fallback.form["ErrorCode"], fallback.form["ErrorUrl"]) == ("11200", f"{receiver.url}/voice")


def test_voice_requests_can_be_switched_off(receiver: WebhookReceiver) -> None:
    with running_simulator(voice_requests=False, outcomes=OUTCOMES) as simulator:
        place(simulator.client(), receiver, status_callback_event=["answered"])
        simulator.wait_until_idle()

        assert [request.path for request in receiver.received] == ["/status"]


def test_a_redirected_conversation_asks_the_new_url(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    sid = place(client, receiver, "+4512345605", status_callback_event=["answered"])
    receiver.wait_until(lambda some: {r.path for r in some} == {"/voice", "/status"})

    client.calls(sid).update(url=f"{receiver.url}/elsewhere", method="GET")

    (request,) = [r for r in receiver.wait_for_count(3) if r.path == "/elsewhere"]
    assert (request.method, request.form["CallSid"]) == ("GET", sid)
    client.calls(sid).update(status="completed")


@pytest.mark.parametrize(
    ("to", "mode", "answered_by"),
    [
        ("+4512345600", "Enable", "human"),
        ("+4512345604", "Enable", "machine_start"),
        ("+4512345604", "DetectMessageEnd", "machine_end_beep"),
    ],
)
def test_machine_detection_holds_the_twiml_back_until_it_knows_who_answered(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, to: str, mode: str, answered_by: str
) -> None:
    sid = place(client, receiver, to, machine_detection=mode, status_callback_event=["completed"])
    simulator.wait_until_idle()

    voice, status = receiver.received

    assert (voice.path, voice.form["AnsweredBy"]) == ("/voice", answered_by)
    assert int(voice.form["MachineDetectionDuration"]) > 0
    assert status.form["AnsweredBy"] == answered_by
    assert client.calls(sid).fetch().answered_by == answered_by


def test_asynchronous_machine_detection_reports_to_a_url_of_its_own(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    amd = f"{receiver.url}/amd"
    asked = {"machine_detection": "Enable", "async_amd": "true", "async_amd_status_callback": amd}
    place(client, receiver, "+4512345604", status_callback_event=["completed"], **asked)
    simulator.wait_until_idle()

    by_path = {request.path: request for request in receiver.received}

    assert "AnsweredBy" not in by_path["/voice"].form
    assert set(by_path["/amd"].form) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert by_path["/amd"].form["AnsweredBy"] == "machine_start"
    signature = by_path["/amd"].headers["X-Twilio-Signature"]
    assert RequestValidator(AUTH_TOKEN).validate(amd, dict(by_path["/amd"].form), signature)


def test_a_recorded_call_names_its_recording(simulator: Simulator, client: Client, receiver: WebhookReceiver) -> None:
    place(client, receiver, record=True, status_callback_event=["completed"])

    form = statuses(simulator, receiver)[0].form

    assert form["RecordingDuration"] == "49"
    assert form["RecordingUrl"].endswith(form["RecordingSid"])


@pytest.mark.parametrize(
    ("fragment", "answers", "tries"),
    [
        ("", [500], 1),  # an answer, however bad, is not tried again
        ("", [DROP], 1),
        ("#rc=2&rp=5xx", [500, 503, 204], 3),
        ("#rc=2&rp=5xx", [500, 500, 500, 204], 3),
        ("#rc=3&rp=4xx,5xx", [404, 500, 204], 3),
        ("#rc=3&rp=5xx", [404, 204], 1),
        ("#rc=2&rp=rt", [DROP, DROP, 204], 3),
        ("#rc=5&rp=all", [500, 404, DROP, 204], 4),
        ("#rc=6&rp=5xx", [500, 500, 500], 2),  # out of bounds: the default of one retry
    ],
)
def test_the_fragment_of_the_url_decides_what_is_tried_again(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, fragment: str, answers: list[int], tries: int
) -> None:
    receiver.answer_with(*answers)
    url = f"{receiver.url}/status{fragment}"
    sid = place(client, receiver, "+4512345603", status_callback=url, status_callback_event=["completed"])

    received = statuses(simulator, receiver)

    assert len(received) == tries
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in received}) == 1
    assert "#" not in received[0].url
    (logged,) = simulator.callbacks(sid)
    assert [attempt["status"] for attempt in logged["attempts"]] == [status or None for status in answers[:tries]]


def test_two_callbacks_have_two_idempotency_tokens(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    place(client, receiver)

    assert len({r.headers["I-Twilio-Idempotency-Token"] for r in statuses(simulator, receiver)}) == 4


def test_a_receiver_that_is_down_is_tried_twice_and_the_call_goes_on(simulator: Simulator, client: Client) -> None:
    nowhere = "http://127.0.0.1:1/status"
    sid = client.calls.create(to="+4512345600", from_=CALLER, twiml="<Response/>", status_callback=nowhere).sid
    simulator.wait_until_idle()

    (logged,) = simulator.callbacks(sid)
    assert [attempt["failure"] for attempt in logged["attempts"]] == ["ct", "ct"]
    assert not logged["delivered"]
    assert client.calls(sid).fetch().status == "completed"


def test_user_and_password_in_the_url_become_basic_authentication_and_are_not_signed(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    url = receiver.url.replace("http://", "http://anna:s%40fe@") + "/status"
    place(client, receiver, status_callback=url, status_callback_event=["completed"])

    (request,) = statuses(simulator, receiver)

    assert request.headers["Authorization"] == "Basic YW5uYTpzQGZl"
    signature = request.headers["X-Twilio-Signature"]
    assert RequestValidator(AUTH_TOKEN).validate(f"{receiver.url}/status", dict(request.body), signature)


def test_the_events_of_a_call_tell_each_request_made_about_it(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    sid = place(client, receiver, status_callback_event=["completed"])
    simulator.wait_until_idle()

    created, *webhooks = client.calls(sid).events.list()

    assert created.request["parameters"]["to"] == "+4512345600"
    assert created.response["response_code"] == 201
    assert [event.request["url"] for event in webhooks] == [f"{receiver.url}/voice", f"{receiver.url}/status"]
    assert webhooks[1].response["response_code"] == 204
