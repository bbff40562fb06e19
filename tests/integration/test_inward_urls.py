"""URLs of a dialer's that point inside, through the whole gateway: nothing is asked, nothing is told, calls still end.

The dialer's server stands on this machine, which is just where no URL may lead unless a setting opens it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from middleware.store.models import OutboxRow
from tests.gateway import CALLER_ID, Gateway, a_callee, running_gateway
from tests.simulator import Simulator
from tests.twiml_server import TwimlServer, twiml_server

LATE = timedelta(days=1)
HEARD = "<Response><Pause length='1'/></Response>"
SPELLINGS = [
    "http://127.0.0.1:{port}", "http://localhost:{port}", "http://[::1]:{port}", "http://0.0.0.0:{port}",
    "http://2130706433:{port}", "http://0177.0.0.1:{port}", "http://0x7f.1:{port}", "http://127.1:{port}",
    "http://[::ffff:127.0.0.1]:{port}", "http://[64:ff9b::7f00:1]:{port}", "http://me:secret@127.0.0.1:{port}",
    "http://169.254.169.254", "http://[fe80::1]", "http://10.0.0.1", "http://192.168.0.1", "http://172.16.0.1",
]  # fmt: skip


@pytest.fixture
def dialer() -> Iterator[TwimlServer]:
    with twiml_server() as server:
        for path in ("/voice", "/status", "/recording", "/amd", "/after", "/further"):
            server.serve(HEARD, path=path)
        yield server


@pytest.fixture(scope="module")
def closed(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """As in production: private networks are closed."""
    with ExitStack() as stack:
        file = Path(tmp_path_factory.mktemp("closed"), "ringfence.sqlite3")
        yield stack.enter_context(running_gateway(f"sqlite:///{file}", _simulator, allow_private_callback_hosts=False))


def call(gateway: Gateway, simulator: Simulator, **form: Any) -> str:
    """Make a call that is answered, and let it go its way; its SID."""
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 600}})
    who = gateway.dialer
    given = {"To": callee, "From": CALLER_ID, **form}
    answer = gateway.http().post(f"{who.calls_path}.json", data=given, auth=who.basic)
    assert answer.status_code == 201, answer.text
    simulator.wait_until_idle()
    gateway.work()
    gateway.work(LATE)
    return str(answer.get_json()["sid"])


def left_to_do(gateway: Gateway) -> list[str]:
    with gateway.services.database.reading() as connection:
        return list(connection.scalars(select(OutboxRow.kind).where(OutboxRow.state != "done")))


def status_of(gateway: Gateway, sid: str) -> str:
    return str(gateway.sdk().calls(sid).fetch().status)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_neither_twiml_nor_callbacks_are_ever_exchanged_with_an_address_inside(
    closed: Gateway, simulator: Simulator, dialer: TwimlServer, caplog: pytest.LogCaptureFixture, spelling: str
) -> None:
    base = spelling.format(port=dialer.url.rpartition(":")[2])
    with caplog.at_level(logging.WARNING):
        sid = call(
            closed, simulator,
            Url=f"{base}/voice", FallbackUrl=f"{base}/further", StatusCallback=f"{base}/status",
            StatusCallbackEvent=["initiated", "answered", "completed"], MachineDetection="Enable", AsyncAmd="true",
            AsyncAmdStatusCallback=f"{base}/amd", Record="true", RecordingStatusCallback=f"{base}/recording",
        )  # fmt: skip

    assert dialer.asked == []
    assert status_of(closed, sid) == "completed"
    assert left_to_do(closed) == []  # nothing is tried for ever, and nothing is a dead letter
    assert "private network" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "twiml",
    [
        "<Response><Redirect>{base}/further</Redirect></Response>",
        "<Response><Gather action='{base}/after' actionOnEmptyResult='true' timeout='1'><Pause/></Gather></Response>",
        "<Response><Record action='{base}/after' recordingStatusCallback='{base}/recording' maxLength='1'/></Response>",
    ],
    ids=["redirect", "gather", "record"],
)
def test_what_inline_twiml_leads_to_is_checked_as_well(
    closed: Gateway, simulator: Simulator, dialer: TwimlServer, twiml: str
) -> None:
    sid = call(closed, simulator, Twiml=twiml.format(base=dialer.url))

    assert dialer.asked == []
    assert status_of(closed, sid) == "completed"
    assert left_to_do(closed) == []


@pytest.mark.parametrize(
    "spelling", ["http://127.0.0.1:{port}", "http://localhost:{port}", "http://me:pw@127.0.0.1:{port}"]
)
def test_for_development_a_setting_opens_this_machine(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, spelling: str
) -> None:
    base = spelling.format(port=dialer.url.rpartition(":")[2])
    call(gateway, simulator, Url=f"{base}/voice", StatusCallback=f"{base}/status")

    voice, status = dialer.asked
    assert (voice.form["CallStatus"], status.form["CallStatus"]) == ("in-progress", "completed")
    assert {voice.form["AccountSid"], status.form["AccountSid"]} == {gateway.dialer.account_sid}
    for asked in (voice, status):
        signed = asked.headers["X-Twilio-Signature"]
        assert RequestValidator(gateway.dialer.token).validate(asked.url, asked.form, signed)
