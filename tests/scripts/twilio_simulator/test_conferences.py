"""Participants of conferences: calls that are made into a room."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator import Simulator
from tests.webhook_receiver import WebhookReceiver

TALKS, LONG, REFUSED = "+4512345600", "+4512345605", "+4512345607"
OURS = "+4511111111"


def test_a_participant_is_a_call_that_joins(simulator: Simulator, client: Client, receiver: WebhookReceiver) -> None:
    joined = client.conferences("standup").participants.create(
        to=TALKS, from_=OURS, status_callback=receiver.url, status_callback_event=["initiated", "completed"]
    )

    assert (joined.status, joined.conference_sid[:2]) == ("queued", "CF")
    simulator.wait_until_idle()
    call = client.calls(joined.call_sid).fetch()
    assert (call.status, call.direction, call.to) == ("completed", "outbound-api", TALKS)
    assert [request.form["CallStatus"] for request in receiver.received] == ["initiated", "completed"]
    [room] = client.conferences.list(friendly_name="standup")
    assert (room.sid, room.status) == (joined.conference_sid, "completed")
    assert client.conferences(room.sid).participants.list() == []


def test_a_participant_can_be_asked_about_changed_and_removed(simulator: Simulator, client: Client) -> None:
    room = client.conferences("standup")
    sid = room.participants.create(to=LONG, from_=OURS, label="customer").call_sid
    simulator.wait_for_status(sid, "in-progress")
    other = client.conferences(room.participants("customer").fetch().conference_sid)

    assert [each.status for each in other.participants.list()] == ["connected"]
    assert other.participants(sid).update(muted=True).call_sid == sid
    assert other.participants(sid).delete()

    simulator.wait_until_idle()
    assert client.calls(sid).fetch().status == "completed"
    with pytest.raises(TwilioRestException) as gone:
        other.participants(sid).update(muted=True)
    assert gone.value.code == 21220


def test_participants_meet_the_refusals_and_faults_of_creates(simulator: Simulator, client: Client) -> None:
    participants = client.conferences("standup").participants
    with pytest.raises(TwilioRestException) as refused:
        participants.create(to=REFUSED, from_=OURS)
    simulator.set_faults(create_429=1)
    with pytest.raises(TwilioRestException) as turned_away:
        participants.create(to=TALKS, from_=OURS)

    assert (refused.value.code, turned_away.value.status) == (21216, 429)
    assert client.conferences.list() == []
    assert simulator.calls() == []


def test_a_room_that_nobody_has_entered_is_not_there(client: Client, simulator: Simulator) -> None:
    with pytest.raises(TwilioRestException) as unknown:
        client.conferences("nowhere").fetch()

    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_a_reset_forgets_rooms(simulator: Simulator, client: Client) -> None:
    client.conferences("standup").participants.create(to=LONG, from_=OURS)

    simulator.reset()

    assert client.conferences.list() == []
    simulator.wait_until_idle()
