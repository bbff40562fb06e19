"""What was kept for the length of a call goes once no call can last so long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from middleware.clock import Clock
from middleware.store.database import Database
from middleware.store.forwarded_callbacks import forget_callbacks
from middleware.store.links import forget_links

KEPT_FOR = timedelta(days=7)  # Twilio keeps a call in its queue and on the line for a day each


@dataclass(frozen=True, slots=True)
class Forgetting:
    database: Database
    clock: Clock

    def run(self) -> int:
        """One pass over links and forwarded callbacks; returns how many went. Several may run at once."""
        before = self.clock.now() - KEPT_FOR
        with self.database.writing() as connection:
            return forget_callbacks(connection, before) + forget_links(connection, before)
