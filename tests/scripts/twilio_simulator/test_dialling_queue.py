"""The dialling queue under a clock that a test turns by hand."""

from itertools import pairwise

import pytest

from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.dialling_queue import DiallingQueue
from tests.scripts.twilio_simulator.hand_clock import HandClock, some_call


class Dialled:
    """Notes which call was dialled when."""

    def __init__(self, calls_per_second: float) -> None:
        self.clock = HandClock()
        self.queue = DiallingQueue(self.clock, calls_per_second, self._dial)
        self.log: list[tuple[float, int]] = []

    def _dial(self, call: Call) -> None:
        self.log.append((self.clock.now(), call.index))


def test_calls_are_dialled_in_order_at_the_pace_of_the_account() -> None:
    dialled = Dialled(calls_per_second=2)
    waits = [dialled.queue.join(some_call(number)) for number in range(4)]

    dialled.clock.advance(10)

    assert waits == [0, 500, 1000, 1500]
    assert dialled.log == [(0.0, 0), (0.5, 1), (1.0, 2), (1.5, 3)]


def test_an_idle_hour_saves_up_no_calls() -> None:
    dialled = Dialled(calls_per_second=1)
    dialled.queue.join(some_call(0))
    dialled.clock.advance(3600)

    waits = [dialled.queue.join(some_call(number)) for number in (1, 2)]
    dialled.clock.advance(10)

    assert waits == [0, 1000]
    assert dialled.log == [(0.0, 0), (3600.0, 1), (3601.0, 2)]


def test_a_call_that_comes_right_after_another_waits_its_turn() -> None:
    dialled = Dialled(calls_per_second=1)
    dialled.queue.join(some_call(0))
    dialled.clock.advance(0.25)

    assert dialled.queue.join(some_call(1)) == 750
    dialled.clock.advance(10)
    assert dialled.log == [(0.0, 0), (1.0, 1)]


def test_calls_behind_one_that_leaves_move_up() -> None:
    dialled = Dialled(calls_per_second=1)
    calls = [some_call(number) for number in range(3)]
    for call in calls:
        dialled.queue.join(call)

    dialled.queue.leave(calls[1])
    dialled.clock.advance(10)

    assert dialled.log == [(0.0, 0), (1.0, 2)]


@pytest.mark.parametrize("calls_per_second", [0.5, 1, 30])
def test_no_second_sees_more_calls_than_allowed(calls_per_second: float) -> None:
    dialled = Dialled(calls_per_second)
    for number in range(100):
        dialled.queue.join(some_call(number))
        dialled.clock.advance(0.013 * (number % 7))
    dialled.clock.advance(1000)

    moments = [moment for moment, _ in dialled.log]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert [number for _, number in dialled.log] == list(range(100))
    assert min(gaps) >= 1 / calls_per_second - 1e-9
