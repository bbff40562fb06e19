"""Telephone numbers as spreadsheets leave them: without plus and zeros, with an apostrophe, in floating point."""

from __future__ import annotations

import re
from dataclasses import dataclass

from middleware.leads.records import RemarkKind
from middleware.phone_numbers import ParsedNumber, parse

LONGEST = 64
_SCIENTIFIC = re.compile(r"\d[.,]?\d*[eE]\+?\d+")
_WHOLE_FLOAT = re.compile(r"(\d+)[.,]0+")
_NATIONAL_ZERO = re.compile(r"\(0\)")


@dataclass(frozen=True, slots=True)
class NumberRead:
    """`callee` and `country` are what `phone_numbers.parse` reads the number from, and `parsed` is what it reads."""

    callee: str
    country: str | None
    parsed: ParsedNumber
    remark: RemarkKind | None = None


def read_number(text: str, country: str | None) -> NumberRead:
    """A number as given, then with the plus or the zero that a spreadsheet has taken for nothing.

    `country` is whose numbering plan a national number is of. What cannot be mended comes back as it is, and is not
    valid.
    """
    given = _NATIONAL_ZERO.sub("", text.strip().lstrip("'’`").strip())[:LONGEST]
    if _SCIENTIFIC.fullmatch(given):
        return NumberRead(given, None, parse(given, None), RemarkKind.DIGITS_LOST)
    if found := _WHOLE_FLOAT.fullmatch(given):
        given = found[1]
    if given.startswith("00"):
        given = f"+{given[2:]}"
    first = _read(given, None if given.startswith("+") else country)
    if first.parsed.facts.valid or first.parsed.facts.emergency or not given.isdigit():
        return first
    for mended in (_read(f"+{given}", None, RemarkKind.PLUS_MISSING), _with_zero(given, country)):
        if mended is not None and mended.parsed.facts.valid:
            return mended
    return first


def _with_zero(given: str, country: str | None) -> NumberRead | None:
    return None if country is None else _read(f"0{given}", country, RemarkKind.ZERO_MISSING)


def _read(text: str, country: str | None, remark: RemarkKind | None = None) -> NumberRead:
    return NumberRead(text, country, parse(text, country), remark)
