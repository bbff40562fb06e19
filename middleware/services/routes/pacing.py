"""Calls are created below the account's calls per second, so that none waits in Twilio's queue, where a call that may
be made now would ring at another time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from middleware.clock import Clock
from middleware.errors import TooFast
from middleware.store.database import Database
from middleware.store.pace import claim_slot

MOST_WAITING = 2  # requests of one process at once; its other threads go on answering what may be called


def wait(seconds: float) -> None:
    """Let time pass."""
    threading.Event().wait(seconds)


class Pacing:
    """One account. `most_wait`: how long a request may wait for its turn."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        account: str,
        calls_per_second: float,
        most_wait: timedelta,
        *,
        most_waiting: int = MOST_WAITING,
        waiter: Callable[[float], None] = wait,
    ) -> None:
        self._database = database
        self._clock = clock
        self._account = account
        self._gap = timedelta(seconds=1 / calls_per_second)
        self._most_wait = most_wait
        self._wait = waiter
        self._places = threading.BoundedSemaphore(most_waiting)

    def wait_for_turn(self, until: datetime | None = None) -> None:
        """Returns when a call may be created. Raises `TooFast` where that would take too long, or lie after `until`:
        then no turn is taken."""
        now = self._clock.now()
        can_wait = self._places.acquire(blocking=False)
        try:
            latest = now + self._most_wait if can_wait else now
            if until is not None:
                latest = min(latest, until)
            slot = None
            if latest >= now:
                with self._database.writing() as connection:
                    slot = claim_slot(connection, self._account, now, self._gap, latest)
            if slot is None:
                raise TooFast("More calls are asked for than the account may create each second")
            seconds = (slot - now).total_seconds()
            if seconds > 0:
                self._wait(seconds)
        finally:
            if can_wait:
                self._places.release()
