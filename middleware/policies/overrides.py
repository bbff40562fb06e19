"""The shape of a controller's or campaign's own figures. What they may be is judged against the country's."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StrictInt, field_validator, model_validator

from middleware.decision.model import (
    DirectoryMark,
    GateKind,
    LegalForm,
    NumberKind,
    Outcome,
    Scope,
    Standing,
)
from middleware.policies.figures import CountedSpan
from middleware.policies.loosening import Approval, Loosenable
from middleware.policies.shapes import (
    MOST_DAYS,
    CountryCode,
    DaysOrUntilAsked,
    Hours,
    Prefix,
    RingSeconds,
    Shape,
    Text,
    is_day_of_a_year,
)
from middleware.policies.week import read_clock, read_week


class CapOverride(CountedSpan):
    """A cap beside the country's; it counts the campaign alone unless the override says otherwise."""

    scope: Scope = Scope.CAMPAIGN


class SpacingOverride(Shape):
    """Hours between attempts, at all or after an outcome. More `hours` hold after every outcome that is not named."""

    hours: Hours | None = None
    after: dict[Outcome, Hours] = Field(default_factory=dict)


class BarOverride(Shape):
    """Caller IDs that are not shown; see `CallerIdBar`."""

    country: CountryCode | None = None
    kinds: frozenset[NumberKind] = frozenset()
    prefixes: tuple[Prefix, ...] = ()
    except_prefixes: tuple[Prefix, ...] = ()
    only_automated: bool = False


class CallerIdOverride(Shape):
    """What the number shown must be."""

    standings: Annotated[frozenset[Standing], Field(min_length=1)] | None = None
    needs_directory: bool | None = None
    bars: tuple[BarOverride, ...] = ()

    @field_validator("standings")
    @classmethod
    def _known(cls, standings: frozenset[Standing] | None) -> frozenset[Standing] | None:
        if standings is not None and Standing.UNKNOWN in standings:
            raise ValueError("must be owned or verified; a number whose owner is not known is never shown")
        return standings


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
    except_customers_days: Annotated[StrictInt, Field(ge=0, le=MOST_DAYS)] | None = None  # after the contract's end

    @field_validator("except_legal_forms", "except_line_kinds", "except_marks")
    @classmethod
    def _known(cls, excepted: frozenset[str]) -> frozenset[str]:
        if "unknown" in excepted:
            raise ValueError("what is not known takes the stricter branch; it cannot be excepted")
        return excepted

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
    refusal_rest_days: DaysOrUntilAsked = None
    ring_seconds: RingSeconds | None = None
    ring_at_least_seconds: RingSeconds | None = None
    caller_id: CallerIdOverride = CallerIdOverride()
    data_max_age_days: Annotated[StrictInt, Field(ge=1, le=MOST_DAYS)] | None = None
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
            if not is_day_of_a_year(day):
                raise ValueError(f'{day!r} is no day of the year; write month and day as "12-24"')
            read_clock(at)
        return closings

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.days_without_calls & self.days_with_calls:
            raise ValueError("a day stands both in days_without_calls and in days_with_calls")
        return self
