"""The annotated copy holds all that the list held, and nothing in it runs in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from middleware.leads.records import Record, Remark, RemarkKind
from middleware.services.asking import ReasonGiven
from middleware.services.scrubbing.answers import RowAnswer, Shared, Verdict
from middleware.services.scrubbing.columns import ADDED, headings
from middleware.services.scrubbing.copies import Copy, CsvCopy, ExcelCopy
from tests.builders import utc

REASON = ReasonGiven("hours.holiday", "calling_hours", "law", "a law", utc("2026-11-25 08:00"))


def an_answer(*cells: str, **changes: object) -> RowAnswer:
    return RowAnswer(Record(2, cells), **{"verdict": Verdict.NOW, "e164": "+4532123456", **changes})  # type: ignore[arg-type]


def as_csv(given: tuple[str, ...], *answers: RowAnswer, delimiter: str = ",") -> list[list[str]]:
    text = written(lambda file: CsvCopy(file, given, delimiter), *answers).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def as_sheet(given: tuple[str, ...], *answers: RowAnswer) -> list[tuple[object, ...]]:
    content = written(lambda file: ExcelCopy(file, given), *answers)
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return list(sheet.iter_rows(values_only=True))


def written(make: Callable[[BytesIO], Copy], *answers: RowAnswer) -> bytes:
    file = BytesIO()
    copy = make(file)
    for answer in answers:
        copy.add(answer)
    copy.close()
    return file.getvalue()


def test_all_columns_are_copied_and_ours_stand_behind_them() -> None:
    first = an_answer("32 12 34 56", "Søren", first_at=utc("2026-11-24 09:30"))
    second = an_answer(
        "12",
        "Åse",
        verdict=Verdict.LATER,
        first_at=utc("2026-11-25 08:00"),
        reasons=(REASON, REASON),
        messages=("One.", "Two."),
        duplicate_of=7,
        duplicate_by=Shared.COMPANY,
    )

    assert as_csv(("Tlf", "Navn"), first, second) == [
        ["Tlf", "Navn", *ADDED],
        ["32 12 34 56", "Søren", "2", "+4532123456", "now", "2026-11-24T09:30+00:00", "", "", "", ""],
        [
            *("12", "Åse", "2", "+4532123456", "later", "2026-11-25T08:00+00:00", "hours.holiday | hours.holiday"),
            *("One. | Two.", "7", "company"),
        ],
    ]


def test_a_broken_row_has_our_cells_alone() -> None:
    broken = RowAnswer(
        Record(9, broken=Remark(RemarkKind.QUOTES)), Verdict.BROKEN, messages=("A quotation mark is not closed.",)
    )

    assert as_csv(("a", "b"), broken)[1] == [
        *("", "", "9", "", "broken", "", "", "A quotation mark is not closed.", "", "")
    ]


def test_a_column_of_the_list_that_is_called_like_ours_keeps_its_name() -> None:
    assert headings(("Phone", "From", "Line ")) == (
        *("Phone", "From", "Line "),
        *(
            "ringfence_line",
            "e164",
            "callable",
            "ringfence_from",
            "reasons",
            "messages",
            "duplicate_of",
            "duplicate_by",
        ),
    )


RUNNING = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "x;=1", "＝1"]


@pytest.mark.parametrize("text", RUNNING)
def test_nothing_runs_in_a_spreadsheet(text: str) -> None:
    ((_, *_), (cell, *_)) = as_csv(("a",), an_answer(text))

    assert cell != text
    assert "'" in cell


@pytest.mark.parametrize("text", ["+45 32 12 34 56", "+45-32-12-34-56", "+49 (0)30/901820", "plain", "a-b", "5 = 5"])
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert as_csv(("a",), an_answer(text))[1][0] == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=3))
def test_no_cell_that_a_spreadsheet_would_run_is_left(cells: list[str]) -> None:
    row = as_csv(tuple(f"c{place}" for place in range(len(cells))), an_answer(*cells), delimiter=";")[1]

    for cell in row:
        begins = cell.lstrip(' "')[:1]
        assert begins not in {"=", "@", "\t", "\r"} or cell[:1] not in {"=", "@", "\t", "\r"}
        assert not cell.startswith(("=", "@", "-", "＝", "＋", "－", "＠", "\t", "\r"))
        assert not cell.startswith("+") or all(letter in "+0123456789 ()./-" for letter in cell)


def test_in_excel_texts_stay_texts_and_numbers_and_days_what_they_were() -> None:
    day = datetime(2026, 4, 3)  # noqa: DTZ001  # a cell has no zone
    given = Record(2, ("4532123456", "2026-04-03", "=1+1", "a\x01b"), given=(4532123456, day, "=1+1", "a\x01b"))

    rows = as_sheet(("Phone", "Day", "Note", "More"), RowAnswer(given, Verdict.NOW, e164="+4532123456"))

    assert rows[0] == ("Phone", "Day", "Note", "More", *ADDED)
    assert rows[1][:6] == (4532123456, day, "=1+1", "ab", "2", "+4532123456")
