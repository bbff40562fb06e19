"""How often Twilio is asked to ring somebody: again where it certainly did nothing, once wherever it may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateway import Gateway, running_gateway
from tests.recording_proxy import RecordingProxy, recording_proxy
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import some_form

MOST = 3
TIMES: list[tuple[dict[str, float], int, int]] = [
    ({"create_429": 1}, MOST, 503),
    ({"create_503": 1}, MOST, 503),
    ({"create_429": 1, "create_at_most": 2}, MOST, 201),
    ({"create_500": 1}, 1, 409),
    ({"create_drop": 1}, 1, 409),
    ({"create_hang": 1, "create_hang_seconds": 3}, 1, 409),
    ({}, 1, 201),
]


@pytest.fixture(scope="module")
def line(_simulator: Simulator) -> Iterator[RecordingProxy]:
    with recording_proxy(_simulator.url) as line:
        yield line


@pytest.fixture(scope="module")
def gateway(_simulator: Simulator, line: RecordingProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    url = f"sqlite:///{tmp_path_factory.mktemp('again') / 'ringfence.sqlite3'}"
    with running_gateway(url, _simulator, twilio_api_base_url=line.url, twilio_timeout_seconds=1) as gateway:
        insert_agent(gateway.services.database, "client:anna")
        yield gateway


@pytest.mark.parametrize(("faults", "times", "status"), TIMES)
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("Calls.json", {}),
        ("Calls.json", {"To": "client:anna"}),
        ("Conferences/floor/Participants.json", {"Url": None}),
        ("Conferences/floor/Participants.json", {"Url": None, "To": "client:anna"}),
    ],
)
def test_what_twilio_turned_away_is_tried_again_and_nothing_else_ever_is(
    gateway: Gateway,
    simulator: Simulator,
    line: RecordingProxy,
    path: str,
    changes: dict[str, Any],
    faults: dict[str, float],
    times: int,
    status: int,
) -> None:
    simulator.set_faults(**faults)
    line.asked.clear()
    form = some_form(**changes)

    who = gateway.dialer
    at = f"/2010-04-01/Accounts/{who.account_sid}/{path}"
    answer = gateway.http().post(at, data=form, auth=who.basic)

    assert answer.status_code == status
    asked = [body for method, at, body in line.asked if method == "POST" and at.endswith(path.rpartition("/")[2])]
    assert len(asked) == times
    assert len(set(asked)) == 1, "the very same call"
