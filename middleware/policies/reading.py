"""Reads one country's file: its figures, or what is wrong with it and on which line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from middleware.decision.model import Audience, Policy
from middleware.policies.pack import Pack
from middleware.policies.resolving import country_policy
from middleware.policies.sentences import path_of, sentence
from middleware.policies.shapes import Figure
from middleware.policies.source import Source, Unreadable, read_source

FILE_NAME = re.compile(r"[A-Z]{2}\.yaml")


@dataclass(frozen=True, slots=True)
class Country:
    """One file that can be used."""

    pack: Pack
    policies: dict[Audience, Policy]


class UnusableFile(Exception):
    """`problems`: what is wrong with a country's file, one sentence each, with its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_country(path: Path) -> Country:
    """Read a file such as DK.yaml, or a draft under any other name. Raises `UnusableFile`."""
    try:
        source = read_source(path)
    except Unreadable as error:
        raise UnusableFile((str(error),)) from None
    pack = _pack(source)
    if FILE_NAME.fullmatch(path.name) and pack.country != path.stem:  # a draft may have any name
        where = source.at(["country"])
        raise UnusableFile((f"{where}: the file is named {path.stem} and is about {pack.country}",))
    try:
        return Country(pack, {audience: country_policy(pack, audience) for audience in Audience})
    except ValueError as error:  # the package cannot tell the holidays
        raise UnusableFile((f"{source.at(['calendar'])}: calendar: {error}",)) from None


def undecided(pack: Pack) -> tuple[str, ...]:
    """What the research did not find for a country, so that our own default stands in; one sentence each."""
    whose: dict[str, list[str]] = {}
    for audience in Audience:
        for name, figure in figures(pack.rules(audience.value)):
            if figure.undecided:
                whose.setdefault(f"{name}: {figure.undecided}", []).append(audience.value)
    found = [f"{' and '.join(dict.fromkeys(audiences))} {sentence}" for sentence, audiences in whose.items()]
    if pack.regions is not None and pack.regions.undecided:
        found.append(f"regions: {pack.regions.undecided}")
    for change in pack.changes:
        lacks = [change.undecided, *(figure.undecided for _name, figure in figures(change))]
        found += [f"from {change.takes_effect}: {each}" for each in lacks if each]
    return tuple(dict.fromkeys(found))


def figures(shape: BaseModel) -> Iterator[tuple[str, Figure]]:
    """Every figure that stands in a part of a file, with the keys that lead to it, such as `b2b.caps`."""
    for name in type(shape).model_fields:
        for figure_name, each in _within(name, getattr(shape, name)):
            if isinstance(each, Figure):
                yield figure_name, each
            for inner, figure in figures(each):
                yield f"{figure_name}.{inner}", figure


def _within(name: str, value: object) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield name, value
    elif isinstance(value, list | tuple):
        yield from ((name, each) for each in value if isinstance(each, BaseModel))
    elif isinstance(value, dict):
        yield from ((f"{name}.{key}", each) for key, each in value.items() if isinstance(each, BaseModel))


def _pack(source: Source) -> Pack:
    try:
        return Pack.model_validate(source.content)
    except ValidationError as error:
        problems = tuple(f"{source.at(path_of(problem))}: {sentence(problem)}" for problem in error.errors())
        raise UnusableFile(problems) from None
