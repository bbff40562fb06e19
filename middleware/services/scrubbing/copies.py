"""The annotated copy of a list: every column it had, and ours behind them.

In CSV a cell that a spreadsheet would run as a formula gets a single quote in front, as in exports; a telephone number
does not, since a dialer reads it. In Excel all texts are texts, and nothing runs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import TextIOWrapper
from typing import BinaryIO, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from middleware.services.exports.formats import cell
from middleware.services.scrubbing.answers import RowAnswer
from middleware.services.scrubbing.columns import added, headings

_TELEPHONE = re.compile(r"\+[0-9][0-9 ()./-]*")
# Without one of these no cell is a formula; most cells need not be looked at more closely.
_SUSPECT = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20\x00]|^[\t\r]")
_LONGEST_EXCEL_CELL = 32_767
MOST_EXCEL_ROWS = 1_048_576


class Copy(Protocol):
    """Written row by row; whole when it was closed."""

    def add(self, answer: RowAnswer) -> None:
        """One row more."""

    def close(self) -> None:
        """Put what is left into the file, which stays open."""


class CsvCopy:
    """UTF-8 with a byte order mark and semicolons or commas, as the list has them; a broken row has our cells alone."""

    def __init__(self, file: BinaryIO, given: Sequence[str], delimiter: str = ",") -> None:
        self._text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv.writer(self._text, delimiter=delimiter)
        self._blank = ("",) * len(given)
        self._writer.writerow([_harmless(text) for text in headings(given)])

    def add(self, answer: RowAnswer) -> None:
        """One row more."""
        texts = (*(answer.record.cells or self._blank), *added(answer))
        self._writer.writerow([_harmless(text) for text in texts])

    def close(self) -> None:
        """Put what is left into the file, which stays open."""
        self._text.detach()


class ExcelCopy:
    """A workbook of one sheet, written in the same memory however long it is. A sheet ends after 1,048,576 rows."""

    def __init__(self, file: BinaryIO, given: Sequence[str]) -> None:
        self._file = file
        self._workbook = Workbook(write_only=True)
        self._sheet = self._workbook.create_sheet("Ringfence")
        self._blank = ("",) * len(given)
        self._sheet.append([self._cell(text) for text in headings(given)])

    def add(self, answer: RowAnswer) -> None:
        """One row more; numbers and days of a sheet stay what they were."""
        record = answer.record
        values: Sequence[object] = record.given or record.cells or self._blank
        self._sheet.append([self._cell(value) for value in (*values, *added(answer))])

    def close(self) -> None:
        """Put it all into the file, which stays open."""
        self._workbook.save(self._file)

    def _cell(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        text = value if value.isprintable() else ILLEGAL_CHARACTERS_RE.sub("", value)
        text = text[:_LONGEST_EXCEL_CELL]
        if not text.startswith("="):
            return text
        as_text = WriteOnlyCell(self._sheet, text)
        as_text.data_type = "s"  # else a text that begins like this is a formula
        return as_text


def _harmless(text: str) -> str:
    if _SUSPECT.search(text) is None or _TELEPHONE.fullmatch(text):
        return text
    return cell(text)
