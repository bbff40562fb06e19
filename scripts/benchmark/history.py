"""A million logged attempts with their decisions and guard rows, over three months before the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table

from middleware.keyed_hash import Pepper
from middleware.store.ids import new_id
from middleware.store.models import AttemptRow, Base, DecisionRow, GuardRow
from scripts.benchmark.callees import LOGGED, country_at, number_at
from scripts.benchmark.stores.model import Fill, Row
from scripts.benchmark.templates import Template

SPREAD = timedelta(days=90)
NEWEST = timedelta(days=2)  # before the moment of the run
CHUNK = 20_000
_OUTCOMES = ("no-answer", "answered", "voicemail", "busy", "no-answer", "rejected")


@dataclass(frozen=True, slots=True)
class History:
    """`count` attempts, oldest first, the newest two days before `moment`."""

    count: int
    templates: dict[str, Template]
    moment: datetime
    pepper: Pepper

    def fill(self, fill: Fill, tell: Callable[[int], None]) -> None:
        """Add all of them, and tell after every chunk how many it had."""
        for first in range(0, self.count, CHUNK):
            chunk = range(first, min(first + CHUNK, self.count))
            written = [self._attempt(each) for each in chunk]
            fill(_table(AttemptRow), [attempt for attempt, _, _ in written])
            fill(_table(DecisionRow), [decision for _, decision, _ in written])
            guards = [guard for _, _, taken in written for guard in taken]
            fill(_table(GuardRow), sorted(guards, key=lambda guard: str(guard["subject"])))
            tell(len(chunk))

    def _attempt(self, each: int) -> tuple[Row, Row, list[Row]]:
        place = LOGGED.start + each
        template, callee = self.templates[country_at(place)], number_at(place)
        at = self.moment - NEWEST - SPREAD * (self.count - each) / self.count
        key, attempt_id = self.pepper.number(callee), new_id(at)
        decision = template.decision.row(key, at, id=attempt_id)
        if not template.is_permitted:
            return template.attempt.row(key, at, id=attempt_id, callee=callee), decision, []
        end = {"outcome": _OUTCOMES[each % len(_OUTCOMES)], "ended_at": at + timedelta(seconds=40 + each % 200)}
        attempt = template.attempt.row(key, at, id=attempt_id, callee=callee, state="completed", placed_at=at, **end)
        guards = [guard.row(key, at, attempt_id=attempt_id, is_placed=True, **end) for guard in template.guards]
        return attempt, decision, list(guards)


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)
