"""What else dialers list at Twilio, and what Lookup says of a number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator import Simulator, running_simulator

OURS = ("+4511111111", "+4522222222")
LINES = {"+4533123456": {"line_type": "fixedVoip"}}


@pytest.fixture(scope="module")
def owner() -> Iterator[Simulator]:
    with running_simulator(time_scale=2000, numbers=OURS, outcomes={"numbers": LINES}) as simulator:
        yield simulator


@pytest.fixture
def client(owner: Simulator) -> Client:
    return owner.client()


def test_the_accounts_numbers_are_listed_and_fetched(client: Client) -> None:
    numbers = client.incoming_phone_numbers.list()

    assert tuple(number.phone_number for number in numbers) == OURS
    assert client.incoming_phone_numbers(numbers[1].sid).fetch().phone_number == OURS[1]
    assert [found.phone_number for found in client.incoming_phone_numbers.list(phone_number=OURS[0])] == [OURS[0]]


def test_lists_of_what_is_not_copied_are_empty(client: Client) -> None:
    for resource in (client.queues, client.transcriptions, client.outgoing_caller_ids, client.recordings):
        assert resource.list() == []


def test_a_call_that_was_recorded_has_a_recording(owner: Simulator, client: Client) -> None:
    sid = client.calls.create(to="+4526123490", from_=OURS[0], url="http://127.0.0.1:1/", record=True).sid
    owner.wait_until_idle()

    [recording] = client.recordings.list(call_sid=sid)
    assert (recording.source, recording.duration) == ("OutboundAPI", "60")
    assert client.recordings(recording.sid).fetch().call_sid == sid


@pytest.mark.parametrize(
    ("number", "line"),
    [("+4526123456", "mobile"), ("+4681234567", "landline"), ("+4533123456", "fixedVoip"), ("+4580123456", "tollFree")],
)
def test_lookup_tells_the_line_of_a_number(client: Client, number: str, line: str) -> None:
    found = client.lookups.v2.phone_numbers(number).fetch(fields="line_type_intelligence")

    assert (found.valid, found.phone_number) == (True, number)
    assert found.line_type_intelligence["type"] == line


def test_lookup_says_why_a_number_is_none(client: Client) -> None:
    found = client.lookups.v2.phone_numbers("+45123").fetch(fields="line_type_intelligence")

    assert (found.valid, found.validation_errors) == (False, ["TOO_SHORT"])
    assert found.line_type_intelligence is None


def test_what_is_no_number_is_not_found(client: Client) -> None:
    with pytest.raises(TwilioRestException) as unknown:
        client.lookups.v2.phone_numbers("nobody").fetch()

    assert unknown.value.status == 404
