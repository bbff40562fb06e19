"""What other figures would have changed: counts before and after, by reason, campaign and hour of the week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from middleware.decision.model import CallFacts
from middleware.decision.zones import callee_zones

MOST_EXAMPLES = 5
HOURS, DAYS = 24, 7

Grid = list[list[int]]


def _grid() -> Grid:
    return [[0] * HOURS for _ in range(DAYS)]


@dataclass(frozen=True, slots=True)
class Example:
    """One call whose answer would have been another; nothing here tells who was called."""

    decision_id: str
    campaign_id: str
    asked_at: datetime  # aware, in the callee's zone where it is known
    reasons_before: tuple[str, ...]
    reasons_after: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Calls asked for, answered as they were (before) and as they would have been (after)."""

    tried: int = 0
    permitted_before: int = 0
    permitted_after: int = 0
    gained: int = 0  # refused then, permitted by the other figures
    lost: int = 0
    reasons_before: Counter[str] = field(default_factory=Counter)
    reasons_after: Counter[str] = field(default_factory=Counter)
    campaigns_before: Counter[str] = field(default_factory=Counter)  # campaign -> permitted calls
    campaigns_after: Counter[str] = field(default_factory=Counter)
    refused_before: Grid = field(default_factory=_grid)  # [weekday, Monday first][hour], on the callee's wall clock
    refused_after: Grid = field(default_factory=_grid)
    examples_gained: list[Example] = field(default_factory=list)
    examples_lost: list[Example] = field(default_factory=list)
    not_tried: Counter[str] = field(default_factory=Counter)  # why -> how many

    def add(
        self, decision_id: str, campaign_id: str, facts: CallFacts, before: tuple[str, ...], after: tuple[str, ...]
    ) -> None:
        """Count one call; no reasons means that it was, or would have been, permitted."""
        self.tried += 1
        local = _local(facts)
        for reasons, codes, campaigns, grid in (
            (before, self.reasons_before, self.campaigns_before, self.refused_before),
            (after, self.reasons_after, self.campaigns_after, self.refused_after),
        ):
            codes.update(set(reasons))
            campaigns[campaign_id] += not reasons
            grid[local.weekday()][local.hour] += bool(reasons)
        self.permitted_before += not before
        self.permitted_after += not after
        if bool(before) != bool(after):
            self._note_change(Example(decision_id, campaign_id, local, before, after))

    def _note_change(self, example: Example) -> None:
        is_gain = not example.reasons_after
        self.gained += is_gain
        self.lost += not is_gain
        examples = self.examples_gained if is_gain else self.examples_lost
        if len(examples) < MOST_EXAMPLES:
            examples.append(example)


def _local(facts: CallFacts) -> datetime:
    zones = callee_zones(facts)
    return facts.now.astimezone(zones[0]) if zones else facts.now
