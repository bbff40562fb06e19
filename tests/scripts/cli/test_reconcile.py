"""`ringfence reconcile` against a simulated Twilio: what went round the gate, and the way back to peace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from middleware.services.reconciliation import call_list
from middleware.settings import Settings
from tests.command_line import Said, ran, set_environment
from tests.gateway import CALLER_ID, NOBODY, OFFSET, Gateway, a_callee, running_gateway
from tests.mail_server import MailServer
from tests.simulator import Simulator, running_simulator

DAY = "2026-11-24"


def environment(settings: Settings) -> dict[str, str]:
    secrets = {"pepper", "link_secret", "credential_secret", "twilio_auth_token"}
    return {
        f"RINGFENCE_{name.upper()}": value.get_secret_value() if name in secrets else str(value)
        for name, value in settings
        if value is not None
    }


def reconcile(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> Said:
    monkeypatch.chdir("/")
    monkeypatch.setattr(call_list, "BETWEEN_REQUESTS", 0.0)
    set_environment(monkeypatch, environment(gateway.services.settings))
    return ran(monkeypatch, capsys, "reconcile", *arguments)


def call(gateway: Gateway, simulator: Simulator) -> None:
    gateway.sdk().calls.create(to=a_callee(), from_=CALLER_ID, url=f"{NOBODY}/voice")
    simulator.wait_until_idle()


def test_a_call_round_the_gate_is_found_and_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        running_simulator(time_scale=2000, seed=3, clock_offset=OFFSET.total_seconds()) as simulator,
        running_gateway(f"sqlite:///{tmp_path}/ringfence.sqlite3", simulator) as gateway,
    ):
        call(gateway, simulator)
        quiet = reconcile(gateway, monkeypatch, capsys, "--day", DAY)
        round_it = simulator.client().calls.create(to=a_callee(), from_=CALLER_ID, url=f"{NOBODY}/voice")
        simulator.wait_until_idle()

        found = reconcile(gateway, monkeypatch, capsys, "--day", DAY)

        assert (quiet.code, quiet.text) == (
            0,
            "1 call compared: 1 permitted, 0 to our own people, 0 inbound; 0 repaired. "
            "Nothing of this day has to be looked at.",
        )
        assert found.code == 1
        assert "2 calls compared: 1 permitted" in found.text
        assert "1 call of this day has to be looked at" in found.text
        line = re.search(rf"^(\S+)  not_permitted  {round_it.sid}", found.out, re.MULTILINE)
        assert line is not None
        settled = reconcile(
            gateway, monkeypatch, capsys, "--settle", line[1], "--by", "Anna Jensen", "--note", "a test by hand"
        )
        assert (settled.code, settled.text) == (0, f"Settled by Anna Jensen: not_permitted {round_it.sid}")
        assert reconcile(gateway, monkeypatch, capsys, "--day", DAY).code == 0


def test_somebody_is_told_of_it_by_mail_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        MailServer() as server,
        running_simulator(time_scale=2000, seed=3, clock_offset=OFFSET.total_seconds()) as simulator,
        running_gateway(
            f"sqlite:///{tmp_path}/ringfence.sqlite3",
            simulator,
            alarm_mail_to="compliance@gateway.example",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
        ) as gateway,
    ):
        simulator.client().calls.create(to=a_callee(), from_=CALLER_ID, url=f"{NOBODY}/voice")
        simulator.wait_until_idle()
        codes = [reconcile(gateway, monkeypatch, capsys, "--day", DAY).code for _ in range(2)]

        gateway.work()

        assert codes == [1, 1]
        assert [mail.rcpt_tos for mail in server.mails] == [("compliance@gateway.example",)]
        assert "violations: 1 to be looked at" in str(gateway.services.health.report().warnings)


def test_calls_whose_callbacks_were_all_lost_are_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        running_simulator(time_scale=2000, seed=3, clock_offset=OFFSET.total_seconds()) as simulator,
        running_gateway(f"sqlite:///{tmp_path}/ringfence.sqlite3", simulator) as gateway,
    ):
        simulator.set_faults(callback_lose=1.0)
        call(gateway, simulator)

        first = reconcile(gateway, monkeypatch, capsys, "--day", DAY)
        second = reconcile(gateway, monkeypatch, capsys, "--day", DAY)

        assert (first.code, second.code) == (0, 0)
        assert "1 repaired" in first.text
        assert "0 repaired" in second.text


def test_what_is_missing_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_gateway(f"sqlite:///{tmp_path}/ringfence.sqlite3") as gateway:
        without_name = reconcile(gateway, monkeypatch, capsys, "--settle", "x", "--note", "seen")
        unknown = reconcile(gateway, monkeypatch, capsys, "--settle", "x", "--by", "Anna", "--note", "seen")
        to_come = reconcile(gateway, monkeypatch, capsys, "--day", "2027-01-01")

    assert (without_name.code, unknown.code, to_come.code) == (2, 2, 2)
    assert "--by" in without_name.err
    assert "no violation x" in unknown.err
    assert "has not begun yet" in to_come.err
