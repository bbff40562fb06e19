"""When attempts were made, whoever asked: for demonstrations, which must not turn their clock back behind one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from middleware.store.attempt_times import newest_asked_at, reservation_times
from middleware.store.database import Database


@dataclass(frozen=True, slots=True)
class PastAttempts:
    """Both raise `StoreUnavailable`."""

    database: Database

    def newest(self) -> datetime | None:
        """When the newest attempt was asked for; None if there was none."""
        with self.database.reading() as connection:
            return newest_asked_at(connection)

    def by_subject(self) -> list[list[datetime]]:
        """For each number, person and company ever called: when, newest first."""
        with self.database.reading() as connection:
            return reservation_times(connection)
