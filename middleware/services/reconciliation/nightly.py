"""Yesterday's comparison, begun at night by whichever relay comes first. The store knows whether it is done."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Lock, Thread

from middleware.clock import Clock
from middleware.errors import AlreadyReconciling, CarrierUnavailable, RingfenceError
from middleware.services.reconciliation.reconciling import Reconciliations, day_span
from middleware.store.database import Database
from middleware.store.reconciliations import reconciliation_of

logger = logging.getLogger(__name__)
BEGINS_AT = time(2, 0)  # UTC: by then Twilio's list is whole


@dataclass
class NightlyReconciliation:
    """Works in a thread of its own, so that a long comparison holds up nothing; one at a time in a process."""

    reconciliations: Reconciliations
    database: Database
    clock: Clock
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> int:
        """Begin it if it is due and not under way; returns how many were begun. Raises `StoreUnavailable`."""
        day = due_day(self.clock.now())
        if day is None or self._lock.locked() or self._is_done(day):
            return 0
        Thread(target=self.compare, args=(day,), name="reconciliation", daemon=True).start()
        return 1

    def compare(self, day: date) -> None:
        """What fails is gone on with later: the row of the day stays as it was left."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self.reconciliations.run(day)
        except AlreadyReconciling:
            logger.debug("%s is being compared elsewhere", day)
        except CarrierUnavailable as error:
            logger.warning("%s is not compared with Twilio yet: %s", day, error)
        except RingfenceError as error:
            logger.error("%s could not be compared with Twilio: %s", day, error)
        finally:
            self._lock.release()

    def _is_done(self, day: date) -> bool:
        with self.database.reading() as connection:
            row = reconciliation_of(connection, day)
        return row is not None and row.finished_at is not None and row.finished_at >= day_span(day).ends


def due_day(now: datetime) -> date | None:
    """Yesterday, once the night is far enough on."""
    return now.date() - timedelta(days=1) if now.time() >= BEGINS_AT else None
