"""A simulator that is started again still knows its calls."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from scripts.twilio_simulator.state_file import StateFile, kept_calls
from tests.scripts.twilio_simulator.conftest import OUTCOMES
from tests.scripts.twilio_simulator.hand_clock import some_call
from tests.simulator import Simulator, running_simulator

CALLER, BUSY, TALKS_FOR_HOURS, RINGS_FOR_MINUTES = "+4511111111", "+4512345601", "+4512345605", "+4512345606"


def place(simulator: Simulator, to: str) -> str:
    return str(simulator.client().calls.create(to=to, from_=CALLER, twiml="<Response/>", timeout=600).sid)


def listed(simulator: Simulator) -> list[dict[str, Any]]:
    return [entry["call"] for entry in simulator.calls()]


def wait_until_in_progress(simulator: Simulator, sid: str) -> None:
    while simulator.client().calls(sid).fetch().status != "in-progress":
        pass


def test_calls_survive_a_power_cut_and_those_under_way_have_ended(tmp_path: Path) -> None:
    state_file = tmp_path / "state" / "calls.jsonl"
    with running_simulator(state_file=state_file, outcomes=OUTCOMES) as first:
        ended, deleted = place(first, BUSY), place(first, BUSY)
        first.wait_until_idle()
        first.client().calls(deleted).delete()
        talking, ringing = place(first, TALKS_FOR_HOURS), place(first, RINGS_FOR_MINUTES)
        wait_until_in_progress(first, talking)
        before = listed(first)
        first.kill()
    with state_file.open("a") as file:
        file.write('{"sid": "CA')  # as a write that the power cut interrupted

    with running_simulator(state_file=state_file, outcomes=OUTCOMES) as second:
        after = listed(second)
        new = place(second, BUSY)
        by_rest = [call.sid for call in second.client().calls.list(page_size=2)]

    assert [call["sid"] for call in after] == [ended, talking, ringing]
    assert [call["status"] for call in after] == ["busy", "completed", "failed"]
    assert after[0] == before[0]
    assert after[1]["start_time"] == before[1]["start_time"]
    assert all(call["end_time"] and call["duration"] for call in after)
    assert by_rest == [new, ringing, talking, ended]
    kept = {call.sid: call.state.status.value for call in kept_calls(state_file)}
    assert list(kept) == [ended, talking, ringing, new]
    assert [kept[sid] for sid in (ended, talking, ringing)] == ["busy", "completed", "failed"]


def test_a_call_that_the_end_of_a_run_cut_off_did_not_go_on_until_the_next(tmp_path: Path) -> None:
    state_file = tmp_path / "calls.jsonl"
    with running_simulator(state_file=state_file, outcomes=OUTCOMES) as first:
        talking, _ringing = place(first, TALKS_FOR_HOURS), place(first, RINGS_FOR_MINUTES)
        wait_until_in_progress(first, talking)
        first.kill()

    with running_simulator(state_file=state_file, outcomes=OUTCOMES, clock_offset=86_400) as a_day_later:
        calls = listed(a_day_later)

    for call in calls:
        lasted = parsedate_to_datetime(call["end_time"]) - parsedate_to_datetime(call["date_created"])
        assert lasted < timedelta(minutes=10), call["status"]


def test_a_cleared_file_forgets_what_was_before(tmp_path: Path) -> None:
    kept = StateFile(tmp_path / "calls.jsonl")
    kept.created(some_call(0))
    kept.cleared()
    kept.created(some_call(1))
    kept.close()

    assert [call.index for call in kept_calls(tmp_path / "calls.jsonl")] == [1]
