"""Excel sheets, with what spreadsheets do to numbers and days."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from middleware.errors import InvalidRequest
from middleware.leads.opening import open_list
from middleware.leads.records import Record, RemarkKind, Table
from middleware.leads.spreadsheets import SheetTable, as_text


def a_workbook(*rows: tuple[Any, ...], **others: list[tuple[Any, ...]]) -> BytesIO:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Leads"
    for row in rows:
        sheet.append(row)
    for name, content in others.items():
        other = workbook.create_sheet(name)
        for row in content:
            other.append(row)
    file = BytesIO()
    workbook.save(file)
    return file


def records(table: Table) -> list[Record]:
    return list(table.records())


def test_a_sheet_is_read_row_by_row_with_its_own_row_numbers() -> None:
    table = SheetTable(a_workbook(("Phone", "Name"), ("+4532123456", "Ann"), (), ("12", None)))

    assert table.columns.headings == ("Phone", "Name")
    assert table.description == "Excel, sheet Leads"
    assert [(record.line, record.cells) for record in records(table)] == [
        (2, ("+4532123456", "Ann")),
        (3, ("", "")),
        (4, ("12", "")),
    ]


CELLS = [
    (None, ""),
    ("text", "text"),
    (4532123456, "4532123456"),
    (4532123456.0, "4532123456"),
    (1.5, "1.5"),
    (True, "true"),
    (datetime(2026, 4, 3), "2026-04-03"),  # noqa: DTZ001  # a cell has no zone
    (datetime(2026, 4, 3, 12, 30), "2026-04-03T12:30:00"),  # noqa: DTZ001
    (date(2026, 4, 3), "2026-04-03"),
    (time(9, 30), "09:30:00"),
]


@pytest.mark.parametrize(("value", "text"), CELLS)
def test_a_cell_reads_as_a_person_would_type_it(value: object, text: str) -> None:
    assert as_text(value) == text
    (record,) = records(SheetTable(a_workbook(("Phone", "Name"), ("1", value))))
    assert record.cells[1] == text


@given(st.integers(10**6, 10**15))
def test_a_number_that_excel_keeps_in_floating_point_loses_no_digit(number: int) -> None:
    assert as_text(float(number)) == str(number)


def test_more_cells_than_headings_break_the_row_alone() -> None:
    found = records(SheetTable(a_workbook(("Phone",), ("1", "x"), ("2",), ("3", ""))))

    assert [record.broken and record.broken.kind for record in found] == [RemarkKind.CELLS, None, None]


def test_the_sheet_asked_for_is_read_else_the_first_that_is_not_hidden() -> None:
    file = a_workbook(("Phone",), ("1",), Other=[("Mobile",), ("2",)])

    assert SheetTable(file).columns.headings == ("Phone",)
    assert SheetTable(file, "Other").columns.headings == ("Mobile",)


def test_a_hidden_sheet_is_not_taken_for_the_list() -> None:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.sheet_state = "hidden"
    workbook.create_sheet("Shown").append(("Phone",))
    file = BytesIO()
    workbook.save(file)

    assert SheetTable(file).description == "Excel, sheet Shown"


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(InvalidRequest, match="Leads, Other"):
        SheetTable(a_workbook(("Phone",), Other=[("x",)]), "Missing")


def test_a_sheet_without_headings_is_turned_away() -> None:
    with pytest.raises(InvalidRequest, match="no headings"):
        SheetTable(a_workbook())


@pytest.mark.parametrize("content", [b"PK\x03\x04rubbish", b"PK\x03\x04"])
def test_a_damaged_workbook_is_turned_away(content: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Excel"):
        open_list(BytesIO(content))


def test_a_workbook_and_a_text_are_told_apart_by_how_they_begin() -> None:
    assert open_list(a_workbook(("Phone",), ("1",))).description.startswith("Excel")
    assert open_list(BytesIO(b"Phone\n1\n")).description.startswith("CSV")


@pytest.mark.parametrize(
    ("content", "sheet", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1", None, "old kind"),
        (b"Phone\n1\n", "Leads", "Excel workbooks alone"),
        (b"Name\nAnn\n", None, "no column of telephone numbers"),
    ],
)
def test_what_cannot_be_used_is_told_with_what_to_do(content: bytes, sheet: str | None, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        open_list(BytesIO(content), sheet)


def test_rows_may_be_read_again_from_the_first() -> None:
    table = SheetTable(a_workbook(("Phone",), ("1",), ("2",)))

    assert records(table) == records(table)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_that_is_cut_off_inside_is_turned_away(part: str) -> None:
    with pytest.raises(InvalidRequest, match="Excel"):
        list(SheetTable(cut_off(a_workbook(("Phone",), *[("1",)] * 50), part)).records())


def cut_off(workbook: BytesIO, part: str) -> BytesIO:
    damaged = BytesIO()
    with ZipFile(workbook) as whole, ZipFile(damaged, "w") as copy:
        for name in whole.namelist():
            content = whole.read(name)
            copy.writestr(name, content[: len(content) * 2 // 3] if name == part else content)
    damaged.seek(0)
    return damaged
