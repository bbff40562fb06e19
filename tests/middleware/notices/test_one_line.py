"""Foreign text in one line of a mail."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.notices.one_line import name_or_none, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Anna Jensen", "Anna Jensen"),
        ("Anna\r\nBcc: x", "Anna Bcc: x"),
        ("  Anna\t \x0b\x00 Jensen ", "Anna Jensen"),
        ("Anna\u2028\u2029\x85Jensen", "Anna Jensen"),
        ("\u202eAnna\u200b", "Anna"),
        ("Åse Łukasz Ñandú 王", "Åse Łukasz Ñandú 王"),
        ("", ""),
    ],
)
def test_a_line_keeps_what_can_be_read_and_nothing_else(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_no_text_makes_a_second_line_or_an_invisible_character(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert {unicodedata.category(character) for character in line}.isdisjoint({"Cc", "Cf", "Zl", "Zp"})
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Anna Jensen", "Anna Jensen"),
        ("Møller & Søn A/S", "Møller & Søn A/S"),
        ("Booking.com B.V.", "Booking.com B.V."),
        ("x" * 120, "x" * 120),
        ("x" * 121, None),
        ("click http://x.example", None),
        ("WWW.x.example", None),
        (" \r\n", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_is_shown_unless_it_is_none(given_name: str | None, name: str | None) -> None:
    assert name_or_none(given_name) == name
