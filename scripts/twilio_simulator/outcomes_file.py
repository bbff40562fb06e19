"""Reads the table of outcomes, from a JSON, TOML or YAML file or as it is, and says exactly what is wrong with it.

    weights: {completed: 50, no-answer: 30, busy: 12, failed: 8}
    machine_share: 0.25
    ring_seconds: [4, 25]
    talk_seconds: [5, 180]
    numbers: {"+4512345678": {outcome: busy}, "+4587654321": {refused: 21216}}
    endings: {"94": {outcome: completed, answered_by: machine_start, ring_seconds: 20, talk_seconds: 25}}

Every key may be left out; `endings` replaces the built-in ones, `{}` switches them off.
"""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from scripts.twilio_simulator.errors import REFUSALS
from scripts.twilio_simulator.outcomes import DEFAULT_OUTCOMES, Ending, LineType, Outcomes, Rule

Span = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]


class InvalidOutcomes(ValueError):
    """The table cannot be used; the message says why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Rule(_Strict):
    outcome: Ending | None = None
    ring_seconds: float | None = Field(None, ge=0)
    talk_seconds: int | None = Field(None, ge=0)
    answered_by: Literal["human", "machine_start"] | None = None
    sip_response_code: int | None = Field(None, ge=100, le=699)
    refused: int | None = None
    line_type: LineType | None = None
    digits: tuple[Annotated[str, Field(pattern=r"^[0-9*#]{1,32}$")], ...] = ()

    @field_validator("digits", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refused_for_a_known_reason(self) -> "_Rule":
        if self.refused is not None and self.refused not in REFUSALS:
            raise ValueError(f"refused must be one of {', '.join(map(str, REFUSALS))}")
        return self


class _Table(_Strict):
    weights: dict[Ending, Annotated[float, Field(ge=0)]] = Field(default_factory=lambda: dict(DEFAULT_OUTCOMES.weights))
    machine_share: float = Field(DEFAULT_OUTCOMES.machine_share, ge=0, le=1)
    ring_seconds: Span = DEFAULT_OUTCOMES.ring_seconds
    talk_seconds: Span = DEFAULT_OUTCOMES.talk_seconds
    numbers: dict[Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$|^(sips?|client|sim):")], _Rule] = {}
    endings: dict[Annotated[str, Field(pattern=r"^\d\d$")], _Rule] | None = None

    @model_validator(mode="after")
    def _leaves_something_to_chance(self) -> "_Table":
        if not sum(self.weights.values()) > 0:
            raise ValueError("at least one of the weights must be above 0")
        return self


def load_outcomes(path: Path) -> Outcomes:
    """The table in a .json, .toml, .yaml or .yml file; InvalidOutcomes names each fault and its place."""
    try:
        return read_outcomes(_parsed(path))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InvalidOutcomes(f"{path}: {error}") from error


def read_outcomes(parsed: object) -> Outcomes:
    """The table in what a file, or a request, was parsed to; InvalidOutcomes names each fault and its place."""
    try:
        table = _Table.model_validate(parsed)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidOutcomes(faults) from error
    return Outcomes(
        numbers=_rules(table.numbers),
        endings=DEFAULT_OUTCOMES.endings if table.endings is None else _rules(table.endings),
        weights=table.weights,
        machine_share=table.machine_share,
        ring_seconds=table.ring_seconds,
        talk_seconds=table.talk_seconds,
    )


def _parsed(path: Path) -> object:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    if path.suffix == ".toml":
        return tomllib.loads(text)
    if path.suffix in (".yaml", ".yml"):
        return yaml.safe_load(text)
    raise InvalidOutcomes("name the file .json, .toml, .yaml or .yml, so that its format is known")


def _rules(rules: dict[str, _Rule]) -> dict[str, Rule]:
    return {key: Rule(**rule.model_dump()) for key, rule in rules.items()}
