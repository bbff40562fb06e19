"""Text tables of any make are read back as they were written; what is broken costs its own row alone."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.errors import InvalidRequest
from middleware.leads.delimited import MOST_LINES, DelimitedTable
from middleware.leads.records import LONGEST_CELL, Record, RemarkKind

HEADINGS = ("Phone", "Name", "Email", "Company", "Notes, etc.; more", 'The "rest"')
WINDOWS_1252 = [bytes([code]).decode("cp1252") for code in range(32, 256) if code not in (127, 129, 141, 143, 144, 157)]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


def read(content: bytes) -> DelimitedTable:
    return DelimitedTable(BytesIO(content))


def rows_of(content: bytes | str) -> list[Record]:
    return list(read(content.encode() if isinstance(content, str) else content).records())


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], bytes]:
    """Rows that hold something, and the bytes of their file in a drawn dialect."""
    encoding = draw(st.sampled_from(ENCODINGS))
    letters = st.sampled_from(WINDOWS_1252) if encoding == "cp1252" else st.characters(exclude_categories=["Cs"])
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    # where lines end in LF alone, Python 3.11 writes CR without the quotes that it needs when it reads it back
    marks = '";,\t|\n\r=+' if ends == "\r\n" else '";,\t|\n=+'
    cells = st.text(letters.filter(lambda letter: letter != "\r") | st.sampled_from(marks), max_size=12)
    width = draw(st.integers(2, len(HEADINGS)))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8))
    text = StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from(",;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        lineterminator=ends,
    )
    writer.writerows([HEADINGS[:width], *rows])
    return rows, text.getvalue().encode(encoding)


@given(tables())
def test_any_table_that_the_csv_module_writes_reads_back(table: tuple[list[list[str]], bytes]) -> None:
    rows, content = table

    found = rows_of(content)

    assert [record.broken for record in found] == [None] * len(rows)
    assert [list(record.cells) for record in found] == rows


@given(tables(), st.data())
def test_every_row_is_named_by_the_line_it_begins_on(table: tuple[list[list[str]], bytes], data: st.DataObject) -> None:
    _, content = table
    lines = StringIO(content.decode("utf-8-sig", errors="replace"), newline="")
    count = sum(1 for _ in lines)

    numbers = [record.line for record in rows_of(content)]

    assert numbers == sorted(set(numbers))
    assert all(number >= 2 for number in numbers)
    assert not numbers or content[:2] in (b"\xff\xfe", b"\xfe\xff") or numbers[-1] <= count


@given(st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"Phone,Name\n"]), st.binary(max_size=300))
def test_no_bytes_at_all_make_the_reader_fail(begins: bytes, content: bytes) -> None:
    try:
        table = read(begins + content)
    except InvalidRequest:
        return
    for record in table.records():
        "".join(record.cells).encode()


ENCODED = [
    ("Telefon;Navn\n1;Søren", "utf-8", "CSV, UTF-8, separated by semicolons"),
    ("Telefon;Navn\n1;Søren", "utf-8-sig", "CSV, UTF-8 with a byte order mark, separated by semicolons"),
    ("Telefon\tNavn\n1\tSøren", "utf-16", "CSV, UTF-16, separated by tabs"),
    ("Telefon|Navn\n1|Søren", "cp1252", "CSV, Windows-1252 or ISO 8859-1, as it is not UTF-8, separated by bars"),
    ("Telefon,Navn\n1,Søren", "iso8859-1", "CSV, Windows-1252 or ISO 8859-1, as it is not UTF-8, separated by commas"),
]


@pytest.mark.parametrize(("text", "encoding", "description"), ENCODED)
def test_encoding_and_separator_are_found_and_said(text: str, encoding: str, description: str) -> None:
    table = read(text.encode(encoding))

    assert table.description == description
    assert [record.cells for record in table.records()] == [("1", "Søren")]


def test_a_letter_that_windows_has_and_iso_has_not_is_read() -> None:
    assert rows_of("Phone;Price\n1;€5 š\n".encode("cp1252"))[0].cells == ("1", "€5 š")


def test_bytes_that_windows_does_not_know_are_iso() -> None:
    assert rows_of(b"Phone;Name\n1;S\xf8ren \x81\n")[0].cells == ("1", "Søren \x81")


def test_a_first_line_that_names_the_separator_is_no_row() -> None:
    table = read(b"sep=;\nPhone;Name\n1;Ann, Lee\n")

    assert table.columns.headings == ("Phone", "Name")
    assert [(record.line, record.cells) for record in table.records()] == [(3, ("1", "Ann, Lee"))]


@pytest.mark.parametrize("text", ["Phone\n1,5\n2\n", "Phone\n1;5\n2\n"])
def test_one_column_needs_no_separator(text: str) -> None:
    assert read(text.encode()).columns.headings == ("Phone",)


BROKEN = [
    ('1,"open\n2,b\n3,c\n', [(2, RemarkKind.QUOTES), (3, None), (4, None)]),
    ('1,"open\n2,"also open\n3,c\n', [(2, RemarkKind.QUOTES), (3, RemarkKind.QUOTES), (4, None)]),
    ('1,"a"b\n2,b\n', [(2, RemarkKind.QUOTES), (3, None)]),
    ('1,"a\nb"c\n2,b\n', [(2, RemarkKind.QUOTES), (3, RemarkKind.CELLS), (4, None)]),
    ("1\n2,b\n3,c,d\n4,e\n", [(2, RemarkKind.CELLS), (3, None), (4, RemarkKind.CELLS), (5, None)]),
    # its other lines are read as rows of their own: better a line too many than a person lost
    ('1,"a\nb",c\n2,b\n', [(2, RemarkKind.CELLS), (3, None), (4, None)]),
    (f"1,{'x' * (LONGEST_CELL + 1)}\n2,b\n", [(2, RemarkKind.TOO_LONG), (3, None)]),
    (f'1,"{"x" * 200_000}"\n2,b\n', [(2, RemarkKind.QUOTES), (3, None)]),
    ('1,"a\nb"\n2,b\n', [(2, None), (4, None)]),
    ("1,a\n\n\n2,b\n", [(2, None), (5, None)]),
    ('1,5" pipe\n2,b\n', [(2, None), (3, None)]),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN)
def test_a_broken_row_is_named_by_its_line_and_the_others_go_on(
    text: str, expected: list[tuple[int, RemarkKind | None]]
) -> None:
    found = rows_of(f"Phone,Name\n{text}")

    assert [(record.line, record.broken and record.broken.kind) for record in found] == expected


@pytest.mark.parametrize(("lines", "is_read"), [(MOST_LINES, True), (MOST_LINES + 1, False)])
def test_a_cell_may_have_many_lines_but_not_the_rest_of_the_file(lines: int, is_read: bool) -> None:
    text = 'Phone,Name\n1,"' + "\n".join(["x"] * lines) + '"\n2,b\n'

    found = rows_of(text)

    assert (found[0].broken is None) is is_read
    assert found[-1].cells == ("2", "b")


def test_how_many_cells_there_are_and_should_be_is_told() -> None:
    (record,) = rows_of("Phone,Name\n1,2,3\n")

    assert record.broken is not None
    assert record.broken.value == "3/2"


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"open'])
def test_a_file_without_headings_is_turned_away(content: bytes) -> None:
    with pytest.raises(InvalidRequest, match="first line"):
        read(content)


def test_records_may_be_read_again_from_the_first() -> None:
    table = read(b"Phone,Name\n1,a\n2,b\n")

    assert list(table.records()) == list(table.records())
    assert len(list(table.records())) == 2
