"""Those who are called: people with a mailbox are in the store as contacts, with a second number that nobody rings.

Nobody knows whether they are sole traders, so the campaigns' lists are washed against the Danish register.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.simulator import ROOT

LOAD_SECONDS = 60
WASH = {"register": "dk_robinson", "days_ago": 1, "evidence": "made up for a test", "noted_by": "test"}


@dataclass(frozen=True, slots=True)
class Person:
    """`number` is rung; `other_number` is the same person's."""

    number: str
    other_number: str
    email: str | None


def people(first: int, count: int, mailbox_every: int = 1) -> list[Person]:
    """Danish numbers that are given to no operator; of each few people one has a mailbox."""
    return [
        Person(
            number=f"+4568{number:06d}",
            other_number=f"+4568{number + 3000:06d}",
            email=f"person{number}@kontor.example" if (number - first) % mailbox_every == 0 else None,
        )
        for number in range(first, first + count)
    ]


def load(everybody: Iterable[Person], folder: Path, environment: Mapping[str, str]) -> None:
    """Into the store, with the command that users have for it."""
    folder.mkdir()
    (folder / "campaigns.yaml").write_text(yaml.safe_dump(_washed_campaigns(), allow_unicode=True), encoding="utf-8")
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("controller", "name", "email", "language", "numbers", "data_source"))
        writer.writeheader()
        writer.writerows(row for person in everybody if person.email for row in _rows(person))
    command = [sys.executable, "-m", "scripts.cli", "load", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LOAD_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr


def _rows(person: Person) -> Iterator[dict[str, str]]:
    for controller in ("nordlys", "rheinblick"):
        yield {
            "controller": controller,
            "name": "Made-up Person",
            "email": person.email or "",
            "language": "da",
            "numbers": f"{person.number};{person.other_number}",
            "data_source": "virksomhedens hjemmeside",
        }


def _washed_campaigns() -> list[dict[str, Any]]:
    """The demonstration's, which are there already and hear of the wash."""
    given = yaml.safe_load((ROOT / "config" / "demo" / "campaigns.yaml").read_text(encoding="utf-8"))
    return [{**campaign, "washes": [WASH]} for campaign in given]
