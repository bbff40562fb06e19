"""The figures about whether and as whom: gates, caller ID, machines, the callee's data, closed prefixes."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StrictInt, field_validator, model_validator

from middleware.decision.model import DirectoryMark, GateKind, LegalForm, NumberKind, Standing
from middleware.policies.shapes import CountryCode, Figure, Prefix, Shape, Text

_WITH_A_REGISTER = frozenset({GateKind.REGISTER, GateKind.REGISTRATION})


class GateFigure(Figure):
    """What must be in place before a call, and whom it does not bind.

    What is not known excepts nobody: `unknown` is therefore no legal form, line kind or mark to except.
    """

    kind: GateKind
    register_id: Annotated[Text | None, Field(alias="register")] = None
    valid_for_days: Annotated[StrictInt, Field(ge=1, le=366)] | None = None
    except_legal_forms: tuple[LegalForm, ...] = ()
    except_line_kinds: tuple[NumberKind, ...] = ()
    except_marks: tuple[DirectoryMark, ...] = ()
    # customers are spared while the contract runs and for so many days after its end; 0: only while it runs
    except_customers_days: Annotated[StrictInt, Field(ge=0, le=3660)] | None = None

    @field_validator("except_legal_forms", "except_line_kinds", "except_marks")
    @classmethod
    def _known(cls, excepted: tuple[str, ...]) -> tuple[str, ...]:
        if "unknown" in excepted:
            raise ValueError("what is not known takes the stricter branch; it cannot be excepted")
        return excepted

    @model_validator(mode="after")
    def _register_with_its_validity(self) -> Self:
        if (self.kind in _WITH_A_REGISTER) != (self.register_id is not None):
            raise ValueError("register belongs to gates of the kinds register and registration, and to each of them")
        if (self.kind is GateKind.REGISTER) != (self.valid_for_days is not None):
            raise ValueError("valid_for_days belongs to gates of the kind register, and to each of them")
        return self


class CallerIdBarFigure(Figure):
    """Caller IDs that may not be shown: those of `country` that are of these kinds, or begin so; see `CallerIdBar`."""

    country: CountryCode | None = None
    kinds: tuple[NumberKind, ...] = ()
    prefixes: tuple[Prefix, ...] = ()
    except_prefixes: tuple[Prefix, ...] = ()
    only_automated: bool = False


class CallerIdFigure(Figure):
    """What the number shown must be."""

    standings: Annotated[tuple[Standing, ...], Field(min_length=1)] = (Standing.OWNED, Standing.VERIFIED)
    needs_directory: bool = False
    bars: tuple[CallerIdBarFigure, ...] = ()

    @field_validator("standings")
    @classmethod
    def _known(cls, standings: tuple[Standing, ...]) -> tuple[Standing, ...]:
        if Standing.UNKNOWN in standings:
            raise ValueError("must be owned or verified; a number whose owner is not known is never shown")
        return standings


class AutomationFigures(Shape):
    """A machine speaks only to who consented to it; numbers are dialled ahead only while a human is free."""

    machine: Figure
    predictive: Figure


class MaxAgeFigure(Figure):
    """How many days ago the callee's record was compared with reality, at most."""

    days: Annotated[StrictInt, Field(ge=1, le=3660)]


class DataFigures(Shape):
    """What must be on file about the callee's data: where the number is from, when it was last checked."""

    source_of_number: Figure
    checked_within: MaxAgeFigure
    advert_protection: Figure | None = None  # only where a companies register carries such a mark (DK)


class ClosedPrefixFigure(Figure):
    """Numbers that are never called."""

    prefix: Prefix
