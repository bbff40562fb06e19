"""Does what the outbox holds: claims what is due, hands ids to the queue, and runs each row once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from middleware.clock import Clock
from middleware.errors import RingfenceError
from middleware.gateways.ports import JobQueue
from middleware.services.routes.callbacks import FORWARD_CALLBACK
from middleware.services.status_reports import FORWARD_REPORT
from middleware.store.database import Database
from middleware.store.notices import DEADLINE, SEND_NOTICE
from middleware.store.outbox import Promise, begin, claim_due, finish, give_up, put_back

logger = logging.getLogger(__name__)
IN_QUEUE = timedelta(seconds=20)  # how long a queued id may wait before it is taken as lost
AT_WORK = timedelta(seconds=90)  # how long a started one may work before its worker is taken as dead
MOST_TRIES = 40
LONGEST_WAIT = timedelta(minutes=30)
MOST_TRIES_OF = {
    # Some four minutes. A dialer's server that cannot take one event would otherwise keep back the later ones of the
    # call; Twilio itself tries twice at most.
    FORWARD_REPORT: 8,
    FORWARD_CALLBACK: 8,  # of the same stream
    # A mail that waits for its relay to be mended is owed for a month, and somebody has to notice first.
    SEND_NOTICE: DEADLINE // LONGEST_WAIT,
}
AT_ONCE = 100
# Ids in the queue beyond which more would only wait there until their leases end and they are queued again and again
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Relay:
    """Moves due rows into the queue. What the queue loses comes due again when its lease ends."""

    database: Database
    queue: JobQueue
    clock: Clock

    def run(self) -> int:
        """One pass; returns how many rows were queued. Raises `QueueUnavailable`; they come due again.

        While workers are behind, rows wait in the store: the queue stays short, whatever piles up.
        """
        if self.queue.waiting() >= MOST_WAITING:
            return 0
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
        the row is put back with a growing wait, and given up for good as a dead letter after the last of its tries."""
        with self.database.writing() as connection:
            mine = begin(connection, outbox_id, tries, self.clock.now(), AT_WORK)
        if mine is None:
            return False
        most = MOST_TRIES_OF.get(mine.kind, MOST_TRIES)
        if tries > most:  # whoever tried died of it, every time
            self._failed(mine, most, "every try ended its worker")
            return False
        try:
            self.doers[mine.kind](mine.ref)
        except RingfenceError as error:
            self._failed(mine, most, str(error))
            return False
        with self.database.writing() as connection:
            finish(connection, outbox_id)
        return True

    def _failed(self, mine: Promise, most: int, error: str) -> None:
        with self.database.writing() as connection:
            if mine.tries < most:
                wait = min(timedelta(seconds=2 ** min(mine.tries, 12)), LONGEST_WAIT)
                put_back(connection, mine, error, self.clock.now() + wait)
                return
            is_given_up = give_up(connection, mine, error)
        if is_given_up:
            logger.error("%s: outbox row %s is given up after %d tries: %s", mine.kind, mine.id, mine.tries, error)
