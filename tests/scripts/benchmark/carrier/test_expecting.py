"""What a dialer must get of one call, when its carrier loses, repeats and delays what it reports."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.benchmark.carrier.expecting import Event, Expected, Received, expected, faults_of
from scripts.benchmark.carrier.subscriptions import EVENTS

ANSWERED = ("initiated", "ringing", "in-progress", "completed")


def report(number: int, status: str, *faults: str, tries: int = 1, status_code: int = 204) -> dict[str, Any]:
    attempts = [] if "lost" in faults else [{"status": status_code, "milliseconds": 5}] * tries
    return {
        "purpose": "status",
        "sequence_number": number,
        "parameters": {"CallStatus": status},
        "faults": list(faults),
        "attempts": attempts,
        "delivered": bool(attempts) and status_code < 400,
    }


def reports(*statuses: str, lost: str = "") -> list[dict[str, Any]]:
    return [report(number, status, *["lost"] * (status == lost)) for number, status in enumerate(statuses)]


def received(*events: Event) -> list[Received]:
    return [Received(event, f"token {place}") for place, event in enumerate(events)]


def test_all_events_of_an_answered_call_are_numbered_from_nought() -> None:
    call = expected(reports(*ANSWERED), EVENTS)

    assert call.must == {Event(number, status) for number, status in enumerate(ANSWERED)}
    assert call.may == frozenset()
    assert call.is_in_order


@pytest.mark.parametrize(
    ("wanted", "must"),
    [
        (("completed",), {Event(0, "completed")}),
        (("answered", "completed"), {Event(0, "in-progress"), Event(1, "completed")}),
        (("ringing", "answered"), {Event(0, "ringing"), Event(1, "in-progress")}),
        ((), set()),
    ],
)
def test_only_what_was_asked_for_counts(wanted: tuple[str, ...], must: set[Event]) -> None:
    assert expected(reports(*ANSWERED), wanted).must == must


def test_the_end_of_a_busy_call_is_the_event_completed() -> None:
    assert expected(reports("initiated", "ringing", "busy"), ("completed",)).must == {Event(0, "busy")}


def test_an_event_whose_report_was_lost_does_not_come_and_keeps_its_number() -> None:
    call = expected(reports(*ANSWERED, lost="ringing"), EVENTS)

    assert call.must == {Event(0, "initiated"), Event(2, "in-progress"), Event(3, "completed")}


def test_the_end_comes_even_if_its_report_was_lost() -> None:
    assert Event(3, "completed") in expected(reports(*ANSWERED, lost="completed"), EVENTS).must


def test_of_a_report_that_was_not_taken_nobody_knows() -> None:
    call = expected([report(0, "initiated", status_code=500), report(1, "failed")], EVENTS)

    assert call.must == {Event(1, "failed")}
    assert call.may == {Event(0, "initiated")}


def test_a_repeated_report_is_one_event() -> None:
    twice = [report(0, "initiated", "repeated"), report(0, "initiated", "repeated"), report(1, "failed")]

    assert expected(twice, EVENTS).must == {Event(0, "initiated"), Event(1, "failed")}


CALL = Expected(frozenset({Event(0, "ringing"), Event(1, "busy")}), frozenset(), is_in_order=True)


def test_what_came_as_it_must_has_no_fault() -> None:
    assert list(faults_of(received(Event(0, "ringing"), Event(1, "busy")), CALL)) == []


def test_one_delivery_that_was_repeated_counts_once() -> None:
    came = received(Event(0, "ringing"), Event(1, "busy"))

    assert list(faults_of([*came, came[1]], CALL)) == []


@pytest.mark.parametrize(
    ("came", "fault"),
    [
        ((Event(0, "ringing"),), "busy (1) did not come"),
        ((Event(0, "ringing"), Event(1, "busy"), Event(2, "completed")), "completed (2) came unasked"),
        ((Event(0, "ringing"), Event(1, "busy"), Event(1, "busy")), "busy (1) came 2 times"),
        ((Event(1, "busy"), Event(0, "ringing")), "came as busy (1), ringing (0)"),
    ],
)
def test_every_way_of_being_wrong_is_told(came: tuple[Event, ...], fault: str) -> None:
    assert list(faults_of(received(*came), CALL)) == [fault]


def test_what_was_told_late_may_come_late() -> None:
    delayed = [report(0, "ringing", "delayed"), report(1, "busy")]
    call = expected(delayed, EVENTS)

    assert list(faults_of(received(Event(1, "busy"), Event(0, "ringing")), call)) == []
