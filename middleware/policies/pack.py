"""The shape of a country's file: every figure with its basis and its source. What does not fit closes the country."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)

from middleware.decision.model import Basis, GateKind, LegalForm, Outcome, Scope, Subject
from middleware.policies.week import read_clock, read_week

_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOST_YEARS, _MOST_DAYS = 10, 3660

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Hours = Annotated[float, Field(ge=0, le=8784, strict=True)]


def _days_or_ever(given: object) -> int | None:
    if given == "ever":
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= _MOST_DAYS:
        raise ValueError(f"must be a whole number of days, 1 to {_MOST_DAYS}, or ever")
    return given


def _day_of_a_year_or_once(given: object) -> str | date:
    if isinstance(given, date) or (isinstance(given, str) and _MONTH_AND_DAY.fullmatch(given)):
        return given
    raise ValueError(f'{given!r} is no day; write "12-24" for every year or 2026-12-24 for once')


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


# A number of rolling days; None stands for `ever`.
Days = Annotated[int | None, PlainValidator(_days_or_ever)]
Sources = Annotated[list[Text], Field(min_length=1), BeforeValidator(_listed)]


class Shape(BaseModel):
    """Unknown keys are refused: a misspelt key would silently lose its figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(Shape):
    """A figure's basis and source. `undecided` says what the research did not find; our default then stands in."""

    basis: Basis
    source: Sources
    undecided: Text | None = None

    @property
    def source_text(self) -> str:
        """The source, or all of them, as one text."""
        return " ".join(self.source)


class WeekFigure(Figure):
    """Callee-local windows by day, such as `mon-fri: ["09:00-12:00", "13:00-17:00"]`."""

    week: dict[str, list[str]]

    @field_validator("week")
    @classmethod
    def _readable(cls, week: dict[str, list[str]]) -> dict[str, list[str]]:
        read_week(week)
        return week


class EarlyClosing(Figure):
    """Days (`"12-24"`: month and day, every year) after whose `at` nobody is called."""

    days: Annotated[list[str], Field(min_length=1)]
    at: str

    @field_validator("days")
    @classmethod
    def _days_of_a_year(cls, days: list[str]) -> list[str]:
        for day in days:
            if not _MONTH_AND_DAY.fullmatch(day):
                raise ValueError(f'{day!r} is no day of the year; write month and day as "12-24"')
        return days

    @field_validator("at")
    @classmethod
    def _time_of_day(cls, at: str) -> str:
        read_clock(at)
        return at


class CapFigure(Figure):
    """At most `count` attempts at one subject within so many rolling days, or `ever`."""

    count: Annotated[StrictInt, Field(ge=1, le=1000)]
    within_days: Days
    subject: Subject = Subject.NUMBER
    scope: Scope = Scope.CONTROLLER


class SpacingFigure(Figure):
    """Least hours between the end of an attempt and the next one; `after` holds what differs by outcome."""

    hours: Hours
    after: dict[Outcome, Hours] = Field(default_factory=dict)


class RingFigure(Figure):
    """The longest a call may ring. Twilio accepts 5 to 600 seconds."""

    seconds: Annotated[StrictInt, Field(ge=5, le=600)]


class GateFigure(Figure):
    """What must be in place before a call; it does not bind callees of the excepted legal forms.

    A form that is not known is `unknown`: left out of the exceptions, it takes the stricter branch.
    """

    kind: GateKind
    register_id: Annotated[Text | None, Field(alias="register")] = None
    valid_for_days: Annotated[StrictInt, Field(ge=1, le=366)] | None = None
    except_legal_forms: tuple[LegalForm, ...] = ()

    @model_validator(mode="after")
    def _register_with_its_validity(self) -> Self:
        is_register = self.kind is GateKind.REGISTER
        if is_register != (self.register_id is not None) or is_register != (self.valid_for_days is not None):
            raise ValueError("register and valid_for_days belong to a gate of the kind register, and both to it")
        return self


class AudienceRules(Shape):
    """All figures for one audience."""

    hours: WeekFigure
    holidays: Figure  # no calls on the days of the calendar
    early_closings: tuple[EarlyClosing, ...] = ()
    caps: Annotated[list[CapFigure], Field(min_length=1)]
    spacing: SpacingFigure
    ring: RingFigure
    gates: tuple[GateFigure, ...] = ()


class ExtraDay(Shape):
    """A day without calls that the package does not list: every year (`"05-05"`), or once (`2026-05-15`)."""

    day: Annotated[str | date, PlainValidator(_day_of_a_year_or_once)]
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

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    categories: Annotated[list[Text], Field(min_length=1)]
    subdivisions: tuple[Text, ...] = ()
    checked_years: CheckedYears
    extra: tuple[ExtraDay, ...] = ()


class Pack(Shape):
    """One country's file."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Text
    compiled: date  # when the sources were last read
    calendar: HolidayCalendar
    b2b: AudienceRules
    b2c: AudienceRules
