"""The shape of a controller's or campaign's own figures. What they may be is judged against the country's."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, StrictInt, StringConstraints, field_validator, model_validator

from middleware.decision.model import (
    CalendarSpan,
    DirectoryMark,
    GateKind,
    LegalForm,
    NumberKind,
    Outcome,
    Scope,
    Standing,
    Subject,
)
from middleware.policies.loosening import Approval, Loosenable
from middleware.policies.pack import Days, Hours, Shape, Text
from middleware.policies.week import read_clock, read_week

_DAY_OF_A_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOST_DAYS = 3660

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,14}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
RingSeconds = Annotated[StrictInt, Field(ge=5, le=600)]  # what Twilio accepts


def _days_or_until_asked(given: object) -> int | Literal["until_asked"]:
    if given == "until_asked":
        return "until_asked"
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= _MOST_DAYS:
        raise ValueError(f"must be a whole number of days, 1 to {_MOST_DAYS}, or until_asked")
    return given


class CapOverride(Shape):
    """A cap beside the country's: within so many rolling days, or in one calendar day, week or month."""

    count: Annotated[StrictInt, Field(ge=1, le=1000)]
    within_days: Days = None
    per: CalendarSpan | None = None
    subject: Subject = Subject.NUMBER
    scope: Scope = Scope.CAMPAIGN

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if ("within_days" in self.model_fields_set) == (self.per is not None):
            raise ValueError("give either within_days, a number of days or ever, or per: day, week or month")
        return self


class SpacingOverride(Shape):
    """Hours between attempts, at all or after an outcome. `hours` holds after every outcome that is not named."""

    hours: Hours | None = None
    after: dict[Outcome, Hours] = Field(default_factory=dict)


class BarOverride(Shape):
    """Caller IDs that are not shown; see `CallerIdBar`."""

    country: Country | None = None
    kinds: frozenset[NumberKind] = frozenset()
    prefixes: tuple[Prefix, ...] = ()
    except_prefixes: tuple[Prefix, ...] = ()
    only_automated: bool = False


class CallerIdOverride(Shape):
    """What the number shown must be."""

    standings: Annotated[frozenset[Standing], Field(min_length=1)] | None = None
    needs_directory: bool | None = None
    bars: tuple[BarOverride, ...] = ()


class GateName(Shape):
    """Which gate: its kind, and the register where several gates have that kind."""

    kind: GateKind
    register_id: Annotated[Text | None, Field(alias="register")] = None


class GateOverride(GateName):
    """One more condition before a call, and the callees whom it does not bind."""

    valid_for_days: Annotated[StrictInt, Field(ge=1, le=366)] | None = None
    except_legal_forms: frozenset[LegalForm] = frozenset()
    except_line_kinds: frozenset[NumberKind] = frozenset()
    except_marks: frozenset[DirectoryMark] = frozenset()

    @model_validator(mode="after")
    def _register_with_its_validity(self) -> Self:
        is_register = self.kind is GateKind.REGISTER
        names_one = is_register or self.kind is GateKind.REGISTRATION
        if names_one != (self.register_id is not None) or is_register != (self.valid_for_days is not None):
            raise ValueError("register and valid_for_days go with the kind register, register with registration too")
        return self


class Overrides(Shape):
    """A controller's or campaign's own figures, each optional. `reasons` holds the approval of each loosened one."""

    hours: dict[str, list[str]] | None = None
    days_without_calls: frozenset[date] = frozenset()
    days_with_calls: frozenset[date] = frozenset()
    early_closings: dict[str, str] = Field(default_factory=dict)
    caps: tuple[CapOverride, ...] = ()
    spacing: SpacingOverride = SpacingOverride()
    refusal_rest: Annotated[int | Literal["until_asked"], PlainValidator(_days_or_until_asked)] | None = None
    ring_seconds: RingSeconds | None = None
    ring_at_least_seconds: RingSeconds | None = None
    caller_id: CallerIdOverride = CallerIdOverride()
    data_max_age_days: Annotated[StrictInt, Field(ge=1, le=_MOST_DAYS)] | None = None
    closed_prefixes: tuple[Prefix, ...] = ()
    gates: tuple[GateOverride, ...] = ()
    without_gates: tuple[GateName, ...] = ()
    reasons: dict[Loosenable, Approval] = Field(default_factory=dict)

    @field_validator("hours")
    @classmethod
    def _readable(cls, week: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        if week is not None:
            read_week(week)
        return week

    @field_validator("early_closings")
    @classmethod
    def _days_and_times(cls, closings: dict[str, str]) -> dict[str, str]:
        for day, at in closings.items():
            if not _DAY_OF_A_YEAR.fullmatch(day):
                raise ValueError(f'{day!r} is no day of the year; write month and day as "12-24"')
            read_clock(at)
        return closings

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.days_without_calls & self.days_with_calls:
            raise ValueError("a day stands both in days_without_calls and in days_with_calls")
        return self
