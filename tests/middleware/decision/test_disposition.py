from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.disposition import ENDED, RANK, State, advance, outcome_from_twilio, state_from_twilio
from middleware.decision.model import Outcome

TWILIO_STATUSES = (
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
)


@pytest.mark.parametrize(
    ("call_status", "sip", "answered_by", "outcome"),
    [
        ("completed", None, None, Outcome.ANSWERED),
        ("completed", "200", "human", Outcome.ANSWERED),
        ("completed", "200", "unknown", Outcome.ANSWERED),
        ("completed", "200", "machine_start", Outcome.VOICEMAIL),
        ("completed", "200", "machine_end_beep", Outcome.VOICEMAIL),
        ("completed", "200", "machine_end_silence", Outcome.VOICEMAIL),
        ("completed", "200", "machine_end_other", Outcome.VOICEMAIL),
        ("completed", "200", "fax", Outcome.VOICEMAIL),
        ("busy", "486", None, Outcome.BUSY),
        ("busy", None, None, Outcome.BUSY),
        ("failed", "486", None, Outcome.BUSY),  # engaged, or refused by the phone: nothing to try again at once
        ("no-answer", "486", None, Outcome.BUSY),
        ("failed", "600", None, Outcome.BUSY),
        ("completed", "486", None, Outcome.ANSWERED),
        ("busy", "603", None, Outcome.REJECTED),
        ("failed", "603", None, Outcome.REJECTED),
        ("no-answer", "607", None, Outcome.REJECTED),
        ("no-answer", "487", None, Outcome.NO_ANSWER),
        ("failed", "404", None, Outcome.FAILED),
        ("canceled", None, None, Outcome.CANCELED),
        ("queued", None, None, None),
        ("initiated", None, None, None),
        ("ringing", None, None, None),
        ("in-progress", "200", "human", None),
        ("something-new", None, None, None),
        ("", None, None, None),
    ],
)
def test_the_last_report_of_a_call_tells_how_it_ended(
    call_status: str, sip: str | None, answered_by: str | None, outcome: Outcome | None
) -> None:
    assert outcome_from_twilio(call_status, sip, answered_by) is outcome


@pytest.mark.parametrize("call_status", TWILIO_STATUSES)
def test_every_status_of_twilio_is_known(call_status: str) -> None:
    assert state_from_twilio(call_status) is not None


def test_a_status_that_twilio_does_not_have_is_no_state_even_if_it_is_one_of_ours() -> None:
    assert [state_from_twilio(word) for word in ("permitted", "withdrawn", "COMPLETED", "")] == [None] * 4


@pytest.mark.parametrize(
    ("current", "reported", "then"),
    [
        (State.PERMITTED, State.EXPIRED, State.EXPIRED),
        (State.PERMITTED, State.WITHDRAWN, State.WITHDRAWN),
        (State.PERMITTED, State.UNCERTAIN, State.UNCERTAIN),
        (State.PERMITTED, State.COMPLETED, State.COMPLETED),
        (State.UNCERTAIN, State.RINGING, State.RINGING),
        (State.UNCERTAIN, State.EXPIRED, State.UNCERTAIN),
        (State.EXPIRED, State.WITHDRAWN, State.WITHDRAWN),
        (State.EXPIRED, State.PLACED, State.PLACED),
        (State.EXPIRED, State.NO_ANSWER, State.NO_ANSWER),
        (State.WITHDRAWN, State.RINGING, State.RINGING),
        (State.PLACED, State.WITHDRAWN, State.PLACED),
        (State.RINGING, State.PLACED, State.RINGING),
        (State.RINGING, State.EXPIRED, State.RINGING),
        (State.IN_PROGRESS, State.RINGING, State.IN_PROGRESS),
        (State.IN_PROGRESS, State.COMPLETED, State.COMPLETED),
        (State.COMPLETED, State.IN_PROGRESS, State.COMPLETED),
        (State.COMPLETED, State.BUSY, State.COMPLETED),
        (State.BUSY, State.COMPLETED, State.BUSY),
        (State.REFUSED, State.COMPLETED, State.REFUSED),
    ],
)
def test_a_report_moves_the_state_forwards_or_not_at_all(current: State, reported: State, then: State) -> None:
    assert advance(current, reported) is then


def test_every_state_has_a_rank() -> None:
    assert set(RANK) == set(State)


@pytest.mark.parametrize("end", sorted(ENDED))
def test_all_orders_of_a_calls_reports_lead_to_its_end(end: State) -> None:
    reports = (State.PLACED, State.PLACED, State.RINGING, State.IN_PROGRESS, end)

    assert {_merged(State.PERMITTED, order) for order in permutations(reports)} == {end}


@given(st.data())
def test_any_order_of_reports_with_any_repeats_leads_to_one_state(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([State.PERMITTED, State.EXPIRED, State.UNCERTAIN, State.WITHDRAWN]))
    end = data.draw(st.sampled_from(sorted(ENDED)))  # a call ends in one way; the reports repeat it
    known = [*sorted(set(State) - ENDED - {State.REFUSED}), end]
    reports = data.draw(st.lists(st.sampled_from(known), max_size=8))
    shuffled = data.draw(st.permutations(reports + data.draw(st.lists(st.sampled_from(reports or [start])))))

    if reports:
        assert _merged(start, shuffled) is _merged(start, reports)


@given(st.sampled_from(State), st.sampled_from(State))
def test_a_state_never_falls_back(current: State, reported: State) -> None:
    assert RANK[advance(current, reported)] >= RANK[current]


def _merged(state: State, reports: Sequence[State]) -> State:
    for report in reports:
        state = advance(state, report)
    return state
