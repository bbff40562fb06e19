"""Looks through countries' files before they are switched on: what each holds, or what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from middleware.decision.model import Basis
from middleware.errors import UnusablePolicy
from middleware.policies.pack import Pack
from middleware.policies.reading import FILE_NAME, UnusableFile, figures, read_country, undecided
from middleware.policies.schema import published_schema


@dataclass(frozen=True, slots=True)
class CheckedCountry:
    """What one file holds. `figures` counts them by how binding they are; `undecided` are whole sentences."""

    file: str
    code: str
    name: str
    figures: Mapping[Basis, int]
    subdivisions: int
    checked_until: int  # the last year whose holidays have been compared with the law
    changes: tuple[str, ...]  # `2026-08-11: what changes`
    undecided: tuple[str, ...]


def check_policies(paths: Sequence[Path]) -> tuple[CheckedCountry, ...]:
    """Check files, and all countries' files of folders.

    Raises `UnusablePolicy` with one line for each thing that is wrong, naming file and line.
    """
    countries: list[CheckedCountry] = []
    problems: list[str] = []
    for path in paths:
        for each in _files(path, problems):
            try:
                countries.append(_checked(each.name, read_country(each).pack))
            except UnusableFile as error:
                problems += error.problems
    if problems:
        raise UnusablePolicy(tuple(problems))
    return tuple(countries)


def schema_text() -> str:
    """The JSON Schema of a country's file, for editors."""
    return published_schema()


def _files(path: Path, problems: list[str]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(path.glob("*.y*ml"))
    if not found:
        problems.append(f"{path} holds no country's file; they are named by ISO codes, such as DK.yaml")
    for each in found:
        if FILE_NAME.fullmatch(each.name):
            yield each
        else:
            problems.append(f"{each.name}: a country's file is named by its ISO code, such as DK.yaml; it is not read")


def _checked(file: str, pack: Pack) -> CheckedCountry:
    return CheckedCountry(
        file=file,
        code=pack.country,
        name=pack.name,
        figures=Counter(figure.basis for _name, figure in figures(pack)),
        subdivisions=0 if pack.regions is None else len(pack.regions.subdivisions),
        checked_until=pack.calendar.checked_years.last,
        changes=tuple(f"{change.takes_effect}: {change.what}" for change in pack.changes),
        undecided=undecided(pack),
    )
