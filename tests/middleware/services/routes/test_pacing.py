"""Calls are created in turns, below the account's pace, whoever asks and however many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from middleware.clock import Clock
from middleware.errors import TooFast
from middleware.services.routes.pacing import Pacing
from middleware.store.database import Database
from middleware.store.pace import FURTHEST, claim_slot
from tests.builders import NOON
from tests.rows import migrated
from tests.stopped_clock import StoppedClock

ACCOUNT = "AC" + "0" * 32
GAP = timedelta(milliseconds=100)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    yield database
    database.dispose()


def pacing(database: Database, clock: Clock, waited: list[float], most_wait: float = 4.0, **changes: int) -> Pacing:
    """Ten calls a second."""
    return Pacing(database, clock, ACCOUNT, 10, timedelta(seconds=most_wait), waiter=waited.append, **changes)


def test_each_call_waits_for_its_turn_after_the_one_before(database: Database) -> None:
    waited: list[float] = []
    pace = pacing(database, StoppedClock(NOON), waited)

    for _ in range(4):
        pace.wait_for_turn()

    assert waited == pytest.approx([0.1, 0.2, 0.3])


def test_two_processes_share_one_pace(database: Database) -> None:
    waited: list[float] = []
    for pace in (pacing(database, StoppedClock(NOON), waited), pacing(database, StoppedClock(NOON), waited)) * 2:
        pace.wait_for_turn()

    assert waited == pytest.approx([0.1, 0.2, 0.3])


def test_a_pause_is_not_made_up_for_by_a_burst(database: Database) -> None:
    waited: list[float] = []
    pacing(database, StoppedClock(NOON), waited).wait_for_turn()
    later = pacing(database, StoppedClock(NOON + timedelta(seconds=30)), waited)

    later.wait_for_turn()
    later.wait_for_turn()

    assert waited == pytest.approx([0.1])


def test_whoever_would_wait_too_long_is_turned_away_and_takes_no_turn(database: Database) -> None:
    waited: list[float] = []
    pace = pacing(database, StoppedClock(NOON), waited, most_wait=0.15)
    pace.wait_for_turn()
    pace.wait_for_turn()
    with pytest.raises(TooFast):
        pace.wait_for_turn()
    with pytest.raises(TooFast):
        pace.wait_for_turn()

    pacing(database, StoppedClock(NOON), waited).wait_for_turn()

    assert waited == pytest.approx([0.1, 0.2])


def test_nobody_waits_past_the_end_of_the_permit(database: Database) -> None:
    pace = pacing(database, StoppedClock(NOON), [])
    pace.wait_for_turn(NOON)
    with pytest.raises(TooFast):
        pace.wait_for_turn(NOON + timedelta(milliseconds=50))
    pace.wait_for_turn(NOON + timedelta(milliseconds=100))
    with pytest.raises(TooFast):
        pace.wait_for_turn(NOON - timedelta(seconds=1))


def test_only_so_many_wait_at_once_and_the_others_hear_so_immediately(database: Database) -> None:
    is_waiting, may_go_on = threading.Event(), threading.Event()

    def wait(_: float) -> None:
        is_waiting.set()
        assert may_go_on.wait(20)

    pace = Pacing(database, StoppedClock(NOON), ACCOUNT, 10, timedelta(seconds=4), most_waiting=1, waiter=wait)
    pace.wait_for_turn()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(pace.wait_for_turn)
        assert is_waiting.wait(20)
        with pytest.raises(TooFast):
            pace.wait_for_turn()
        may_go_on.set()
        waiting.result(20)


def test_no_two_of_many_at_once_get_the_same_turn(database: Database) -> None:
    def claim(_: int) -> object:
        with database.writing() as connection:
            return claim_slot(connection, ACCOUNT, NOON, GAP, NOON + timedelta(hours=1))

    with ThreadPoolExecutor(8) as pool:
        slots = list(pool.map(claim, range(64)))

    assert sorted(slots, key=str) == [NOON + GAP * place for place in range(64)]


def test_a_clock_that_was_put_back_does_not_stop_all_calls(database: Database) -> None:
    waited: list[float] = []
    pacing(database, StoppedClock(NOON + FURTHEST * 10), waited).wait_for_turn()

    pacing(database, StoppedClock(NOON), waited).wait_for_turn()

    assert waited == []
