"""JSON lines and arrays: names are headings, values are cells."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.errors import InvalidRequest
from middleware.leads.objects import MOST_HEADINGS, ObjectTable
from middleware.leads.records import RemarkKind

NAMES = st.sampled_from(["phone", "name", "email", "note"])
OBJECTS = st.lists(st.dictionaries(NAMES, st.text(max_size=10), min_size=1), min_size=1, max_size=6)


@given(OBJECTS, st.booleans())
def test_any_objects_read_back(objects: list[dict[str, str]], is_array: bool) -> None:
    text = json.dumps(objects) if is_array else "\n".join(json.dumps(each) for each in objects)
    table = ObjectTable(BytesIO(text.encode()), is_array=is_array)

    found = [dict(zip(table.columns.headings, record.cells, strict=True)) for record in table.records()]

    assert [{name: text for name, text in each.items() if text} for each in found] == [
        {name: text for name, text in each.items() if text} for each in objects
    ]
    assert table.rows == len(objects)


def test_names_are_headings_in_the_order_in_which_they_first_occur() -> None:
    table = ObjectTable(BytesIO(b'{"phone": "1"}\n{"score": 7, "phone": "2"}\n'), is_array=False)

    assert table.columns.headings == ("phone", "score")
    assert [record.cells for record in table.records()] == [("1", ""), ("2", "7")]


def test_values_that_are_no_text_are_written_as_json_has_them() -> None:
    table = ObjectTable(BytesIO(b'[{"phone": 4532123456, "a": null, "b": true, "c": [1]}]'), is_array=True)

    assert [record.cells for record in table.records()] == [("4532123456", "", "true", "[1]")]


@pytest.mark.parametrize("broken", ["{", "[1]", "7", '"x"', "\xff"])
def test_a_line_that_is_no_object_is_broken_and_the_others_go_on(broken: str) -> None:
    text = f'{{"phone": "1"}}\n\n{broken}\n{{"phone": "2"}}'.encode("latin-1")
    table = ObjectTable(BytesIO(text), is_array=False)

    found = [(record.line, record.broken and record.broken.kind) for record in table.records()]

    assert found == [(1, None), (3, RemarkKind.NOT_AN_OBJECT), (4, None)]


def test_a_member_of_an_array_that_is_no_object_is_broken_and_the_others_go_on() -> None:
    table = ObjectTable(BytesIO(b'[{"phone": "1"}, 7, {"phone": "2"}]'), is_array=True)

    assert [record.broken is None for record in table.records()] == [True, False, True]


def test_half_a_letter_and_a_number_beyond_all_bounds_break_no_other_row() -> None:
    text = rb'[{"phone": "\ud800"}, {"phone": "1", "n": 123456789012345678901234567890}]'
    for is_array, body in ((True, text), (False, text[1:-1].replace(b"}, ", b"}\n"))):
        first, second = ObjectTable(BytesIO(body), is_array=is_array).records()

        assert first.broken is not None
        assert second.cells[0] == "1"


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_at_all_make_the_reader_fail(body: bytes, is_array: bool) -> None:
    try:
        table = ObjectTable(BytesIO(body), is_array=is_array)
    except InvalidRequest:
        return
    for record in table.records():
        "".join(record.cells).encode()


@pytest.mark.parametrize(
    "text", ["{}", "[", "[]", "[{}] x", "[{},]", "[{} {}]", "[" * 100_000, '[{"phone": "1"}', "", '{"phone": "1"}']
)
def test_what_is_no_array_is_turned_away(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no JSON array"):
        ObjectTable(BytesIO(text.encode()), is_array=True)


@pytest.mark.parametrize(("names", "is_read"), [(MOST_HEADINGS, True), (MOST_HEADINGS + 1, False)])
def test_rows_that_are_no_table_are_turned_away(names: int, is_read: bool) -> None:
    text = "\n".join(json.dumps({f"name {each}": "x"}) for each in range(names))
    if is_read:
        assert len(ObjectTable(BytesIO(text.encode()), is_array=False).columns.headings) == names
    else:
        with pytest.raises(InvalidRequest, match="different names"):
            ObjectTable(BytesIO(text.encode()), is_array=False)


def test_a_long_member_of_an_array_is_read_and_an_endless_one_is_turned_away() -> None:
    long, endless = ({"phone": "1", "note": ["x" * 98] * count} for count in (50, 20_000))

    assert len(list(ObjectTable(BytesIO(json.dumps([long, long]).encode()), is_array=True).records())) == 2
    with pytest.raises(InvalidRequest, match="longer than a million"):
        ObjectTable(BytesIO(json.dumps([endless]).encode()), is_array=True)
