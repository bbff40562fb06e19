"""One record of a list, as every kind of file gives it; and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from middleware.leads.headings import Columns

LONGEST_CELL = 10_000


class RemarkKind(StrEnum):
    """What a list is told about a row. The first ones break the row: it cannot be read."""

    QUOTES = "quotes"  # a quotation mark that is never closed, or text behind a closed one
    CELLS = "cells"  # another number of cells than headings
    NOT_AN_OBJECT = "not_an_object"  # JSON that is no object, or no JSON at all
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    DIGITS_LOST = "digits_lost"  # 4,52E+09
    PLUS_MISSING = "plus_missing"
    ZERO_MISSING = "zero_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_AMBIGUOUS = "date_ambiguous"
    COUNTRY_UNKNOWN = "country_unknown"
    LEGAL_FORM_UNKNOWN = "legal_form_unknown"
    TIME_ZONE_UNKNOWN = "time_zone_unknown"
    REGION_UNKNOWN = "region_unknown"
    IDENTIFIER_INVALID = "identifier_invalid"
    WEBSITE_UNREADABLE = "website_unreadable"
    OBJECTION = "objection"  # the list says itself that this person is not called


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one row that its owner should know. `column` is the file's own heading."""

    kind: RemarkKind
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `line` is where it begins: the line of a text file, the row of a sheet, the place in a JSON array.

    `cells` has one text for each heading, or none where the record is `broken`.
    """

    line: int
    cells: tuple[str, ...] = ()
    broken: Remark | None = None
    given: tuple[object, ...] = ()  # a sheet's own values, to be copied as they are


class Table(Protocol):
    """A list that was opened: its headings are known, its rows are read when they are asked for."""

    columns: Columns
    description: str  # how it was read, such as "CSV, UTF-8, separated by semicolons"
    rows: int | None  # about how many there are, where that is known without reading them all

    def records(self) -> Iterator[Record]:
        """All rows in order, those whose cells are all empty too; may be asked for again from the first one on."""
