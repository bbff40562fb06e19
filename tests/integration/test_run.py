"""`scripts/run` as a user meets it: a demonstration from nothing to its export, and a second start on the same data."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
import requests

ROOT = Path(__file__).parents[2]
LOOK_EVERY = 0.1
START_SECONDS = 60.0
DEMO_SECONDS = 150.0
END_SECONDS = 30.0
# what the call list is there to show
SHOWN = {
    "suppression.number",
    "suppression.company",
    "suppression.person",
    "hours.outside_window",
    "register.not_washed",
    "legal_basis.consent_missing",
    "number.country_closed",
    "number.invalid",
    "number.emergency",
    "campaign.closed",
    "attempts.in_flight",
}


@contextmanager
def running(data_dir: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The stack as a process, ended for certain afterwards; its output goes to files beside the data."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGFENCE_")}
    with (data_dir.parent / "output.txt").open("w", encoding="utf-8") as output:
        stack = subprocess.Popen(
            [sys.executable, "-P", "-m", "scripts.stack", "--data-dir", str(data_dir), *options],
            cwd=data_dir.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield stack
        finally:
            stack.kill()
            stack.wait()


def run_file(data_dir: Path) -> dict[str, Any]:
    path = data_dir / "run.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"state": "none"}
    return found


def wait_for(stack: subprocess.Popen[str], data_dir: Path, *states: str) -> dict[str, Any]:
    """The run file once it says one of these states; fails with what was said if the stack ends before."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = run_file(data_dir)
        if found["state"] in states and found["processes"].get("supervisor") == stack.pid:
            return found
        assert stack.poll() is None, output(data_dir)
        Event().wait(LOOK_EVERY)
    pytest.fail(f"not {' or '.join(states)} in time: {output(data_dir)}")


def output(data_dir: Path) -> str:
    return (data_dir.parent / "output.txt").read_text(encoding="utf-8")


def left_of(pids: list[int]) -> list[int]:
    """Those that still live, after a while in which they may go."""
    deadline = time.monotonic() + END_SECONDS
    while left := [pid for pid in pids if psutil.pid_exists(pid)]:
        if time.monotonic() > deadline:
            break
        Event().wait(LOOK_EVERY)
    return left


def recipients(data_dir: Path) -> list[str]:
    mails = [path.read_text(encoding="utf-8") for path in (data_dir / "mails").glob("*.eml")]
    return [match for mail in mails for match in re.findall(r"^X-RcptTo: (\S+)", mail, re.MULTILINE)]


@pytest.mark.timeout(400)
def test_a_demonstration_runs_from_nothing_to_its_export_and_the_next_start_finds_its_data(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running(data_dir, "--demo") as stack:
        during = wait_for(stack, data_dir, "demo")
        assert stack.wait(DEMO_SECONDS) == 0, output(data_dir)
    assert left_of(list(during["processes"].values())) == []
    assert set(during["processes"]) == {
        *("supervisor", "valkey", "mail-catcher", "twilio-simulator", "gateway", "worker", "relay"),
    }
    after = run_file(data_dir)
    _check_calls(after["demo"])
    _check_mails(data_dir, after["demo"]["mails"])
    shown = output(data_dir)
    assert after["demo"]["export"] in shown
    assert not re.search(r"\+\d{8,}", shown.split("For scripts:")[1]), "callees are masked"
    _check_export(Path(after["demo"]["export"]), after["demo"])

    with running(data_dir) as stack:
        again = wait_for(stack, data_dir, "ready")
        _check_second_start(again, after)
        _check_a_killed_gateway_comes_back(again, data_dir)
        pids = list(run_file(data_dir)["processes"].values())
        stack.send_signal(signal.SIGINT)
        assert stack.wait(END_SECONDS) == 0, output(data_dir)
        assert left_of(pids) == []
    assert "Demo data was there already." in output(data_dir)
    assert run_file(data_dir)["state"] == "stopped"


def _check_calls(counts: dict[str, Any]) -> None:
    assert counts["asked"] == sum(counts[name] for name in ("placed", "refused", "not_placed", "same_call"))
    assert counts["placed"] >= 30
    assert counts["completed"] >= 10
    assert set(counts["by_status"]) == {"completed", "busy", "no-answer", "failed"}
    assert set(counts["by_reason"]) >= SHOWN
    assert counts["open"] == counts["unasked"] == counts["unknown"] == 0


def _check_mails(data_dir: Path, count: int) -> None:
    by_recipient = Counter(recipients(data_dir))

    assert len(by_recipient) == count >= 5
    assert set(by_recipient.values()) == {1}, "somebody was informed twice"


def _check_export(path: Path, counts: dict[str, Any]) -> None:
    manifest = json.loads(path.with_name(f"{path.name}.manifest.json").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert manifest["counts"]["by_verdict"] == {
        "permitted": counts["placed"] + counts["not_placed"],
        "refused": counts["refused"],
    }
    assert len(rows) == manifest["counts"]["rows"]
    assert manifest["clock_offset_seconds"] == pytest.approx(float(rows[0]["clock_offset_seconds"]))


def _check_second_start(again: dict[str, Any], before: dict[str, Any]) -> None:
    assert again["addresses"]["gateway"] == before["addresses"]["gateway"]
    assert again["credentials"] == before["credentials"]
    assert again["clock"] == before["clock"]
    assert datetime.fromisoformat(again["started_at"]) > datetime.fromisoformat(before["started_at"])
    callees = again["callees"]
    assert callees["permitted"]["permitted_now"]
    assert callees["suppressed"]["reasons"] == ["suppression.number"]
    assert callees["out_of_hours"]["reasons"] == ["hours.outside_window"]
    assert callees["out_of_hours"]["not_before"] is not None
    exported = requests.get(
        f"{again['addresses']['gateway']}/v1/exports/attempts",
        params={"from": before["started_at"], "to": "2028-12-31", "format": "jsonl"},
        headers={"Authorization": f"Bearer {again['credentials']['routes']['exports']['api_key']}"},
        timeout=30,
    )
    assert len(exported.text.splitlines()) == before["demo"]["asked"] - before["demo"]["same_call"]


def _check_a_killed_gateway_comes_back(again: dict[str, Any], data_dir: Path) -> None:
    os.kill(again["processes"]["gateway"], signal.SIGKILL)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        # what the killed one leaves behind may answer for a moment
        is_another = run_file(data_dir)["processes"]["gateway"] != again["processes"]["gateway"]
        try:
            if requests.get(f"{again['addresses']['gateway']}/health/ready", timeout=5).ok and is_another:
                break
        except requests.RequestException:
            pass
        Event().wait(LOOK_EVERY)
    assert run_file(data_dir)["processes"]["gateway"] != again["processes"]["gateway"]
    assert "gateway ended (signal 9)" in output(data_dir)
