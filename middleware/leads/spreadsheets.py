"""Excel workbooks (.xlsx), row by row: sheets of any length are read in the same memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import BinaryIO, Protocol, cast
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from middleware.errors import InvalidRequest
from middleware.leads.headings import Columns, recognise
from middleware.leads.records import LONGEST_CELL, Record, Remark, RemarkKind

_EXACT_FLOAT = 1 << 53
_UNREADABLE = (
    *(BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError),
    *(AttributeError, KeyError, TypeError, ValueError, OSError),
)


class _Sheet(Protocol):
    """A sheet as openpyxl opens it for reading alone; its published types know the other kind only."""

    title: str
    sheet_state: str
    max_row: int | None

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, min_row: int | None = None, *, values_only: bool) -> Iterator[tuple[object, ...]]: ...


class SheetTable:
    """A `Table` of one sheet, by default the first that is not hidden. Raises `InvalidRequest` for what is none."""

    def __init__(self, file: BinaryIO, sheet: str | None = None) -> None:
        self._sheet = _sheet_of(_opened(file), sheet)
        self.rows: int | None = None if self._sheet.max_row is None else max(0, self._sheet.max_row - 1)
        self._sheet.reset_dimensions()  # some programs write wrong ones, and cells beyond would be lost
        headings = next(self._rows(1), ())
        texts = tuple(as_text(value) for value in _trimmed(headings))
        if not texts:
            raise InvalidRequest("has no headings in its first row", "file")
        self.columns: Columns = recognise(texts)
        self.description = f"Excel, sheet {self._sheet.title}"

    def records(self) -> Iterator[Record]:
        """All rows below the headings."""
        wanted = len(self.columns.headings)
        for line, row in enumerate(self._rows(2), start=2):
            values = _trimmed(row)
            if len(values) > wanted:
                yield Record(line, broken=Remark(RemarkKind.CELLS, value=f"{len(values)}/{wanted}"))
                continue
            given = (*values, *(None,) * (wanted - len(values)))
            texts = tuple([as_text(value) for value in given])
            if len(max(texts, key=len)) > LONGEST_CELL:
                yield Record(line, broken=Remark(RemarkKind.TOO_LONG))
            else:
                yield Record(line, texts, given=given)

    def _rows(self, first: int) -> Iterator[tuple[object, ...]]:
        try:
            yield from self._sheet.iter_rows(min_row=first, values_only=True)
        except _UNREADABLE:  # a sheet is unpacked row by row, so damage may show late
            raise _damaged() from None


def as_text(value: object) -> str:
    """A cell as a person would type it: `4512345678`, not `4512345678.0`; days and instants as ISO 8601 has them."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < _EXACT_FLOAT:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def _opened(file: BinaryIO) -> Workbook:
    file.seek(0)
    try:
        # formulas are read as what they came to when the file was saved
        return load_workbook(file, read_only=True, data_only=True)
    except _UNREADABLE:
        raise _damaged() from None


def _damaged() -> InvalidRequest:
    return InvalidRequest("is no Excel workbook that can be read: save it again as .xlsx or as CSV", "file")


def _sheet_of(workbook: Workbook, name: str | None) -> _Sheet:
    sheets = cast("list[_Sheet]", workbook.worksheets)
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    wanted = [sheet for sheet in sheets if sheet.title == name] if name is not None else shown
    if not wanted:
        names = ", ".join(sheet.title for sheet in sheets)
        raise InvalidRequest(f"is no sheet of this workbook; it has {names or 'none with rows'}", "sheet")
    return wanted[0]


def _trimmed(row: Sequence[object]) -> Sequence[object]:
    """Without the empty cells at the end, of which a sheet has as many as it likes."""
    length = len(row)
    while length and row[length - 1] in (None, ""):
        length -= 1
    return row[:length]
