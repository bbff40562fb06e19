"""Promises, relays, queues that lose and repeat, workers that die, sleep and fail: in whatever order chance has it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete

from middleware.errors import CallbackFailed, QueueUnavailable
from middleware.services.delivery import AT_WORK, IN_QUEUE, LONGEST_WAIT
from middleware.store.database import Database
from middleware.store.models import OutboxRow
from tests.fakes import Killed
from tests.office import Office

SECOND = timedelta(seconds=1)
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
