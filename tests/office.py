"""A relay, a queue and a worker around a store, worked by hand: nothing waits, nothing happens by itself.

office = Office(store, lambda ref: ...)
office.promise("a")
office.relay.run()
office.work()
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from middleware.services.delivery import Delivery, Relay
from middleware.services.status_reports import FORWARD_REPORT
from middleware.store.database import Database
from middleware.store.models import OutboxRow
from middleware.store.notices import SEND_NOTICE
from middleware.store.outbox import promise
from tests.builders import NOON
from tests.hand_queue import HandQueue
from tests.stopped_clock import StoppedClock

KIND = "a_kind"


class Office:
    """`do` does every row; the clock stands at noon until it is moved."""

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
