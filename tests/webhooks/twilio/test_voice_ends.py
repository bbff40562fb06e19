"""When dialling for an agent is over: what the agent hears, and what is noted even if every report was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.api_contract import CheckedClient
from tests.gateway import Gateway, a_callee, running_gateway
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import a_call_sid, attempt, attempts_at, report, signature
from tests.webhooks.twilio.voice_calls import APP, Form, ask_voice, heard, own_calls, rung, softphone

OVER = "/twilio/voice/over"
NOWHERE = "/twilio/voice/after/01a20ce4-0000-7000-8000-000000000000"


def tell_over(gateway: Gateway, form: Form) -> TestResponse:
    headers = {"X-Twilio-Signature": signature(gateway, f"{gateway.url}{OVER}", form)}
    return gateway.http().post(OVER, data=form, headers=headers)


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(f"sqlite:///{tmp_path_factory.mktemp('ends')}/ends.sqlite3", _simulator) as gateway:
        gateway.app.test_client_class = CheckedClient
        insert_agent(gateway.services.database, "client:mette", language="da")
        yield gateway


@dataclass(frozen=True)
class Dialling:
    """An agent's call that is ringing; `sid` is the callee's leg."""

    gateway: Gateway
    agent_sid: str
    attempt_id: str
    sid: str

    def ends(self, status: str, **changes: str) -> list[str]:
        """What the agent hears when Twilio tells that it is over."""
        form: Form = {"CallSid": self.agent_sid, "DialCallStatus": status, "DialCallSid": self.sid, **changes}
        return heard(ask_voice(self.gateway, f"/twilio/voice/after/{self.attempt_id}", form))

    def seen(self) -> dict[str, object]:
        return attempt(self.gateway, self.attempt_id)


@pytest.fixture
def dialling(gateway: Gateway) -> Dialling:
    callee = a_callee()
    form = softphone(callee)
    rung(ask_voice(gateway, APP, form))
    [made] = attempts_at(gateway, callee)
    return Dialling(gateway, form["CallSid"], made["attempt_id"], a_call_sid())


def test_a_conversation_is_noted_with_its_length_although_every_report_was_lost(dialling: Dialling) -> None:
    assert dialling.ends("completed", DialCallDuration="31") == []

    seen = dialling.seen()
    assert (seen["state"], seen["outcome"], seen["duration_seconds"]) == ("completed", "answered", 31)
    assert seen["call_sid"] == dialling.sid


SAID = [
    ("busy", "Der er optaget."),
    ("no-answer", "Der er ingen, der svarer."),
    ("failed", "Opkaldet kunne ikke gennemføres."),
    ("canceled", "Opkaldet kunne ikke gennemføres."),
]


@pytest.mark.parametrize(("status", "said"), SAID)
def test_the_agent_hears_that_nobody_was_reached(dialling: Dialling, status: str, said: str) -> None:
    assert dialling.ends(status) == [said]


@pytest.mark.parametrize("status", [status for status, _ in SAID])
def test_a_call_that_nobody_took_is_known_by_its_sid_so_that_twilio_can_be_asked(
    dialling: Dialling, status: str
) -> None:
    dialling.ends(status)

    seen = dialling.seen()
    assert (seen["call_sid"], seen["state"], seen["outcome"]) == (dialling.sid, "placed", None)


def test_that_a_call_was_declined_stands_in_its_own_report_which_comes_after(dialling: Dialling) -> None:
    dialling.ends("busy")
    ended = {"CallStatus": "busy", "SipResponseCode": "603"}

    report(dialling.gateway.http(), dialling.gateway, dialling.attempt_id, dialling.sid, **ended)

    assert (dialling.seen()["state"], dialling.seen()["outcome"]) == ("busy", "rejected")


def test_reports_that_come_late_change_nothing_any_more(dialling: Dialling) -> None:
    dialling.ends("completed", DialCallDuration="31")
    client = dialling.gateway.http()

    for status in ("initiated", "ringing", "in-progress", "no-answer"):
        report(client, dialling.gateway, dialling.attempt_id, dialling.sid, CallStatus=status, SequenceNumber=status)
    dialling.ends("completed", DialCallDuration="31")

    assert (dialling.seen()["state"], dialling.seen()["duration_seconds"]) == ("completed", 31)


def test_another_call_is_not_taken_for_the_attempts_own(dialling: Dialling) -> None:
    report(dialling.gateway.http(), dialling.gateway, dialling.attempt_id, dialling.sid, CallStatus="ringing")

    dialling.ends("completed", DialCallSid=a_call_sid())

    assert (dialling.seen()["state"], dialling.seen()["call_sid"]) == ("ringing", dialling.sid)


@pytest.mark.parametrize("sid", ["", "CA1", "+4532123456"])
def test_what_was_never_dialled_expires_with_its_permit(dialling: Dialling, sid: str) -> None:
    assert dialling.ends("failed", DialCallSid=sid) == ["Opkaldet kunne ikke gennemføres."]
    assert dialling.seen()["state"] == "permitted"

    dialling.gateway.sweep(timedelta(minutes=10))

    assert dialling.seen()["state"] == "expired"


def test_the_agents_own_leg_is_over_then(dialling: Dialling) -> None:
    dialling.ends("no-answer")

    [leg] = own_calls(dialling.gateway, dialling.agent_sid)
    assert (leg.call_status, leg.duration_seconds) == ("completed", 0)
    assert leg.ended_at is not None


def test_a_leg_that_the_agent_hung_up_is_over_when_twilio_says_so(gateway: Gateway, dialling: Dialling) -> None:
    for status in ("ringing", "in-progress", "completed", "ringing", "unheard-of"):
        form = {"CallSid": dialling.agent_sid, "CallStatus": status, "CallDuration": "42"}
        assert tell_over(gateway, form).status_code == 204

    [leg] = own_calls(gateway, dialling.agent_sid)
    assert (leg.call_status, leg.duration_seconds) == ("completed", 42)
    assert dialling.seen()["state"] == "permitted"


def test_a_leg_that_nobody_knows_is_left_out_and_only_twilio_may_tell(gateway: Gateway) -> None:
    form = {"CallSid": a_call_sid(), "CallStatus": "completed"}

    assert tell_over(gateway, form).status_code == 204
    assert gateway.http().post(OVER, data=form).status_code == 403


@pytest.mark.parametrize("duration", ["", "-1", "1e3", "9" * 30, "٣"])
def test_a_length_that_cannot_be_read_is_none(dialling: Dialling, duration: str) -> None:
    dialling.ends("completed", DialCallDuration=duration)

    assert (dialling.seen()["state"], dialling.seen()["duration_seconds"]) == ("completed", None)


@pytest.mark.parametrize(
    ("status", "said"), [("completed", []), ("busy", ["The line is busy."]), ("unheard-of", []), ("", [])]
)
def test_an_end_of_nothing_that_is_known_closes_the_line_all_the_same(
    gateway: Gateway, status: str, said: list[str]
) -> None:
    assert heard(ask_voice(gateway, NOWHERE, {"CallSid": a_call_sid(), "DialCallStatus": status})) == said


def test_what_a_dialer_has_twilio_play_ends_nothing(dialling: Dialling) -> None:
    before = dialling.seen()
    path = f"/twilio/voice/after/{dialling.attempt_id}"

    played = ask_voice(
        dialling.gateway,
        path,
        {"CallSid": a_call_sid(), "DialCallSid": a_call_sid(), "DialCallStatus": "completed"},
        method="GET",
    )

    assert (played.status_code, dialling.seen()) == (405, before)


def test_a_call_of_another_attempt_is_a_fault_that_nobody_hears_of_in_words_of_a_program(
    gateway: Gateway, dialling: Dialling, caplog: pytest.LogCaptureFixture
) -> None:
    callee = a_callee()
    form = softphone(callee)
    rung(ask_voice(gateway, APP, form))
    [other] = attempts_at(gateway, callee)
    dialling.ends("completed")

    mixed_up = {"CallSid": form["CallSid"], "DialCallStatus": "completed", "DialCallSid": dialling.sid}
    said = heard(ask_voice(gateway, f"/twilio/voice/after/{other['attempt_id']}", mixed_up))

    assert said == ["The call cannot be made now. Please try again later."]
    assert "unexpected IntegrityError" in caplog.text
    assert attempt(gateway, other["attempt_id"])["state"] == "permitted"


def test_with_the_store_down_the_line_is_closed_and_nothing_else(tmp_path: Path) -> None:
    with running_gateway(f"sqlite:///{tmp_path}/gone.sqlite3") as gateway:
        with gateway.services.database.writing() as connection:
            connection.execute(text("DROP TABLE attempts"))
        said = heard(ask_voice(gateway, NOWHERE, {"CallSid": a_call_sid(), "DialCallStatus": "no-answer"}))
    assert said == ["Nobody answers."]
