"""A made-up list as a Danish CRM exports it: seven countries, repeats, wrong register numbers, broken rows."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

BROKEN_EVERY = 1_000
_HEADINGS = (
    "Firma",
    "CVR",
    "Hjemmeside",
    "Navn",
    "E-mail",
    "Telefon",
    "Land",
    "Virksomhedsform",
    "Kilde",
    "Kontrolleret",
)
_FORMS = ("ApS", "Enkeltmandsvirksomhed", "GmbH", "")
_PLANS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("DK", lambda chance: f"{chance.randint(20_000_000, 31_999_999)}"),
    ("SE", lambda chance: f"070-{chance.randint(1_000_000, 9_999_999)}"),
    ("DE", lambda chance: f"0151 {chance.randint(10_000_000, 99_999_999)}"),
    ("NL", lambda chance: f"06 {chance.randint(10_000_000, 29_999_999)}"),
    ("GB", lambda chance: f"+44 20 7946 {chance.randint(0, 9_999):04d}"),
    ("FR", lambda chance: f"01 42 {chance.randint(100_000, 999_999)}"),
    ("BE", lambda chance: f"0470{chance.randint(100_000, 999_999)}"),
)


def write_list(path: Path, rows: int, seed: int) -> tuple[int, ...]:
    """Write that many rows; returns the lines of the broken ones, each of which opens a quotation mark for good."""
    chance = random.Random(seed)  # noqa: S311  # made-up people, the same in every run
    broken = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(_HEADINGS)
        for place in range(rows):
            if place % BROKEN_EVERY == BROKEN_EVERY - 1:
                broken.append(place + 2)
                file.write(f'"Firma {place};;;;;{chance.randint(20_000_000, 31_999_999)};DK;;;\n')
            else:
                writer.writerow(_row(place, chance))
    return tuple(broken)


def _row(place: int, chance: random.Random) -> tuple[str, ...]:
    country, number = chance.choice(_PLANS)
    return (
        f"Firma {place} ApS",
        str(chance.randint(10_000_000, 99_999_999)) if country == "DK" else "",
        f"https://www.firma{place % 80_000}.example",
        f"Navn {place}",
        f"navn{place % 95_000}@firma.example",
        number(chance),
        country,
        chance.choice(_FORMS),
        "messe" if place % 3 else "",
        "2026-05-01" if place % 2 else "01-02-2024",
    )
