"""Starting and ending the simulator."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.twilio_simulator.__main__ import main
from tests.simulator import ACCOUNT_SID, AUTH_TOKEN, ROOT, SimulatorNotStarted, running_simulator

ACCOUNT = ["--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--account-sid"),
        (["--account-sid", "AC1", "--auth-token", "t"], "must be AC and 32 hex digits"),
        ([*ACCOUNT, "--numbers", "+4511111111,12345"], "not E.164: 12345"),
        ([*ACCOUNT, "--cps", "0"], "--cps"),
        ([*ACCOUNT, "--time-scale", "-1"], "--time-scale"),
        ([*ACCOUNT, "--fault", "callback_loose=1"], "callback_loose"),
        ([*ACCOUNT, "--fault", "callback_lose=2"], "callback_lose"),
        ([*ACCOUNT, "--outcomes", "/nonexistent/o.json"], "/nonexistent/o.json"),
    ],
)
def test_a_wrong_option_ends_the_start_and_is_named(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert complaint in result.output


def test_it_says_in_one_line_that_it_is_ready_and_ends_with_whoever_started_it(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    options = [*ACCOUNT, "--until-stdin-closes", "--ready-file", str(ready_file)]
    command = [str(ROOT / "scripts" / "twilio-simulator"), *options]
    if not (ROOT / ".venv").exists():
        command = [sys.executable, "-m", "scripts.twilio_simulator", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None

    line = process.stdout.readline()
    ready = json.loads(ready_file.read_text(encoding="utf-8"))
    rest, _ = process.communicate(timeout=10)  # closes its standard input

    assert line == f"Twilio simulator ready: http://127.0.0.1:{ready['port']} for account {ACCOUNT_SID}\n"
    assert (ready["pid"], rest, process.returncode) == (process.pid, "", 0)


def test_it_listens_on_this_machine_only_and_names_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SimulatorNotStarted, match=f"cannot listen on port {port}"), running_simulator(port=port):
            pass


def test_faults_can_be_in_force_from_the_start() -> None:
    with running_simulator(faults={"create_503": 1, "create_at_most": 1}) as simulator:
        client = simulator.client()
        with pytest.raises(Exception, match="unavailable"):
            client.calls.create(to="+4512345678", from_="+4511111111", twiml="<Response/>")

        assert client.calls.create(to="+4512345678", from_="+4511111111", twiml="<Response/>").status == "queued"
