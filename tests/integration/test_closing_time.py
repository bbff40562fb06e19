"""A permit asked for ten seconds before the window closes, behind a full queue: the phone does not ring afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from middleware.clock import Clock
from middleware.gateways.configured import twilio_carrier
from middleware.gateways.ports import Pairs
from middleware.gateways.twilio import TwilioCarrier
from middleware.services.routes.queue_watch import QueueWatch
from tests.gateway import CALLER_ID, NOBODY, Gateway, a_callee, running_gateway
from tests.simulator import Simulator, running_simulator
from tests.webhooks.twilio.calls import attempts_at

# the Danish window of the tests' campaign closes at 17:00 in Copenhagen, 16:00 UTC in November
BEFORE_CLOSING = datetime(2026, 11, 24, 15, 59, 50, tzinfo=UTC)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An account that takes one call in fifty seconds and has just taken one: what comes next waits in its queue."""
    offset = (BEFORE_CLOSING - datetime.now(UTC)).total_seconds()
    with running_simulator(cps=0.02, time_scale=1, clock_offset=offset) as simulator:
        simulator.client().calls.create(to="+4570101010", from_=CALLER_ID, url=f"{NOBODY}/voice")
        yield simulator


@pytest.fixture
def gateway(simulator: Simulator, tmp_path: Path) -> Iterator[Gateway]:
    offset = (BEFORE_CLOSING - datetime.now(UTC)).total_seconds()
    with running_gateway(f"sqlite:///{tmp_path / 'store.sqlite3'}", simulator, clock_offset_seconds=offset) as gateway:
        yield gateway


def watch(gateway: Gateway, later: timedelta) -> int:
    """What the relay does four times a second, at another time."""
    services = gateway.services
    clock = Clock(services.clock.offset + later)
    return QueueWatch(services.database, twilio_carrier(services.settings), clock).run()


def test_a_call_that_still_waits_in_twilios_queue_at_closing_time_never_rings(
    gateway: Gateway, simulator: Simulator
) -> None:
    callee = a_callee("90")
    call = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice")
    assert watch(gateway, timedelta(seconds=2)) == 0, "before closing time it may still ring"

    assert watch(gateway, timedelta(seconds=11)) == 1

    [made] = [each for each in simulator.calls() if each["call"]["to"] == callee]
    assert (made["call"]["status"], made["call"]["start_time"]) == ("canceled", None)
    [attempt] = attempts_at(gateway, callee)
    assert (attempt["call_sid"], attempt["state"], attempt["outcome"]) == (call.sid, "canceled", "canceled")
    assert datetime.fromisoformat(attempt["permit_expires_at"]) == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_a_call_that_twilio_has_dialled_in_the_meantime_is_left_alone(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee("90")
    gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice")
    [attempt] = attempts_at(gateway, callee)
    gateway.services.status_reports.receive(
        attempt["attempt_id"],
        [("CallSid", attempt["call_sid"]), ("CallStatus", "ringing"), ("SequenceNumber", "1")],
    )

    assert watch(gateway, timedelta(seconds=11)) == 0
    assert simulator.call(attempt["call_sid"])["call"]["status"] == "queued"


def test_a_call_that_was_never_rung_leaves_the_attempt_to_be_made_later(gateway: Gateway) -> None:
    callee = a_callee("90")
    gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice")
    watch(gateway, timedelta(seconds=11))

    asked = {"campaign": "spring", "callee": callee, "at": "2026-11-25T09:00:00+01:00"}
    answer = gateway.http().post("/v1/checks", json=asked, headers=gateway.dialer.bearer)

    assert answer.json is not None
    assert answer.json["permitted"], answer.json["reasons"]


def test_a_participant_that_still_waits_is_cancelled_too(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee("90")
    gateway.sdk().conferences("floor").participants.create(to=callee, from_=CALLER_ID)

    assert watch(gateway, timedelta(seconds=11)) == 1
    assert attempts_at(gateway, callee)[0]["state"] == "canceled"


def test_a_call_that_nobody_was_told_of_is_cancelled_once_it_is_found(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee("90")
    simulator.set_faults(create_drop=1, create_makes_call=1)
    with pytest.raises(TwilioRestException, match="do not call again"):
        gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice")
    simulator.set_faults()
    assert watch(gateway, timedelta(seconds=30)) == 0, "it is not known to wait"

    gateway.sweep(timedelta(seconds=30))

    assert watch(gateway, timedelta(seconds=30)) == 1
    [attempt] = attempts_at(gateway, callee)
    assert simulator.call(attempt["call_sid"])["call"]["status"] == attempt["state"] == "canceled"


def test_while_twilio_does_not_answer_it_is_asked_again(gateway: Gateway, simulator: Simulator) -> None:
    callees = [a_callee("90") for _ in range(3)]
    for callee in callees:
        gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice")
    services = gateway.services
    clock = Clock(services.clock.offset + timedelta(seconds=11))
    watching = QueueWatch(services.database, twilio_carrier(services.settings), clock)

    simulator.set_faults(request_503=1)
    assert watching.run() == 0
    simulator.set_faults()

    assert watching.run() == 2, "the one that was asked about is asked about again after five seconds"
    assert watch(gateway, timedelta(seconds=17)) == 1
    assert {attempts_at(gateway, callee)[0]["state"] for callee in callees} == {"canceled"}


def test_it_does_not_matter_whether_the_answer_or_twilios_report_tells_of_the_end_first(
    gateway: Gateway, simulator: Simulator
) -> None:
    callee = a_callee("90")
    sid = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice").sid

    class Slow(TwilioCarrier):
        """Its answer comes when the report has come."""

        def update(self, call_sid: str, parameters: Pairs) -> dict[str, Any]:
            answer = super().update(call_sid, parameters)
            while attempts_at(gateway, callee)[0]["state"] != "canceled":
                Event().wait(0.01)
            return answer

    given, clock = gateway.services.settings, Clock(gateway.services.clock.offset + timedelta(seconds=11))
    carrier = Slow(given.twilio_account_sid, given.twilio_auth_token.get_secret_value(), simulator.url, 8)

    assert QueueWatch(gateway.services.database, carrier, clock).run() == 1

    [attempt] = attempts_at(gateway, callee)
    assert (attempt["call_sid"], attempt["outcome"]) == (sid, "canceled")
    asked = {"campaign": "spring", "callee": callee, "at": "2026-11-25T09:00:00+01:00"}
    answer = gateway.http().post("/v1/checks", json=asked, headers=gateway.dialer.bearer)
    assert answer.json
    assert answer.json["permitted"], "it never rang, so it does not count"


def test_what_is_rung_shortly_before_closing_time_is_silent_by_then(gateway: Gateway, simulator: Simulator) -> None:
    callee = a_callee("90")
    gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=f"{NOBODY}/voice", timeout=60)

    [made] = [each for each in simulator.calls() if each["call"]["to"] == callee]
    rung_at = parsedate_to_datetime(made["call"]["date_created"])
    ends_at = rung_at + timedelta(seconds=int(made["parameters"]["Timeout"]))
    assert ends_at <= datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_after_closing_time_no_call_is_created(simulator: Simulator, tmp_path: Path) -> None:
    offset = (BEFORE_CLOSING + timedelta(seconds=11) - datetime.now(UTC)).total_seconds()
    store = f"sqlite:///{tmp_path / 'late.sqlite3'}"
    with (
        running_gateway(store, simulator, clock_offset_seconds=offset) as gateway,
        pytest.raises(TwilioRestException, match=r"hours\.outside_window"),
    ):
        gateway.sdk().calls.create(to=a_callee("90"), from_=CALLER_ID, url=f"{NOBODY}/voice")
