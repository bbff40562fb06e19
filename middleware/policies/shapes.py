"""What all figures of a country's file are made of: a basis, a source, and values that are checked as they are read."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

from middleware.decision.model import Basis

MOST_DAYS = 3660
_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def is_day_of_a_year(given: object) -> bool:
    """Whether it is written as month and day, such as `12-24`."""
    return isinstance(given, str) and _MONTH_AND_DAY.fullmatch(given) is not None


def _days_or(word: str) -> PlainValidator:
    def read(given: object) -> int | None:
        if given == word:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_DAYS:
            raise ValueError(f"must be a whole number of days, 1 to {MOST_DAYS}, or {word}")
        return given

    return PlainValidator(read)


def _days_schema(word: str) -> WithJsonSchema:
    days: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
    return WithJsonSchema({"anyOf": [days, {"const": word}]})


def _day_of_a_year_or_once(given: object) -> str | date:
    if isinstance(given, date) or (isinstance(given, str) and is_day_of_a_year(given)):
        return given
    raise ValueError(f'{given!r} is no day; write "12-24" for every year or 2026-12-24 for once')


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Hours = Annotated[float, Field(ge=0, le=8784, strict=True)]
# A number of rolling days; None stands for `ever`.
Days = Annotated[int | None, _days_or("ever"), _days_schema("ever")]
# A number of days; None stands for `until_asked`.
DaysOrUntilAsked = Annotated[int | None, _days_or("until_asked"), _days_schema("until_asked")]
SomeDay = Annotated[
    str | date,
    PlainValidator(_day_of_a_year_or_once),
    WithJsonSchema({"type": "string", "pattern": r"^(\d{4}-)?\d{2}-\d{2}$"}),
]
Sources = Annotated[
    list[Text],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ]
        }
    ),
]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,14}$")]
RingSeconds = Annotated[StrictInt, Field(ge=5, le=600)]  # what Twilio accepts


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
