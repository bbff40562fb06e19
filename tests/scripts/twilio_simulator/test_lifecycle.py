"""The life of a call under a clock that a test turns by hand, whatever is done to the call meanwhile."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.twilio_simulator.call_request import Detection
from scripts.twilio_simulator.calls import Call, Status
from scripts.twilio_simulator.lifecycle import Lifecycle, Moment
from scripts.twilio_simulator.outcomes import Ending, Plan
from tests.scripts.twilio_simulator.hand_clock import NOON, HandClock, some_call, some_plan

ORDER = list(Moment)


class Exchange:
    """One call, and what was observed of it: (second, moment, status)."""

    def __init__(self, plan: Plan | None = None, time_scale: float = 1.0, **request: Any) -> None:
        self.clock = HandClock()
        self.observed: list[tuple[float, Moment, Status]] = []
        self.lifecycle = Lifecycle(self.clock, self.clock.date, time_scale, 1.0, self._observe)
        self.call = some_call(plan=plan, **request)
        self.lifecycle.place(self.call)

    def _observe(self, call: Call, moment: Moment) -> None:
        self.observed.append((self.clock.now(), moment, call.status))


def test_an_answered_call_takes_the_time_of_its_plan() -> None:
    exchange = Exchange(some_plan(post_dial_seconds=1, ring_seconds=5, talk_seconds=60))

    exchange.clock.advance(3600)

    assert exchange.observed == [
        (0.0, Moment.QUEUED, Status.QUEUED),
        (0.0, Moment.DIALLED, Status.QUEUED),
        (1.0, Moment.RINGING, Status.RINGING),
        (6.0, Moment.ANSWERED, Status.IN_PROGRESS),
        (66.0, Moment.ENDED, Status.COMPLETED),
    ]
    state = exchange.call.state
    assert state.start_time is not None
    assert state.end_time is not None
    assert (state.start_time - NOON).total_seconds() == 1
    assert (state.end_time - NOON).total_seconds() == 66
    assert (state.duration, state.sip_response_code) == (60, 200)


def test_a_faster_time_scale_shortens_the_call_but_not_its_duration() -> None:
    exchange = Exchange(some_plan(), time_scale=60)

    exchange.clock.advance(1.1)

    assert exchange.observed[-1] == (1.1, Moment.ENDED, Status.COMPLETED)
    assert exchange.call.state.duration == 60


@pytest.mark.parametrize("time_scale", [1.0, 60.0])
@pytest.mark.parametrize(
    ("plan", "ring_timeout", "status", "ends_at"),
    [
        (some_plan(ending=Ending.NO_ANSWER), 20, Status.NO_ANSWER, 21),
        (some_plan(ring_seconds=30), 20, Status.NO_ANSWER, 21),
        (some_plan(ring_seconds=20), 20, Status.NO_ANSWER, 21),
        (some_plan(ring_seconds=19), 20, Status.COMPLETED, 80),
        (some_plan(ending=Ending.BUSY, ring_seconds=30), 20, Status.NO_ANSWER, 21),
        (some_plan(ending=Ending.BUSY, ring_seconds=3, sip_response_code=486), 20, Status.BUSY, 4),
        (some_plan(ending=Ending.FAILED, sip_response_code=404), 20, Status.FAILED, 1),
    ],
)
def test_no_call_rings_longer_than_its_timeout(
    plan: Plan, ring_timeout: int, status: Status, ends_at: float, time_scale: float
) -> None:
    exchange = Exchange(plan, time_scale=time_scale, ring_timeout=ring_timeout)

    exchange.clock.advance(3600)

    ended, _, final = exchange.observed[-1]
    assert final is status
    assert ended * time_scale == pytest.approx(ends_at)
    expected_code = 487 if status is Status.NO_ANSWER else plan.sip_response_code
    assert exchange.call.state.sip_response_code == expected_code


@pytest.mark.parametrize(("limit", "duration"), [(10, 10), (60, 60), (61, 60)])
def test_the_time_limit_of_the_request_ends_a_conversation(limit: int, duration: int) -> None:
    exchange = Exchange(some_plan(talk_seconds=60), time_limit=limit)

    exchange.clock.advance(3600)

    assert exchange.call.state.duration == duration


@pytest.mark.parametrize(("limit", "duration"), [(5, 20), (20, 20), (30, 30), (300, 60)])
def test_a_time_limit_set_during_a_conversation_counts_from_the_answer(limit: int, duration: int) -> None:
    exchange = Exchange(some_plan(talk_seconds=60))
    exchange.clock.advance(6 + 20)

    exchange.lifecycle.limit(exchange.call, limit)
    exchange.clock.advance(3600)

    assert exchange.observed[-1][0] == 6 + duration


@pytest.mark.parametrize(
    ("seconds", "cancelled", "completed", "code"),
    [
        (0.0, Status.CANCELED, Status.CANCELED, 487),
        (0.5, Status.CANCELED, Status.CANCELED, 487),
        (3.0, Status.CANCELED, Status.CANCELED, 487),
        (30.0, Status.IN_PROGRESS, Status.COMPLETED, 200),
    ],
)
def test_cancel_ends_what_is_unanswered_and_complete_ends_everything(
    seconds: float, cancelled: Status, completed: Status, code: int
) -> None:
    first, second = Exchange(), Exchange()
    for exchange in (first, second):
        exchange.clock.advance(seconds)

    first.lifecycle.cancel(first.call)
    second.lifecycle.complete(second.call)

    assert (first.call.status, second.call.status) == (cancelled, completed)
    assert second.call.state.sip_response_code == code
    assert second.call.state.duration == (24 if completed is Status.COMPLETED else 0)
    second.clock.advance(3600)
    assert second.observed[-1][:2] == (seconds, Moment.ENDED)


@pytest.mark.parametrize(("talk", "expected"), [(60, 3.0), (4, 2.0)])
def test_machine_detection_speaks_up_before_the_call_ends(talk: int, expected: float) -> None:
    detection = Detection("Enable", timeout_seconds=30, asynchronous=False, webhook=None)
    exchange = Exchange(some_plan(talk_seconds=talk, detection_seconds=3.0), detection=detection)

    exchange.clock.advance(3600)

    assert [(second, moment) for second, moment, _ in exchange.observed[3:5]] == [
        (6.0, Moment.ANSWERED),
        (6.0 + expected, Moment.DETECTED),
    ]
    assert exchange.call.state.answered_by == "human"
    assert exchange.call.detection_ms == expected * 1000


acts = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(0, 100)),
        st.tuples(st.sampled_from(["cancel", "complete", "forget"]), st.just(0.0)),
        st.tuples(st.just("limit"), st.integers(1, 100)),
    ),
    max_size=8,
)
plans = st.builds(
    some_plan,
    ending=st.sampled_from(Ending),
    post_dial_seconds=st.floats(0, 3),
    ring_seconds=st.floats(0, 100),
    talk_seconds=st.integers(0, 100),
)


@given(plan=plans, ring_timeout=st.integers(1, 60), time_limit=st.integers(1, 200), acts=acts)
def test_whatever_is_done_to_a_call_it_moves_forward_and_ends_once(
    plan: Plan, ring_timeout: int, time_limit: int, acts: list[tuple[str, float]]
) -> None:
    exchange = Exchange(plan, ring_timeout=ring_timeout, time_limit=time_limit)
    call, forgotten = exchange.call, False

    for act, amount in acts:
        if act == "advance":
            exchange.clock.advance(amount)
        elif act == "limit" and not call.status.is_final:
            exchange.lifecycle.limit(call, int(amount))
        elif not call.status.is_final:
            getattr(exchange.lifecycle, act)(call)
            forgotten = forgotten or act == "forget"
    exchange.clock.advance(1000)

    moments = [moment for _, moment, _ in exchange.observed]
    assert moments == sorted(set(moments), key=ORDER.index)
    assert call.status.is_final or forgotten
    seconds = {moment: second for second, moment, _ in exchange.observed}
    if Moment.RINGING in seconds:
        rang_until = seconds.get(Moment.ANSWERED, seconds.get(Moment.ENDED))
        assert rang_until is None or rang_until - seconds[Moment.RINGING] <= ring_timeout + 1e-6
    if call.status is Status.COMPLETED:
        assert (call.state.duration or 0) <= plan.talk_seconds
        assert seconds[Moment.ENDED] - seconds[Moment.ANSWERED] == pytest.approx(call.state.duration, abs=0.51)
    elif call.status.is_final:
        assert call.state.duration == 0
