"""The figures for one audience: as far as one section of a file gives them, and complete."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from middleware.policies.conditions import (
    AutomationFigures,
    CallerIdFigure,
    ClosedPrefixFigure,
    DataFigures,
    GateFigure,
)
from middleware.policies.figures import (
    CapFigure,
    EarlyClosing,
    EveFigure,
    RestFigure,
    RingFigure,
    SpacingFigure,
    WeekFigure,
)
from middleware.policies.shapes import Figure, Shape


class Section(Shape):
    """Figures for one audience or for both. What a section leaves out, a more general one has to give."""

    hours: WeekFigure | None = None
    holidays: Figure | None = None  # no calls on the days of the calendar
    early_closings: tuple[EarlyClosing, ...] | None = None
    before_holidays: EveFigure | None = None
    regional_hours: dict[str, WeekFigure] | None = None  # subdivision -> its own windows
    caps: Annotated[list[CapFigure], Field(min_length=1)] | None = None
    spacing: SpacingFigure | None = None
    refusal_rest: RestFigure | None = None
    ring: RingFigure | None = None
    ring_at_least: RingFigure | None = None
    gates: tuple[GateFigure, ...] | None = None
    caller_id: CallerIdFigure | None = None
    automation: AutomationFigures | None = None
    data: DataFigures | None = None
    closed_prefixes: tuple[ClosedPrefixFigure, ...] | None = None


class AudienceRules(Section):
    """All figures for one audience."""

    hours: WeekFigure
    holidays: Figure
    early_closings: tuple[EarlyClosing, ...] = ()
    regional_hours: dict[str, WeekFigure] = Field(default_factory=dict)
    caps: list[CapFigure]
    spacing: SpacingFigure
    refusal_rest: RestFigure
    ring: RingFigure
    ring_at_least: RingFigure
    gates: tuple[GateFigure, ...] = ()
    caller_id: CallerIdFigure
    automation: AutomationFigures
    data: DataFigures
    closed_prefixes: tuple[ClosedPrefixFigure, ...] = ()


def missing(*sections: Section) -> tuple[str, ...]:
    """The figures that every audience needs and that none of these sections gives."""
    needed = (name for name, field in AudienceRules.model_fields.items() if field.is_required())
    return tuple(name for name in needed if all(getattr(section, name) is None for section in sections))


def complete(*sections: Section) -> AudienceRules:
    """The figures of these sections, from the most general to the most special one; nothing may be `missing`.

    A section replaces what a more general one gives, except that its windows of subdivisions are laid over theirs.
    """
    given: dict[str, Any] = {}
    for section in sections:
        own = {name: value for name in Section.model_fields if (value := getattr(section, name)) is not None}
        if section.regional_hours:
            own["regional_hours"] = {**given.get("regional_hours", {}), **section.regional_hours}
        given |= own
    return AudienceRules.model_construct(**given)
