"""A file of any kind as a `Table`."""

from __future__ import annotations

from typing import BinaryIO

from middleware.errors import InvalidRequest
from middleware.leads.delimited import DelimitedTable
from middleware.leads.records import Table
from middleware.leads.spreadsheets import SheetTable

_ZIPPED = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def open_list(file: BinaryIO, sheet: str | None = None) -> Table:
    """A spreadsheet or a text file, told apart by how it begins, whatever it is called.

    Raises `InvalidRequest` for what is neither, for a list without a column of telephone numbers, and for a sheet that
    is not there.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith(_OLD_EXCEL):
        raise InvalidRequest("is an Excel file of the old kind: save it as .xlsx or as CSV", "file")
    if head.startswith(_ZIPPED):
        return with_number(SheetTable(file, sheet))
    if sheet is not None:
        raise InvalidRequest("goes with Excel workbooks alone; this is a text file", "sheet")
    return with_number(DelimitedTable(file))


def with_number(table: Table) -> Table:
    """The same table; raises `InvalidRequest` where there is nothing to ring."""
    if not table.columns.has_number:
        found = ", ".join(heading for heading in table.columns.headings if heading) or "none"
        raise InvalidRequest(
            f"has no column of telephone numbers; its headings are: {found}. Call one of them Phone or Mobile", "file"
        )
    return table
