"""Reads a set-up folder: every problem of every file at once, each with its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from middleware.policies.pack import Shape
from middleware.policies.sentences import path_of, sentence
from middleware.policies.source import Unreadable, read_source
from middleware.set_up.agent_shapes import AgentEntry
from middleware.set_up.people_shapes import ContactEntry, SuppressionEntry
from middleware.set_up.shapes import CallerIdEntry, CampaignEntry, ControllerEntry, CredentialEntry

Kind = TypeVar("Kind", bound=Shape)
FILES = (
    "controllers.yaml",
    "campaigns.yaml",
    "caller_ids.yaml",
    "agents.yaml",
    "credentials.yaml",
    "contacts.csv",
    "suppressions.csv",
)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Kind]):
    """One thing to load, and where it stands, such as `contacts.csv, line 7`."""

    at: str
    value: Kind


@dataclass(slots=True)
class SetUp:
    """What a folder asks to be there. `problems` holds one sentence for each thing that cannot be read."""

    controllers: list[Entry[ControllerEntry]] = field(default_factory=list)
    campaigns: list[Entry[CampaignEntry]] = field(default_factory=list)
    caller_ids: list[Entry[CallerIdEntry]] = field(default_factory=list)
    agents: list[Entry[AgentEntry]] = field(default_factory=list)
    credentials: list[Entry[CredentialEntry]] = field(default_factory=list)
    contacts: list[Entry[ContactEntry]] = field(default_factory=list)
    suppressions: list[Entry[SuppressionEntry]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_folder(directory: Path) -> SetUp:
    """Read the files that are there; others in the folder are left alone. Never raises for what stands in them."""
    found = SetUp()
    there = [directory / name for name in FILES if (directory / name).is_file()]
    if not there:
        found.problems.append(f"{directory} holds none of {', '.join(FILES)}: there is nothing to load")
    found.controllers = list(_yaml(directory / "controllers.yaml", ControllerEntry, found.problems))
    found.campaigns = list(_yaml(directory / "campaigns.yaml", CampaignEntry, found.problems))
    found.caller_ids = list(_yaml(directory / "caller_ids.yaml", CallerIdEntry, found.problems))
    found.agents = list(_yaml(directory / "agents.yaml", AgentEntry, found.problems))
    found.credentials = list(_yaml(directory / "credentials.yaml", CredentialEntry, found.problems))
    found.contacts = list(_csv(directory / "contacts.csv", ContactEntry, found.problems))
    found.suppressions = list(_csv(directory / "suppressions.csv", SuppressionEntry, found.problems))
    return found


def _yaml(path: Path, kind: type[Kind], problems: list[str]) -> Iterator[Entry[Kind]]:
    if not path.is_file():
        return
    try:
        source = read_source(path)
    except Unreadable as error:
        problems.append(str(error))
        return
    if not isinstance(source.content, list):
        problems.append(f"{path.name}: must be a list, each entry beginning with a hyphen")
        return
    for index, given in enumerate(source.content):
        try:
            yield Entry(source.at([index]), kind.model_validate(given))
        except ValidationError as error:
            problems.extend(f"{source.at([index, *path_of(each)])}: {sentence(each)}" for each in error.errors())


def _csv(path: Path, kind: type[Kind], problems: list[str]) -> Iterator[Entry[Kind]]:
    if not path.is_file():
        return
    try:
        # utf-8-sig: spreadsheets put a mark in front that would hide the first column's name
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(csv.DictReader(file, strict=True), path.name, kind, problems)
    except (OSError, UnicodeError, csv.Error) as error:
        problems.append(f"{path.name} cannot be read: {error}")


def _rows(reader: csv.DictReader[str], name: str, kind: type[Kind], problems: list[str]) -> Iterator[Entry[Kind]]:
    unknown = [column or "(empty)" for column in reader.fieldnames or () if column not in kind.model_fields]
    if unknown:
        known = ", ".join(kind.model_fields)
        problems.append(f"{name}, line 1: unknown column {', '.join(unknown)}; known are {known}")
        return
    line = reader.line_num + 1
    for row in reader:
        at, line = f"{name}, line {line}", reader.line_num + 1
        if None in row:
            problems.append(f"{at}: has more cells than the first line names")
            continue
        given = {column: cell.strip() for column, cell in row.items() if cell and cell.strip()}
        try:
            yield Entry(at, kind.model_validate(given))
        except ValidationError as error:
            problems.extend(f"{at}: {sentence(each)}" for each in error.errors())
