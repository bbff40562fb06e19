"""The gateway's attempts beside the carrier's calls."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.benchmark.carrier.attempts import differences


def a_call(status: str = "completed", duration: str | None = "40") -> dict[str, Any]:
    return {"call": {"sid": "CA1", "status": status, "duration": duration}, "sip_response_code": 200}


def an_attempt(**changes: Any) -> dict[str, Any]:
    ended = {"state": "completed", "call_sid": "CA1", "duration_seconds": 40, "sip_response_code": 200}
    return {**ended, "outcome": "answered", "ended_at": "then", **changes}


def test_a_call_and_its_attempt_that_agree_are_no_difference() -> None:
    assert list(differences([a_call()], [an_attempt()], 0)) == []


def test_an_end_that_had_to_be_asked_for_has_no_sip_code() -> None:
    assert list(differences([a_call()], [an_attempt(sip_response_code=None)], 0)) == []


@pytest.mark.parametrize(
    "changes",
    [{"state": "ringing"}, {"duration_seconds": 41}, {"sip_response_code": 486}, {"outcome": None}, {"ended_at": None}],
)
def test_what_differs_is_told_with_the_call(changes: dict[str, Any]) -> None:
    (told,) = differences([a_call()], [an_attempt(**changes)], 0)

    assert told.startswith("CA1: ")


def test_calls_and_attempts_without_each_other_are_told() -> None:
    assert list(differences([a_call()], [], 0)) == ["CA1 was made and no attempt knows it"]
    assert list(differences([], [an_attempt()], 0)) == ["CA1 is an attempt's call, and was never made"]


def test_a_request_that_was_turned_away_leaves_an_attempt_that_does_not_count() -> None:
    turned_away = an_attempt(state="withdrawn", call_sid=None)

    assert list(differences([a_call()], [an_attempt(), turned_away], 1)) == []
    assert len(list(differences([a_call()], [an_attempt(), turned_away], 0))) == 1
    assert len(list(differences([a_call()], [an_attempt(), an_attempt(state="placed", call_sid=None)], 1))) == 1
