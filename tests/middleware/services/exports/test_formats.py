"""No cell of a spreadsheet is a formula, whatever people typed, and nothing else about it is changed."""

import csv
import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.services.exports.formats import CsvEncoder, cell
from middleware.store.exports import ExportedAttempt
from tests.rows import an_attempt_row

RUNS = "=+-@＝＋－＠\x00"
CUTS_OFF = "\t\r"
HOSTILE = st.text(alphabet=st.sampled_from([*RUNS, *CUTS_OFF, *"\n;|,'\" aæ1!()"]), max_size=20)
FREE_TEXT = ("callee", "caller_id", "idempotency_key", "campaign_id", "answered_by", "call_status")


def exported(**changes: str | None) -> ExportedAttempt:
    row: dict[str, Any] = {**an_attempt_row(), "status_reports": 0, "events": (), **changes}
    return ExportedAttempt._make(row.get(name) for name in ExportedAttempt._fields)


def text_of(*attempts: ExportedAttempt) -> str:
    encoder = CsvEncoder()
    return (encoder.head() + encoder.rows(attempts)).decode("utf-8-sig")


def cells_of(*attempts: ExportedAttempt) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text_of(*attempts), newline=""), strict=True))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+4533", "'+4533"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\x00=1", "'\x00=1"),
        ("＝1", "'＝1"),
        (' "=1', "' \"=1"),
        ("a;=1", "a;'=1"),
        ("a|\t=1", "a|'\t'=1"),
        ("a\n@x", "a\n'@x"),
        ("1-1", "1-1"),
        ("a = b", "a = b"),
        ("it's", "it's"),
        ("Bøgely; Ærø", "Bøgely; Ærø"),
        ("", ""),
    ],
)
def test_a_quote_stands_where_a_formula_would_begin_and_nowhere_else(typed: str, written: str) -> None:
    assert cell(typed) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (datetime(2026, 11, 1, 8, 0, 0, 250_000, UTC), "2026-11-01T08:00:00.250000+00:00"),
    ],
)
def test_values_that_are_no_text_are_written_in_one_way(value: object, written: str) -> None:
    assert cell(value) == written


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FREE_TEXT, HOSTILE)), min_size=1, max_size=3))
def test_a_spreadsheet_reads_back_what_was_typed_but_for_the_quotes(typed: list[dict[str, str]]) -> None:
    rows = cells_of(*(exported(**each) for each in typed))

    assert len(rows) == len(typed)
    for row, each in zip(rows, typed, strict=True):
        assert not [value for value in row.values() if value[:1] in set(RUNS + CUTS_OFF)]
        assert not [value for value in row.values() if value.strip()[:1] in set(RUNS)]
        assert row["idempotency_key"].replace("'", "") == each["idempotency_key"].replace("'", "")
        assert row["callee_as_asked"].replace("'", "") == each["callee"].replace("'", "")


@given(st.fixed_dictionaries(dict.fromkeys(FREE_TEXT, HOSTILE)))
def test_a_spreadsheet_that_splits_at_something_else_finds_no_formula_either(typed: dict[str, str]) -> None:
    text = text_of(exported(**typed))

    for separator in ";|\t":
        parts = re.split(rf"[{separator}\r\n]", text)
        assert not [part for part in parts if part.strip('" ')[:1] in set(RUNS)]


@pytest.mark.parametrize(
    ("number", "digits", "as_asked"),
    [
        ("+4533123456", "4533123456", ""),
        ("+123456789012345", "123456789012345", ""),
        ("+1234567890123456", "", "'+1234567890123456"),
        ("+0033", "", "'+0033"),
        ("+45 33", "", "'+45 33"),
        ("+45\n", "", "'+45\n"),
        ("+４５33123456", "", "'+４５33123456"),
        ("112", "", "112"),
        ("client:anna", "", "client:anna"),
    ],
)
def test_telephone_numbers_stand_without_their_plus_and_need_no_quote(number: str, digits: str, as_asked: str) -> None:
    row = cells_of(exported(callee=number, caller_id=number))[0]

    assert (row["callee_e164_without_plus"], row["callee_as_asked"]) == (digits, as_asked)
    assert (row["caller_id_e164_without_plus"], row["caller_id_as_asked"]) == (digits, as_asked)


def test_an_erased_number_leaves_both_of_its_columns_empty_and_its_key() -> None:
    row = cells_of(exported(callee=None))[0]

    assert (row["callee_e164_without_plus"], row["callee_as_asked"]) == ("", "")
    assert row["callee_key"] == "0123456789abcdef0123456789abcdef"


def test_a_file_begins_with_the_mark_by_which_excel_knows_utf_8_and_has_the_line_ends_of_rfc_4180() -> None:
    encoder = CsvEncoder()
    data = encoder.head() + encoder.rows([exported(), exported()])

    assert data.startswith(b"\xef\xbb\xbfattempt_id,asked_at,")
    assert data.count(b"\r\n") == data.count(b"\n") == 3
