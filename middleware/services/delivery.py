"""Does what the outbox holds: claims what is due, hands ids to the queue, and runs each row once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from middleware.clock import Clock
from middleware.errors import RingfenceError
from middleware.gateways.ports import JobQueue
from middleware.store.database import Database
from middleware.store.outbox import begin, claim_due, finish, give_up, put_back

logger = logging.getLogger(__name__)
IN_QUEUE = timedelta(seconds=20)  # how long a queued id may wait before it is taken as lost
AT_WORK = timedelta(seconds=90)  # how long a started one may work before its worker is taken as dead
MOST_TRIES = 40
LONGEST_WAIT = timedelta(minutes=30)
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Relay:
    """Moves due rows into the queue. What the queue loses comes due again when its lease ends."""

    database: Database
    queue: JobQueue
    clock: Clock

    def run(self) -> int:
        """One pass; returns how many rows were queued. Raises `QueueUnavailable`; they come due again."""
        with self.database.writing() as connection:
            due = claim_due(connection, self.clock.now(), IN_QUEUE, AT_ONCE)
        for promised in due:
            self.queue.enqueue(promised.id, promised.tries)
        return len(due)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Runs one row. `doers` maps a kind to what does it; a doer must itself be harmless when repeated."""

    database: Database
    clock: Clock
    doers: Mapping[str, Callable[[str], None]]

    def run(self, outbox_id: str, tries: int) -> bool:
        """Do the row if this try is still the current one; True when it is done now. Never raises for a failed doer:
        the row is put back with a growing wait, and given up for good as a dead letter at the fortieth try."""
        with self.database.writing() as connection:
            mine = begin(connection, outbox_id, tries, self.clock.now(), AT_WORK)
        if mine is None:
            return False
        try:
            self.doers[mine.kind](mine.ref)
        except RingfenceError as error:
            self._failed(outbox_id, tries, error)
            return False
        with self.database.writing() as connection:
            finish(connection, outbox_id)
        return True

    def _failed(self, outbox_id: str, tries: int, error: RingfenceError) -> None:
        with self.database.writing() as connection:
            if tries >= MOST_TRIES:
                give_up(connection, outbox_id, str(error))
                logger.error("outbox row %s is given up after %d tries: %s", outbox_id, tries, error)
                return
            wait = min(timedelta(seconds=2 ** min(tries, 12)), LONGEST_WAIT)
            put_back(connection, outbox_id, str(error), self.clock.now() + wait)
