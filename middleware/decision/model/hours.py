"""Calling hours: when the callee's wall clock allows a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from middleware.decision.model.origin import Origin


@dataclass(frozen=True, slots=True)
class Window:
    """A span of one local day in minutes since midnight: start inclusive, end exclusive (1440 is midnight)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class CallingHours:
    """Callee-local weekly windows, days without calls, and the span for which the calendar has been checked."""

    week: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; several windows a day leave lunch gaps
    holidays: frozenset[date]
    calendar_from: date
    calendar_until: date  # last day the holidays are known for; later days are unknown, so closed
    early_closings: Mapping[str, int]  # "12-24" (month and day) -> minute of the day after which no call
    origin: Origin
    holidays_origin: Origin
    eve: tuple[Window, ...] | None = None  # where not None: the windows of days before holidays are cut to these

    def __hash__(self) -> int:
        """So that what was worked out from these hours can be remembered. Quick: a set of days keeps its hash."""
        return hash((self.holidays, self.calendar_until))


@dataclass(frozen=True, slots=True)
class RegionalHours:
    """What differs by subdivision. `unknown` holds for callees whose subdivision is not known, or is none of these.

    It is the strictest of all: closed whenever any subdivision is.
    """

    unknown: CallingHours
    by_subdivision: Mapping[str, CallingHours] = field(default_factory=dict)

    def __hash__(self) -> int:
        """As for the hours that it holds."""
        return hash(self.unknown)
