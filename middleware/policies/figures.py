"""The figures about when and how often: hours, days without calls, attempts, rests, ringing."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StrictInt, field_validator, model_validator

from middleware.decision.model import CalendarSpan, Outcome, Scope, Subject
from middleware.policies.shapes import Days, DaysOrUntilAsked, Figure, Hours, RingSeconds, Shape, is_day_of_a_year
from middleware.policies.week import read_clock, read_week, read_windows, within


class WeekFigure(Figure):
    """Callee-local windows by day, such as `mon-fri: ["09:00-12:00", "13:00-17:00"]`.

    `suggested` are narrower windows that we recommend; they do not rule unless a controller or campaign takes them.
    """

    week: dict[str, list[str]]
    suggested: dict[str, list[str]] | None = None

    @field_validator("week", "suggested")
    @classmethod
    def _readable(cls, week: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        if week is not None:
            read_week(week)
        return week

    @model_validator(mode="after")
    def _suggested_within(self) -> Self:
        if self.suggested is not None:
            allowed = zip(read_week(self.suggested), read_week(self.week), strict=True)
            if not all(within(inner, outer) for inner, outer in allowed):
                raise ValueError("the suggested windows lie outside those that are allowed")
        return self


class EarlyClosing(Figure):
    """Days (`"12-24"`: month and day, every year) after whose `at` nobody is called."""

    days: Annotated[list[str], Field(min_length=1)]
    at: str

    @field_validator("days")
    @classmethod
    def _days_of_a_year(cls, days: list[str]) -> list[str]:
        for day in days:
            if not is_day_of_a_year(day):
                raise ValueError(f'{day!r} is no day of the year; write month and day as "12-24"')
        return days

    @field_validator("at")
    @classmethod
    def _time_of_day(cls, at: str) -> str:
        read_clock(at)
        return at


class EveFigure(Figure):
    """Windows that the day before a day without calls is cut to."""

    windows: list[str]

    @field_validator("windows")
    @classmethod
    def _readable(cls, windows: list[str]) -> list[str]:
        read_windows(windows)
        return windows


class CountedSpan(Shape):
    """At most `count` attempts at one subject: in so many rolling days, `ever`, or per calendar day, week or month."""

    count: Annotated[StrictInt, Field(ge=1, le=1000)]
    within_days: Days = None
    per: CalendarSpan | None = None
    subject: Subject = Subject.NUMBER

    @field_validator("subject")
    @classmethod
    def _countable(cls, subject: Subject) -> Subject:
        if subject is Subject.PREFIX:
            raise ValueError("must be number, person or company; a prefix is never counted")
        return subject

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if ("within_days" in self.model_fields_set) == (self.per is not None):
            raise ValueError("give either within_days, a number of days or ever, or per: day, week or month")
        return self


class CapFigure(CountedSpan, Figure):
    """A country's cap; it counts all campaigns of a controller together unless the file says otherwise."""

    scope: Scope = Scope.CONTROLLER


class SpacingFigure(Figure):
    """Least hours between the end of an attempt and the next one; `after` holds what differs by outcome."""

    hours: Hours
    after: dict[Outcome, Hours] = Field(default_factory=dict)


class RestFigure(Figure):
    """How many days who declined the offer is left alone, or `until_asked`. An objection always binds for good."""

    days: DaysOrUntilAsked


class RingFigure(Figure):
    """For how long a call rings, at most or at least."""

    seconds: RingSeconds
