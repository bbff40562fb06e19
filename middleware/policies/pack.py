"""The shape of a country's file: every figure with its basis and its source. What does not fit closes the country."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StrictInt, ValidationInfo, field_validator, model_validator

from middleware.policies.audience import AudienceRules, Section, complete, missing
from middleware.policies.shapes import CountryCode, Days, Figure, Hours, Shape, SomeDay, Sources, Text

__all__ = ["AudienceRules", "Change", "Days", "Figure", "HolidayCalendar", "Hours", "Pack", "Regions", "Shape", "Text"]

_MOST_YEARS = 10


class ExtraDay(Shape):
    """A day without calls that the package does not list: every year (`"05-05"`), or once (`2026-05-15`)."""

    day: SomeDay
    name: Text


class CheckedYears(Shape):
    """The years whose holidays somebody has compared with the law; on other days nobody is called."""

    first: Annotated[StrictInt, Field(ge=2020, le=2100)]
    last: Annotated[StrictInt, Field(ge=2020, le=2100)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= self.last - self.first < _MOST_YEARS:
            raise ValueError(f"first to last must be 1 to {_MOST_YEARS} years")
        return self


class HolidayCalendar(Shape):
    """Which days of the package `holidays` count; with several subdivisions, a holiday in any of them does."""

    country: CountryCode
    categories: Annotated[list[Text], Field(min_length=1)]
    subdivisions: tuple[Text, ...] = ()
    checked_years: CheckedYears
    extra: tuple[ExtraDay, ...] = ()


class Region(Shape):
    """One Land, nation, canton, province or state."""

    name: Text
    days: Figure | None = None  # where its days bind otherwise than those of the others
    package: Text | None = None  # its name in the package `holidays`, where that is not its ISO 3166-2 code
    extra: tuple[ExtraDay, ...] = ()


class Regions(Figure):
    """The subdivisions with days without calls of their own, under their ISO 3166-2 codes without the country.

    Callees whose subdivision is not known are not called on a day that any of them keeps.
    """

    called: Text  # what the country calls one of them, such as Land
    subdivisions: Annotated[dict[str, Region], Field(min_length=1)]


class Change(Shape):
    """A change of the law that is already known. What it gives replaces the figures from that day on."""

    takes_effect: date
    what: Text
    source: Sources
    undecided: Text | None = None
    both: Section = Section()
    b2b: Section = Section()
    b2c: Section = Section()


class Pack(Shape):
    """One country's file. `both` holds figures for both audiences; `b2b` and `b2c` hold what is theirs alone."""

    country: CountryCode
    name: Text
    compiled: date  # when the sources were last read
    # IANA zones; a change takes effect where its day begins first
    zones: Annotated[tuple[Text, ...], Field(min_length=1)]
    calendar: HolidayCalendar
    regions: Regions | None = None
    both: Section = Section()
    b2b: Section
    b2c: Section
    changes: tuple[Change, ...] = ()

    @field_validator("zones")
    @classmethod
    def _known_zones(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                raise ValueError(f"{zone!r} is no time zone; write one such as Europe/Copenhagen") from None
        return zones

    @field_validator("changes")
    @classmethod
    def _in_order(cls, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        days = [change.takes_effect for change in changes]
        if days != sorted(set(days)):
            raise ValueError("the changes must stand in the order of their days, each day once")
        return changes

    @field_validator("b2b", "b2c")
    @classmethod
    def _complete(cls, section: Section, given: ValidationInfo) -> Section:
        if "both" not in given.data:  # it is wrong itself, which is told
            return section
        lacks = missing(given.data["both"], section)
        if lacks:
            raise ValueError(f"{', '.join(lacks)}: missing here and under both")
        rules = complete(given.data["both"], section)
        if rules.ring.seconds < rules.ring_at_least.seconds:
            raise ValueError("ring: a call would stop ringing before it has rung for ring_at_least")
        return section

    @field_validator("both", "b2b", "b2c")
    @classmethod
    def _of_known_subdivisions(cls, section: Section, given: ValidationInfo) -> Section:
        _refuse_unknown(section, given)
        return section

    @field_validator("changes")
    @classmethod
    def _changes_of_known_subdivisions(cls, changes: tuple[Change, ...], given: ValidationInfo) -> tuple[Change, ...]:
        for change in changes:
            for section in (change.both, change.b2b, change.b2c):
                _refuse_unknown(section, given)
        return changes

    def rules(self, audience: str, changes: int = 0) -> AudienceRules:
        """All figures for `b2b` or `b2c` once so many of the changes have taken effect."""
        sections: list[Section] = [self.both, getattr(self, audience)]
        for change in self.changes[:changes]:
            sections += [change.both, getattr(change, audience)]
        return complete(*sections)


def _refuse_unknown(section: Section, given: ValidationInfo) -> None:
    regions: Regions | None = given.data.get("regions")
    known = frozenset[str]() if regions is None else regions.subdivisions.keys()
    unknown = sorted((section.regional_hours or {}).keys() - known)
    if unknown:
        raise ValueError(f"regional_hours: {', '.join(unknown)}: not among the subdivisions of regions")
