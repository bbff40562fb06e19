"""Faults on demand: callbacks that go astray, creates that go wrong, reads that lag."""

import time
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from scripts.twilio_simulator.faults import FaultDice, Faults
from tests.simulator import Simulator
from tests.webhook_receiver import WebhookReceiver

CALLER, ANSWERS, TALKS_FOR_HOURS = "+4511111111", "+4512345600", "+4512345605"
FORM = {"To": ANSWERS, "From": CALLER, "Twiml": "<Response/>"}
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]


def place(client: Client, receiver: WebhookReceiver, **parameters: Any) -> str:
    asked = {"status_callback": receiver.url, "status_callback_event": ALL_EVENTS, **parameters}
    return str(client.calls.create(to=ANSWERS, from_=CALLER, twiml="<Response/>", **asked).sid)


def sequence(simulator: Simulator, receiver: WebhookReceiver) -> list[int]:
    simulator.wait_until_idle()
    return [int(request.form["SequenceNumber"]) for request in receiver.received]


def create(simulator: Simulator, timeout: float = 10) -> requests.Response:
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/Calls.json"
    return requests.post(url, FORM, auth=(simulator.account_sid, simulator.auth_token), timeout=timeout)


def test_lost_callbacks_never_arrive_and_are_counted_all_the_same(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_lose=1, callback_at_most=2)
    sid = place(client, receiver)

    assert sequence(simulator, receiver) == [2, 3]
    assert [entry["faults"] for entry in simulator.callbacks(sid)] == [["lost"], ["lost"], [], []]


def test_repeated_callbacks_arrive_twice_with_equal_parameters(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_repeat=1)
    place(client, receiver)

    assert sequence(simulator, receiver) == [0, 0, 1, 1, 2, 2, 3, 3]
    first, again = receiver.received[:2]
    assert first.form == again.form
    assert first.headers["I-Twilio-Idempotency-Token"] != again.headers["I-Twilio-Idempotency-Token"]


def test_reordered_callbacks_are_overtaken_by_their_successors(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_reorder=1)
    place(client, receiver)

    assert sequence(simulator, receiver) == [1, 0, 3, 2]


@pytest.mark.parametrize("events", [["completed"], ["initiated"], ["initiated", "ringing", "completed"]])
def test_a_callback_without_a_successor_is_not_held_back_for_ever(
    simulator: Simulator, client: Client, receiver: WebhookReceiver, events: list[str]
) -> None:
    simulator.set_faults(callback_reorder=1)
    place(client, receiver, status_callback_event=events)

    assert sorted(sequence(simulator, receiver)) == list(range(len(events)))


def test_a_delayed_callback_arrives_after_later_ones(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_delay=1, callback_delay_seconds=1, callback_at_most=1)
    place(client, receiver)

    assert sequence(simulator, receiver) == [1, 2, 3, 0]


@pytest.mark.parametrize(("fault", "status", "code"), [("create_429", 429, 20429), ("create_503", 503, 20503)])
def test_a_create_turned_away_has_made_no_call(simulator: Simulator, fault: str, status: int, code: int) -> None:
    simulator.set_faults(**{fault: 1}, create_makes_call=1)

    answer = create(simulator)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert simulator.calls() == []


@pytest.mark.parametrize("made", [0, 1])
def test_a_create_that_fails_inside_may_have_made_the_call(simulator: Simulator, made: int) -> None:
    simulator.set_faults(create_500=1, create_makes_call=made)

    answer = create(simulator)

    assert (answer.status_code, answer.json()["code"]) == (500, 20500)
    assert len(simulator.client().calls.list(to=ANSWERS)) == made


def test_a_fault_can_strike_a_number_of_times_and_then_no_more(simulator: Simulator) -> None:
    simulator.set_faults(create_503=1, create_at_most=2)

    assert [create(simulator).status_code for _ in range(4)] == [503, 503, 201, 201]


@pytest.mark.parametrize("made", [0, 1])
def test_a_create_may_get_no_answer_at_all(simulator: Simulator, made: int) -> None:
    simulator.set_faults(create_drop=1, create_makes_call=made)

    with pytest.raises(requests.ConnectionError):
        create(simulator)

    assert len(simulator.calls()) == made


@pytest.mark.parametrize("made", [0, 1])
def test_a_hanging_create_is_given_up_by_its_caller_and_may_have_made_the_call(simulator: Simulator, made: int) -> None:
    simulator.set_faults(create_hang=1, create_makes_call=made, create_hang_seconds=600)

    with pytest.raises(requests.ReadTimeout):
        create(simulator, timeout=0.2)

    assert len(simulator.calls()) == made


def test_callbacks_can_arrive_before_the_create_is_answered(simulator: Simulator, receiver: WebhookReceiver) -> None:
    simulator.set_faults(create_hang=1, create_makes_call=1, create_hang_seconds=1)

    sid = place(simulator.client(), receiver)

    assert {request.form["CallSid"] for request in receiver.received} == {sid}


def test_requests_other_than_creates_can_be_turned_away(simulator: Simulator, client: Client) -> None:
    sid = client.calls.create(to=ANSWERS, from_=CALLER, twiml="<Response/>").sid
    simulator.set_faults(request_503=1)

    for refused in (client.calls(sid).fetch, lambda: client.calls(sid).update(status="completed")):
        with pytest.raises(TwilioRestException) as raised:
            refused()
        assert (raised.value.status, raised.value.code) == (503, 20503)
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        client.calls.list()
    assert create(simulator).status_code == 201


def test_reads_can_lag_behind_callbacks(simulator: Simulator, client: Client, receiver: WebhookReceiver) -> None:
    simulator.set_faults(read_lag_seconds=3600)
    sid = place(client, receiver)
    receiver.wait_for_count(4)

    assert client.calls(sid).fetch().status == "queued"
    assert client.calls.list(status="completed") == []
    simulator.set_faults()
    assert client.calls(sid).fetch().status == "completed"


@pytest.mark.parametrize(
    "faults",
    [{"callback_lose": 2}, {"callback_lose": -0.1}, {"callbacks_lose": 1}, {"create_500": 0.6, "create_hang": 0.6}, []],
)
def test_faults_that_make_no_sense_change_nothing(simulator: Simulator, faults: Any) -> None:
    simulator.set_faults(callback_delay=0.25)

    answer = requests.put(f"{simulator.url}/control/faults", json=faults, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert requests.get(f"{simulator.url}/control/faults", timeout=10).json()["callback_delay"] == 0.25


def test_a_reset_forgets_calls_deliveries_and_faults(
    simulator: Simulator, client: Client, receiver: WebhookReceiver
) -> None:
    simulator.set_faults(callback_reorder=1)
    client.calls.create(to=TALKS_FOR_HOURS, from_=CALLER, twiml="<Response/>", status_callback=receiver.url)
    place(client, receiver, status_callback_event=["initiated"])

    simulator.reset()

    simulator.wait_until_idle(timeout=2)
    assert (simulator.calls(), simulator.callbacks(), client.calls.list()) == ([], [], [])
    assert requests.get(f"{simulator.url}/control/faults", timeout=10).json() == Faults().model_dump()


def test_a_simulator_that_is_busy_says_so_when_asked_whether_it_is_idle(simulator: Simulator, client: Client) -> None:
    client.calls.create(to=TALKS_FOR_HOURS, from_=CALLER, twiml="<Response/>")
    started = time.monotonic()

    with pytest.raises(requests.HTTPError, match="504"):
        simulator.wait_until_idle(timeout=0.2)

    assert time.monotonic() - started < 5


def test_the_same_seed_throws_the_same_faults_and_another_seed_others() -> None:
    faults = Faults(callback_lose=0.3, callback_repeat=0.3, callback_reorder=0.3, callback_delay=0.3)

    def fates(seed: int) -> list[list[str]]:
        dice = FaultDice(seed, faults)
        return [dice.callback_fate(call, number).names() for call in range(50) for number in range(4)]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)


def test_faults_strike_about_as_often_as_their_probabilities_say() -> None:
    dice = FaultDice(3, Faults(create_429=0.1, create_500=0.2, create_hang=0.3, callback_lose=0.25))

    creates = [dice.create_fault() for _ in range(4000)]
    lost = [dice.callback_fate(call, 0).lost for call in range(4000)]

    shares = {fault.name if fault else "none": creates.count(fault) / 4000 for fault in set(creates)}
    assert shares == pytest.approx(
        {"TOO_MANY_REQUESTS": 0.1, "INTERNAL_ERROR": 0.2, "HANG": 0.3, "none": 0.4}, abs=0.03
    )
    assert sum(lost) / 4000 == pytest.approx(0.25, abs=0.03)
