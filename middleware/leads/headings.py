"""Which column of a list holds what: known headings are found, all others are named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from unicodedata import combining, normalize

from middleware.leads.fields import Field
from middleware.leads.heading_words import HEADING_WORDS

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
_HOW_MANIETH = re.compile(r"(?<=[a-z])(?:[2-9]|1[0-9])$")
# A heading that names one country's register says which one, whatever country the row is of.
_REGISTER_COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        word: country
        for country, words in {
            "DK": "cvr cvrnr cvrnummer cvrno cvrnumber senr senummer",
            "DE": "hrb hra hrbnummer hrbnr handelsregisternummer handelsregister hrnummer",
            "NL": "kvk kvknummer kvknr kamervankoophandel kamervankoophandelnummer rsin",
            "BE": "ondernemingsnummer ondernemingsnr kbo kbonummer kbonr bce",
            "AT": "firmenbuchnummer firmenbuch fn",
            "CH": "chenummer",
            "FI": "ytunnus fonummer",
            "NO": "organisasjonsnummer",
            "FR": "siren siret numerosiren numerosiret",
            "IT": "partitaiva piva codicefiscale",
            "PL": "nip regon krs",
            "CZ": "ico",
            "ES": "cif",
            "PT": "nipc",
            "LU": "rcs",
            "US": "ein",
            "CA": "bn",
            "AU": "abn acn",
            "GB": "companieshousenumber crn",
        }.items()
        for word in words.split()
    }
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields stand. `unknown` headings are those of no field; `rivals` claim a field that another column to
    their left has; both are copied through and otherwise not used."""

    headings: tuple[str, ...]
    places: Mapping[Field, int]
    unknown: tuple[str, ...] = ()
    rivals: tuple[tuple[str, str, Field], ...] = ()  # heading, the one that is used instead, the field
    register_country: str | None = None  # of the register that the heading of the register number names

    def heading(self, field: Field) -> str:
        """How the file itself calls this field."""
        return self.headings[self.places[field]]

    @property
    def has_number(self) -> bool:
        """Whether there is anything to ring."""
        return Field.PHONE in self.places or Field.MOBILE in self.places


def recognise(headings: Sequence[str]) -> Columns:
    """Find each field's column, from left to right. Never raises: a list without a number column is the caller's."""
    places: dict[Field, int] = {}
    unknown: list[str] = []
    rivals: list[tuple[str, str, Field]] = []
    for place, heading in enumerate(headings):
        field = field_of(heading)
        if field is None:
            unknown.append(heading.strip() or f"(column {place + 1})")
        elif field in places:
            rivals.append((heading.strip(), headings[places[field]].strip(), field))
        else:
            places[field] = place
    register = places.get(Field.REGISTER_NUMBER)
    country = None if register is None else _REGISTER_COUNTRIES.get(bare(headings[register]))
    return Columns(tuple(heading.strip() for heading in headings), places, tuple(unknown), tuple(rivals), country)


def field_of(heading: str) -> Field | None:
    """The field that a heading stands for. `Telefon 2` stands for the same as `Telefon`."""
    word = bare(heading)
    return _fields().get(word) or _fields().get(_HOW_MANIETH.sub("", word))


def bare(heading: str) -> str:
    """Lower case letters and digits alone, without accents: `E-mail adresse` and `Emailadresse` are the same."""
    plain = normalize("NFKD", heading.casefold().translate(_LETTERS))
    return "".join(letter for letter in plain if letter.isalnum() and not combining(letter))


@cache
def _fields() -> dict[str, Field]:
    return {bare(word): field for field, words in HEADING_WORDS.items() for word in words.split(",")}
