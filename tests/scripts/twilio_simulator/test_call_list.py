"""Listing calls with Twilio's own SDK: filters, pages, and pages while new calls come in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from scripts.twilio_simulator.call_list import CallList
from tests.scripts.twilio_simulator.conftest import OUTCOMES
from tests.scripts.twilio_simulator.hand_clock import some_call
from tests.simulator import Simulator, running_simulator

CALLER, OTHER_CALLER = "+4511111111", "+4522222222"
VOICE = "http://127.0.0.1:9/voice"


@pytest.fixture(scope="module")
def listed() -> Iterator[Simulator]:
    """Seven calls: 0 to 4 completed, 5 busy and shown another number, 6 talking for a long time."""
    with running_simulator(time_scale=500, outcomes=OUTCOMES) as simulator:
        client = simulator.client()
        for _ in range(5):
            client.calls.create(to="+4512345600", from_=CALLER, url=VOICE)
        client.calls.create(to="+4512345601", from_=OTHER_CALLER, url=VOICE)
        simulator.wait_until_idle()
        client.calls.create(to="+4512345605", from_=CALLER, url=VOICE)
        while simulator.calls()[-1]["call"]["status"] != "in-progress":
            pass
        yield simulator


def newest_first(simulator: Simulator) -> list[str]:
    return [entry["call"]["sid"] for entry in reversed(simulator.calls())]


def get(simulator: Simulator, path: str) -> dict[str, Any]:
    answer = requests.get(simulator.url + path, auth=(simulator.account_sid, simulator.auth_token), timeout=10)
    assert answer.status_code == 200
    return dict(answer.json())


def test_all_calls_are_listed_newest_first(listed: Simulator) -> None:
    assert [call.sid for call in listed.client().calls.list()] == newest_first(listed)


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 1000])
def test_a_stream_over_several_pages_shows_every_call_once(listed: Simulator, page_size: int) -> None:
    assert [call.sid for call in listed.client().calls.stream(page_size=page_size)] == newest_first(listed)


def test_the_keys_of_a_page_are_twilios_and_addresses_are_relative(listed: Simulator) -> None:
    path = f"/2010-04-01/Accounts/{listed.account_sid}/Calls.json"
    sids = newest_first(listed)

    first = get(listed, f"{path}?To=%2B4512345600&PageSize=2")
    second = get(listed, first["next_page_uri"])
    last = get(listed, second["next_page_uri"])

    query = "To=%2B4512345600&PageSize=2"
    assert [call["sid"] for call in first.pop("calls")] == sids[2:4]
    assert first == {
        "page": 0,
        "page_size": 2,
        "start": 0,
        "end": 1,
        "uri": f"{path}?{query}&Page=0",
        "first_page_uri": f"{path}?{query}&Page=0",
        "next_page_uri": f"{path}?{query}&Page=1&PageToken=PA{sids[3]}",
        "previous_page_uri": None,
    }
    assert (second["start"], second["end"], second["page"]) == (2, 3, 1)
    assert second["previous_page_uri"] == f"{path}?{query}&Page=0&PageToken=PB{sids[4]}"
    assert (last["next_page_uri"], [call["sid"] for call in last["calls"]]) == (None, sids[6:7])
    assert [call["sid"] for call in get(listed, last["previous_page_uri"])["calls"]] == sids[4:6]


@pytest.mark.parametrize(
    ("filters", "indexes"),
    [
        ({"to": "+4512345600"}, [4, 3, 2, 1, 0]),
        ({"to": "+45 12 34 56 00"}, [4, 3, 2, 1, 0]),
        ({"from_": OTHER_CALLER}, [5]),
        ({"to": "+4512345600", "from_": OTHER_CALLER}, []),
        ({"status": "busy"}, [5]),
        ({"status": "in-progress"}, [6]),
        ({"status": "failed"}, []),
        ({"parent_call_sid": "CA" + "0" * 32}, []),
        ({"start_time": "today"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"start_time": "yesterday"}, []),
        ({"start_time_after": "today"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"start_time_after": "tomorrow"}, []),
        ({"start_time_before": "today"}, []),
        ({"start_time_before": "tomorrow"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"start_time_after": "an hour ago", "start_time_before": "in an hour"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"end_time_after": "an hour ago"}, [5, 4, 3, 2, 1, 0]),
        ({"end_time_before": "an hour ago"}, []),
        ({"end_time": "today", "status": "completed"}, [4, 3, 2, 1, 0]),
    ],
)
def test_filters_narrow_the_list(listed: Simulator, filters: dict[str, Any], indexes: list[int]) -> None:
    began = datetime.fromisoformat(listed.client().calls.list()[-1].start_time.isoformat())
    moments: dict[str, date | datetime] = {
        "today": began.date(),
        "yesterday": began.date() - timedelta(days=1),
        "tomorrow": began.date() + timedelta(days=1),
        "an hour ago": began - timedelta(hours=1),
        "in an hour": began + timedelta(hours=1),
    }
    asked = {name: moments.get(value, value) for name, value in filters.items()}

    found = listed.client().calls.list(**asked)

    all_sids = [entry["call"]["sid"] for entry in listed.calls()]
    assert [all_sids.index(call.sid) for call in found] == indexes


@pytest.mark.parametrize(
    "query", ["PageSize=0", "PageSize=1001", "Page=-1", "Status=ended", "StartTime=soon", "EndTime%3E=2026-13-01"]
)
def test_a_filter_that_makes_no_sense_is_refused(listed: Simulator, query: str) -> None:
    url = f"{listed.url}/2010-04-01/Accounts/{listed.account_sid}/Calls.json?{query}"

    answer = requests.get(url, auth=(listed.account_sid, listed.auth_token), timeout=10)

    assert (answer.status_code, answer.json()["code"]) == (400, 21200)


def test_a_page_token_of_another_list_is_refused(listed: Simulator) -> None:
    with pytest.raises(TwilioException, match="PageToken"):
        listed.client().calls.page(page_token=f"PACA{'0' * 32}", page_number=1)


def test_calls_made_while_pages_are_read_shift_nothing(simulator: Simulator, client: Client) -> None:
    for _ in range(4):
        client.calls.create(to="+4512345600", from_=CALLER, url=VOICE)
    before = newest_first(simulator)
    stream = client.calls.stream(page_size=2)
    seen = [next(stream).sid]

    client.calls.create(to="+4512345601", from_=CALLER, url=VOICE)

    assert seen + [call.sid for call in stream] == before


def test_a_page_can_follow_a_call_that_was_deleted_meanwhile(simulator: Simulator, client: Client) -> None:
    for _ in range(4):
        client.calls.create(to="+4512345600", from_=CALLER, url=VOICE)
    simulator.wait_until_idle()
    sids = newest_first(simulator)
    page = client.calls.page(page_size=2)

    client.calls(sids[1]).delete()

    assert [call.sid for call in page.next_page()] == sids[2:4]


def test_a_call_still_queued_has_no_start_time_to_be_found_by() -> None:
    calls = CallList()
    calls.add(some_call(0))

    assert calls.matching({"StartTime>": "2000-01-01"}, seen_at=0.0) == []
    assert [call.index for call in calls.matching({"Status": "queued"}, seen_at=0.0)] == [0]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("StartTime", "2026-11-24", True),
        ("StartTime", "2026-11-23", False),
        ("StartTime", "2026-11-24T12:00:00Z", True),
        ("StartTime", "2026-11-24T13:00:00+01:00", True),
        ("StartTime", "2026-11-24T00:00:00Z", True),
        ("StartTime", "2026-11-25T00:30:00+01:00", True),
        ("StartTime", "2026-11-25T00:00:00Z", False),
        ("StartTime>", "2026-11-24T12:00:00Z", True),
        ("StartTime>", "2026-11-24T12:00:01Z", False),
        ("StartTime<", "2026-11-24T12:00:00Z", True),
        ("StartTime<", "2026-11-24T11:59:59", False),
        ("StartTime>", "2026-11-24", True),
        ("StartTime>", "2026-11-25", False),
        ("StartTime<", "2026-11-24", False),
        ("StartTime<", "2026-11-25", True),
    ],
)
def test_a_start_at_noon_passes_time_filters_up_to_the_second(name: str, value: str, found: bool) -> None:
    calls, call = CallList(), some_call()
    call.change(0.0, start_time=datetime(2026, 11, 24, 12, tzinfo=UTC))
    calls.add(call)

    assert bool(calls.matching({name: value}, seen_at=0.0)) is found
