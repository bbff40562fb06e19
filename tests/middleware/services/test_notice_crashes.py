"""However processes die, sleep and lose connections, nobody gets the information mail twice, and no duty is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from middleware.services.delivery import AT_WORK, IN_QUEUE, LONGEST_WAIT, Delivery, Relay
from middleware.services.notices import Notices
from middleware.store.database import Database
from middleware.store.models import ContactNumberRow, ContactRow, NoticeRow, OutboxRow
from middleware.store.notices import SEND_NOTICE
from tests.builders import NOON
from tests.fakes import Killed, ScriptedTransport
from tests.hand_queue import HandQueue
from tests.notice_office import LINKS, MAIL_FROM, TEMPLATES
from tests.people import insert_contact, owe
from tests.rows import insert_campaign
from tests.stopped_clock import StoppedClock

ENDS = (
    *("takes", "defers", "refuses", "dies", "defers late", "refuses late", "dies late"),
    *("dies delivered", "lost", "lost early"),
)
PLANS = (
    *ENDS,
    *(f"slow {end}" for end in ENDS),
    *(f"slow late {end}" for end in ENDS if end not in {"dies", "defers"}),
)


class Crashes(RuleBasedStateMachine):
    """Two people owe to be informed; relays, workers and the mail server fare as chance has it."""

    store: Database

    def __init__(self) -> None:
        super().__init__()
        with self.store.writing() as connection:
            for table in (NoticeRow, OutboxRow, ContactNumberRow, ContactRow):
                connection.execute(delete(table))
        self.clock = StoppedClock(NOON)
        self.queue = HandQueue()
        self.relay = Relay(self.store, self.queue, self.clock)
        self.transport = ScriptedTransport()
        self.transport.meanwhile = self.others_go_on
        notices = Notices(self.store, self.transport, TEMPLATES, LINKS, self.clock, MAIL_FROM)
        self.delivery = Delivery(self.store, self.clock, {SEND_NOTICE: notices.send})

    @initialize()
    def calls_were_answered(self) -> None:
        for name in ("anna", "bo"):
            assert owe(self.store, insert_contact(self.store, email=f"{name}@boozt.example"))

    @rule(plans=st.lists(st.sampled_from(PLANS), min_size=1, max_size=3))
    def a_worker_takes_a_job(self, plans: list[str]) -> None:
        self.transport.plans = list(plans)
        if not self.queue.jobs:
            self.relay.run()
        if self.queue.jobs:
            self.work()

    @rule(seconds=st.sampled_from([2, 20, 90, 1800]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule()
    def the_queue_doubles_its_jobs(self) -> None:
        self.queue.jobs.extend(list(self.queue.jobs))

    @rule()
    def the_queue_loses_everything(self) -> None:
        self.queue.forget()

    def work(self) -> None:
        with suppress(Killed):
            self.delivery.run(*self.queue.jobs.popleft())

    def others_go_on(self) -> None:
        """Longer than anybody may work: the relay gives everything to others, who may be through before us."""
        self.clock.move(AT_WORK + IN_QUEUE)
        self.relay.run()
        for _ in range(len(self.queue.jobs)):
            if self.queue.jobs:
                self.work()

    def states(self) -> dict[str, str]:
        with self.store.reading() as connection:
            rows = connection.execute(select(NoticeRow.id, NoticeRow.state))
            return {f"<notice.{row.id}@ringfence.example>": row.state for row in rows}

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        assert len(set(self.transport.delivered)) == len(self.transport.delivered)

    @invariant()
    def what_may_have_arrived_is_never_due_again(self) -> None:
        states = self.states()
        assert {states[message_id] for message_id in self.transport.delivered} <= {"handed", "sent", "uncertain"}

    def teardown(self) -> None:
        """When all is well again every duty is settled, and those that are called sent have arrived."""
        self.transport.plans = []
        for _ in range(40):
            self.clock.move(LONGEST_WAIT)
            self.relay.run()
            while self.queue.jobs:
                self.work()
            with self.store.reading() as connection:
                if set(connection.scalars(select(OutboxRow.state))) <= {"done"}:
                    break
        states = self.states()
        assert set(states.values()) <= {"sent", "refused", "uncertain"}
        for message_id, state in states.items():
            if state != "uncertain":
                assert (message_id in self.transport.delivered) == (state == "sent")
        self.nobody_gets_it_twice()


def test_nobody_gets_a_notice_twice_and_every_duty_is_settled(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store)
    chance = settings(
        max_examples=60,
        stateful_step_count=12,
        deadline=None,
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )

    class OnThisStore(Crashes):
        store = sqlite_store

    run_state_machine_as_test(OnThisStore, settings=chance)
