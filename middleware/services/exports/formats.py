"""Rows into bytes. CSV is made for spreadsheets in Europe, JSON lines for programs and archives.

CSV: commas and quotes as RFC 4180 has them. It begins with a byte order mark, since Excel takes a file without one for
the machine's old code page and spoils every æ, ü and é; Python reads it as `utf-8-sig`, and others skip the mark.

A spreadsheet runs a cell as a formula that begins with one of `= + - @` (or their full-width forms), tab, CR or NUL.
Such a cell gets a single quote in front. Excel in most of Europe splits at semicolons when a file is opened by a double
click, so the same holds behind `;`, `|`, tab and line ends inside a cell. Telephone numbers need no quote: they are
written without their plus sign, in columns that say so.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from io import StringIO
from typing import Any, Protocol

import orjson

from middleware.services.exports.columns import columns_of
from middleware.services.exports.query import ExportFormat
from middleware.store.exports import ExportedAttempt

_SPLIT = re.compile(r"[;|\t\r\n]")
_FORMULA = r"""[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20\x00]"""
_RISKY_START = re.compile(rf"[\t\r]|{_FORMULA}")
_RISKY_PART = re.compile(rf"(?<={_SPLIT.pattern})(?={_FORMULA})")


class Encoder(Protocol):
    """How one format is written; all of it together is the file."""

    media_type: str
    encoding: str
    with_events: bool
    columns: tuple[str, ...]

    def head(self) -> bytes:
        """What stands before the first row."""

    def rows(self, attempts: Iterable[ExportedAttempt]) -> bytes:
        """These rows, whole."""


class CsvEncoder:
    media_type = "text/csv; charset=utf-8; header=present"
    encoding = "UTF-8 with a byte order mark; RFC 4180: commas, CR LF, quotes doubled"
    with_events = False

    def __init__(self) -> None:
        self._columns = columns_of(ExportFormat.CSV)
        self.columns = tuple(column.name for column in self._columns)

    def head(self) -> bytes:
        """The byte order mark and the names of the columns."""
        return b"\xef\xbb\xbf" + _lines([self.columns])

    def rows(self, attempts: Iterable[ExportedAttempt]) -> bytes:
        """One line for each attempt."""
        return _lines([cell(column.value(attempt)) for column in self._columns] for attempt in attempts)


class JsonlEncoder:
    media_type = "application/jsonl; charset=utf-8"
    encoding = "UTF-8; one JSON object a line"
    with_events = True

    def __init__(self) -> None:
        self._columns = columns_of(ExportFormat.JSONL)
        self.columns = tuple(column.name for column in self._columns)

    def head(self) -> bytes:
        """Nothing: each line stands for itself."""
        return b""

    def rows(self, attempts: Iterable[ExportedAttempt]) -> bytes:
        """One object for each attempt."""
        return b"".join(
            orjson.dumps(
                {column.name: column.value(attempt) for column in self._columns}, option=orjson.OPT_APPEND_NEWLINE
            )
            for attempt in attempts
        )


def encoder_of(form: ExportFormat) -> Encoder:
    """How this format is written."""
    return CsvEncoder() if form is ExportFormat.CSV else JsonlEncoder()


def cell(value: object) -> str:
    """One cell: nothing for None, ISO 8601 for instants, and no text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return _harmless(str(value))


def _harmless(text: str) -> str:
    quote = "'" if _RISKY_START.match(text) else ""
    return quote + (_RISKY_PART.sub("'", text) if _SPLIT.search(text) else text)  # most cells have nothing to split at


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    buffer = StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
