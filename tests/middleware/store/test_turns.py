"""Writers of one process get their turn in the order in which they asked, whatever happens to those before them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import FrameType

import pytest

from middleware.store.turns import Turns

DEADLINE = 10.0


class Interrupted(Exception):
    """What the signal of this test raises in whoever waits."""


def waiting(turns: Turns) -> int:
    """How many stand in the queue; nothing outside tells that a thread has begun to wait."""
    return len(turns._waiting)


def until(is_so: Callable[[], bool]) -> None:
    """Return when it is so."""
    tick = threading.Event()
    for _ in range(int(DEADLINE / 0.002)):
        if is_so():
            return
        tick.wait(0.002)
    raise AssertionError("it did not come to be in time")


def queue_up(pool: ThreadPoolExecutor, turns: Turns, work: Callable[[], None]) -> Future[None]:
    """One more waiter, certainly behind all others."""

    def take_a_turn() -> None:
        with turns:
            work()

    before = waiting(turns)
    future = pool.submit(take_a_turn)
    until(lambda: waiting(turns) == before + 1)
    return future


def test_who_asks_first_is_served_first() -> None:
    turns, served = Turns(), list[int]()
    with ThreadPoolExecutor(20) as pool:
        with turns:
            futures = [queue_up(pool, turns, partial(served.append, place)) for place in range(20)]
        for future in futures:
            future.result(DEADLINE)

    assert served == list(range(20))


def test_a_newcomer_does_not_overtake_who_was_just_called() -> None:
    turns, served = Turns(), list[str]()
    with ThreadPoolExecutor(1) as pool:
        turns.__enter__()
        waiter = queue_up(pool, turns, partial(served.append, "who waited"))
        turns.__exit__(None, None, None)  # it is the waiter's turn now, running or not
        with turns:
            served.append("newcomer")
        waiter.result(DEADLINE)

    assert served == ["who waited", "newcomer"]


def test_only_one_has_the_turn_at_a_time() -> None:
    turns, inside, most = Turns(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns:
                inside += 1
                most = max(most, inside)
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work) for _ in range(8)]:
            future.result(DEADLINE)

    assert (most, inside) == (1, 0)


def test_an_error_inside_hands_the_turn_on() -> None:
    turns, served = Turns(), list[str]()

    def fail(pool: ThreadPoolExecutor) -> None:
        with turns:
            queue_up(pool, turns, partial(served.append, "next"))
            raise ZeroDivisionError

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError):
            fail(pool)
        with turns:
            served.append("after")

    assert served == ["next", "after"]


def test_who_is_interrupted_while_waiting_leaves_the_queue() -> None:
    turns, served = Turns(), list[str]()
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    def hold_until_the_main_thread_was_interrupted() -> None:
        until(lambda: waiting(turns) == 1)
        signal.pthread_kill(main, signal.SIGUSR1)
        until(lambda: waiting(turns) == 0)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with ThreadPoolExecutor(2) as pool:
            taken = threading.Event()

            def hold() -> None:
                with turns:
                    taken.set()
                    hold_until_the_main_thread_was_interrupted()

            holder = pool.submit(hold)
            assert taken.wait(DEADLINE)
            with pytest.raises(Interrupted), turns:
                served.append("the interrupted one")
            holder.result(DEADLINE)
            queued = pool.submit(lambda: turns.__enter__())
            queued.result(DEADLINE)  # nobody is called who is gone
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert served == []
