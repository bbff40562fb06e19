"""What the outbox promises is done, whatever dies on the way: by a few cases, and by chance."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update

from middleware.errors import CallbackFailed, QueueUnavailable
from middleware.services.delivery import (
    AT_ONCE,
    AT_WORK,
    IN_QUEUE,
    LONGEST_WAIT,
    MOST_TRIES,
    MOST_TRIES_OF,
    MOST_WAITING,
    Delivery,
    Relay,
)
from middleware.services.status_reports import FORWARD_REPORT
from middleware.store.database import Database
from middleware.store.models import OutboxRow
from middleware.store.notices import SEND_NOTICE
from middleware.store.outbox import dead_letters, promise
from tests.builders import NOON
from tests.hand_queue import HandQueue
from tests.stopped_clock import StoppedClock

SECOND = timedelta(seconds=1)
KIND = "a_kind"


class Killed(BaseException):
    """A worker's end, as kill -9 makes it: nothing of ours runs any more."""


class Office:
    """A relay, a queue and a worker around one store, with a clock that stands until it is moved."""

    def __init__(self, store: Database, do: Callable[[str], None]) -> None:
        self.store = store
        self.clock = StoppedClock(NOON)
        self.queue = HandQueue()
        self.relay = Relay(store, self.queue, self.clock)
        self.delivery = Delivery(store, self.clock, {KIND: do, SEND_NOTICE: do, FORWARD_REPORT: do})

    def promise(self, ref: str, stream: str = "", kind: str = KIND) -> None:
        with self.store.writing() as connection:
            promise(connection, kind, ref, stream or ref, self.clock.now())

    def work(self) -> int:
        """Do what is queued; returns how many were done."""
        done = 0
        while self.queue.jobs:
            done += self.delivery.run(*self.queue.jobs.popleft())
        return done

    def rows(self) -> dict[str, OutboxRow]:
        with self.store.reading() as connection:
            found = connection.execute(select(OutboxRow.__table__)).all()
        return {row.ref: OutboxRow(**row._asdict()) for row in found}


class Doer:
    """Does nothing but remember; `errors` come before that, one at each call."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.done: list[str] = []

    def __call__(self, ref: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(ref)


def always_failing(_ref: str) -> None:
    raise CallbackFailed("it does not answer")


# ---------------------------------------------------------------- cases


def test_what_is_promised_is_done_once_and_the_row_says_so(store: Database) -> None:
    doer = Doer()
    office = Office(store, doer)
    office.promise("a")

    assert (office.relay.run(), office.work()) == (1, 1)
    assert (office.relay.run(), office.work()) == (0, 0)
    assert doer.done == ["a"]
    assert office.rows()["a"].state == "done"


def test_a_queue_that_is_down_loses_nothing(store: Database) -> None:
    doer = Doer()
    office = Office(store, doer)
    office.promise("a")
    office.queue.is_down = True
    with pytest.raises(QueueUnavailable):
        office.relay.run()

    office.queue.is_down = False
    assert office.relay.run() == 0  # it is leased as long as the queue might have it
    office.clock.move(IN_QUEUE)
    assert (office.relay.run(), office.work()) == (1, 1)
    assert doer.done == ["a"]


def test_a_queue_that_is_down_for_a_day_uses_up_no_tries(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    office.promise("a")
    for _ in range(2 * MOST_TRIES):
        office.relay.run()
        office.queue.forget()
        office.clock.move(IN_QUEUE)

    assert (office.relay.run(), office.work()) == (1, 1)
    assert office.rows()["a"].tries == 1


def test_the_queue_stays_short_while_no_worker_works(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    refs = {f"{number}" for number in range(MOST_WAITING + 2 * AT_ONCE)}
    for ref in refs:
        office.promise(ref)
    for _ in range(20):
        office.relay.run()
        office.clock.move(IN_QUEUE)
    assert office.queue.waiting() <= MOST_WAITING + AT_ONCE

    office.work()
    while office.relay.run():
        office.work()

    assert (set(doer.done), len(doer.done)) == (refs, len(refs))


def test_the_wait_after_a_failure_grows_to_half_an_hour(sqlite_store: Database) -> None:
    office = Office(sqlite_store, always_failing)
    office.promise("a")
    waits = []
    for _ in range(14):
        assert office.relay.run() == 1
        assert office.work() == 0
        row = office.rows()["a"]
        assert row.last_error == "it does not answer"
        waits.append(row.available_at - office.clock.now())
        office.clock.move(waits[-1] - SECOND)
        assert office.relay.run() == 0
        office.clock.move(SECOND)

    assert waits == [*(2**n * SECOND for n in range(1, 11)), *[LONGEST_WAIT] * 4]


@pytest.mark.parametrize(
    ("kind", "most"), [(KIND, MOST_TRIES), (FORWARD_REPORT, 8), (SEND_NOTICE, 1440)], ids=["usual", "report", "notice"]
)
def test_what_fails_every_time_ends_as_a_dead_letter(
    sqlite_store: Database, kind: str, most: int, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(sqlite_store, always_failing)
    office.promise("a", kind=kind)
    with sqlite_store.writing() as connection:  # all tries but the last two are behind it
        connection.execute(update(OutboxRow).values(tries=most - 2, begun_try=most - 2))
    for left in (1, 0):
        office.relay.run()
        office.work()
        assert office.rows()["a"].state == ("pending" if left else "dead")
        office.clock.move(LONGEST_WAIT)

    assert office.relay.run() == 0
    assert MOST_TRIES_OF.get(kind, MOST_TRIES) == most
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert f"given up after {most} tries" in record.getMessage()
    with sqlite_store.reading() as connection:
        assert dead_letters(connection) == 1


def test_what_kills_every_worker_ends_as_a_dead_letter_too(sqlite_store: Database) -> None:
    calls = Counter[str]()

    def kill(ref: str) -> None:
        calls[ref] += 1
        raise Killed

    office = Office(sqlite_store, kill)
    office.promise("a", kind=FORWARD_REPORT)
    for _ in range(8):
        assert office.relay.run() == 1
        with pytest.raises(Killed):
            office.work()
        office.clock.move(AT_WORK)

    assert (office.relay.run(), office.work()) == (1, 0)
    assert calls == {"a": 8}
    row = office.rows()["a"]
    assert (row.state, row.last_error) == ("dead", "every try ended its worker")


def test_an_error_that_nobody_foresaw_leaves_the_row_to_the_end_of_its_lease(sqlite_store: Database) -> None:
    doer = Doer(ZeroDivisionError())
    office = Office(sqlite_store, doer)
    office.promise("a")
    office.relay.run()

    with pytest.raises(ZeroDivisionError):
        office.work()

    office.clock.move(AT_WORK - SECOND)
    assert office.relay.run() == 0
    office.clock.move(SECOND)
    assert (office.relay.run(), office.work()) == (1, 1)
    assert doer.done == ["a"]


def test_rows_of_a_kind_that_this_version_does_not_know_stay_owed(sqlite_store: Database) -> None:
    office = Office(sqlite_store, Doer())
    office.promise("a", kind="from_the_future")
    office.relay.run()

    with pytest.raises(KeyError):
        office.work()

    assert office.rows()["a"].state == "pending"


def test_more_work_than_one_pass_takes_is_taken_by_the_next(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    for place in range(150):
        office.promise(f"{place}")

    assert [office.relay.run() for _ in range(3)] == [100, 50, 0]
    office.work()
    assert len(set(doer.done)) == 150


# ---------------------------------------------------------------- by chance

# how a worker that is given a job may fare with it; a slow one is taken for dead while others go on
PLANS = ("well", "fails", "dies before", "dies after", "slow", "slow and fails", "slow and dies after")
STREAMS = ("one call", "another call", "alone")


class Deliveries(RuleBasedStateMachine):
    """Promises, relays, queues that lose and repeat, workers that die, sleep and fail, in any order."""

    store: Database

    def __init__(self) -> None:
        super().__init__()
        with self.store.writing() as connection:
            connection.execute(delete(OutboxRow))
        self.office = Office(self.store, self.do)
        self.plans: list[str] = []
        self.stream_of: dict[str, str] = {}
        self.started: set[tuple[str, int]] = set()
        self.at_work: dict[str, datetime] = {}
        self.effects: list[str] = []

    @initialize(streams=st.lists(st.sampled_from(STREAMS), min_size=1, max_size=5))
    def begin(self, streams: list[str]) -> None:
        for stream in streams:
            self.promise(stream)

    @rule(stream=st.sampled_from(STREAMS))
    def promise(self, stream: str) -> None:
        ref = f"{len(self.stream_of):03d}"
        self.stream_of[ref] = stream
        self.office.promise(ref, stream)

    @rule()
    def relay(self) -> None:
        self.office.relay.run()

    @rule()
    def relay_while_the_queue_is_down(self) -> None:
        self.office.queue.is_down = True
        with suppress(QueueUnavailable):
            self.office.relay.run()
        self.office.queue.is_down = False

    @rule()
    def the_queue_loses_everything(self) -> None:
        self.office.queue.forget()

    @precondition(lambda self: self.office.queue.jobs)
    @rule(place=st.integers(0, 99))
    def the_queue_doubles_a_job(self, place: int) -> None:
        jobs = self.office.queue.jobs
        jobs.append(jobs[place % len(jobs)])

    @rule(seconds=st.sampled_from([1, 5, 20, 90, 1800]))
    def time_passes(self, seconds: int) -> None:
        self.office.clock.move(seconds * SECOND)

    @rule(place=st.integers(0, 99), plans=st.lists(st.sampled_from(PLANS), min_size=1, max_size=3))
    def a_worker_takes_a_job(self, place: int, plans: list[str]) -> None:
        self.plans = list(plans)
        if not self.office.queue.jobs:
            self.office.relay.run()
        if self.office.queue.jobs:
            self.work_at(place)

    def work_at(self, place: int) -> None:
        jobs = self.office.queue.jobs
        jobs.rotate(-(place % len(jobs)))
        outbox_id, tries = jobs.popleft()
        self.current = (outbox_id, tries)
        with suppress(Killed):
            self.office.delivery.run(outbox_id, tries)

    def do(self, ref: str) -> None:
        """The doer: fares as planned, and sees to it that it may work at this now."""
        assert self.current not in self.started, "the same try was begun twice"
        self.started.add(self.current)
        until = self.at_work.get(ref)
        assert until is None or self.office.clock.now() >= until, "two work at it at the same time"
        self.assert_first_of_its_stream(ref)
        mine = self.at_work[ref] = self.office.clock.now() + AT_WORK
        plan = self.plans.pop(0) if self.plans else "well"
        if plan == "dies before":
            raise Killed
        if plan.startswith("slow"):
            self.others_go_on()
        if plan.endswith("fails"):
            self.leave(ref, mine)
            raise CallbackFailed("it does not answer")
        self.effects.append(ref)
        if plan.endswith("dies after"):
            raise Killed
        self.leave(ref, mine)

    def leave(self, ref: str, until: datetime) -> None:
        """No longer at work, unless somebody else has begun since."""
        if self.at_work.get(ref) == until:
            del self.at_work[ref]

    def others_go_on(self) -> None:
        """Longer than anybody may work: the relay gives it to somebody else, who may be through before us."""
        self.office.clock.move(AT_WORK + IN_QUEUE)
        self.office.relay.run()
        for _ in range(len(self.office.queue.jobs)):
            if self.office.queue.jobs:
                self.work_at(0)

    def assert_first_of_its_stream(self, ref: str) -> None:
        rows = self.office.rows()
        earlier = [other for other in rows if self.stream_of[other] == self.stream_of[ref] and other < ref]
        assert all(rows[other].state == "done" for other in earlier), "an earlier one of the stream is not done"

    def teardown(self) -> None:
        """When all is well again everything gets done, and in order."""
        self.plans = []
        for _ in range(60):
            if all(row.state == "done" for row in self.office.rows().values()):
                break
            self.office.clock.move(LONGEST_WAIT)
            self.office.relay.run()
            while self.office.queue.jobs:
                self.work_at(0)
        assert {row.state for row in self.office.rows().values()} <= {"done"}
        for stream in STREAMS:
            first = list(dict.fromkeys(ref for ref in self.effects if self.stream_of[ref] == stream))
            assert first == sorted(first)
        assert set(self.effects) == set(self.stream_of)


def test_everything_promised_is_done_in_order_and_no_try_is_begun_twice(sqlite_store: Database) -> None:
    chance = settings(
        max_examples=50,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )

    class OnThisStore(Deliveries):
        store = sqlite_store

    run_state_machine_as_test(OnThisStore, settings=chance)
