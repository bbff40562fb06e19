"""Numbers as spreadsheets leave them are read as they were meant, or not at all."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.leads.numbers import read_number
from middleware.leads.records import RemarkKind

READ = [
    ("+45 32 12 34 56", None, "+4532123456", None),
    ("0045 32123456", None, "+4532123456", None),
    ("0045 32123456", "SE", "+4532123456", None),
    ("tel:+45-32-12-34-56", None, "+4532123456", None),
    ("32 12 34 56", "DK", "+4532123456", None),
    ("'+4532123456", None, "+4532123456", None),
    ("+49 (0)30 901820", None, "+4930901820", None),
    ("030/901820", "DE", "+4930901820", None),
    ("070-123 45 67", "SE", "+46701234567", None),
    ("4532123456", None, "+4532123456", RemarkKind.PLUS_MISSING),
    ("4532123456.0", None, "+4532123456", RemarkKind.PLUS_MISSING),
    ("4532123456,00", "SE", "+4532123456", RemarkKind.PLUS_MISSING),
    ("4930901820", "DK", "+4930901820", RemarkKind.PLUS_MISSING),
    ("612345678", "NL", "+31612345678", None),
    ("236618300", "IT", "+390236618300", RemarkKind.ZERO_MISSING),
    ("1512 3456789", "DE", "+4915123456789", None),
]


@pytest.mark.parametrize(("text", "country", "e164", "remark"), READ)
def test_a_number_is_read_as_it_was_meant(text: str, country: str | None, e164: str, remark: RemarkKind | None) -> None:
    found = read_number(text, country)

    assert found.parsed.e164 == e164
    assert found.parsed.facts.valid
    assert found.remark is remark


@pytest.mark.parametrize("text", ["", "12", "call me", "32 12 34 56", "+45 12", "+45 32 12 34 5", "n/a"])
def test_what_cannot_be_read_is_not_guessed(text: str) -> None:
    assert not read_number(text, None).parsed.facts.valid


@pytest.mark.parametrize("text", ["4.53212E+09", "4,53212E+09", "4.53212e9", "4E+9"])
def test_a_number_whose_digits_a_spreadsheet_has_thrown_away_says_so(text: str) -> None:
    found = read_number(text, "DK")

    assert not found.parsed.facts.valid
    assert found.remark is RemarkKind.DIGITS_LOST


def test_an_emergency_number_is_not_mended_into_another() -> None:
    assert read_number("112", None).parsed.facts.emergency
    assert not read_number("112", "DK").parsed.facts.valid


@given(st.sampled_from(["DK", "SE", "DE", "NL", "BE", "FR", "GB", "NO", "FI", "CH", "AT", "PL"]))
def test_examples_of_every_country_are_the_same_in_every_spelling(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)

    for text, whose in (
        (e164, None),
        (e164[1:], None),
        (f"00{e164[1:]}", "US"),
        (national, country),
        (f"{e164[1:]}.0", None),
    ):
        assert read_number(text, whose).parsed.e164 == e164


@given(st.text(max_size=80), st.sampled_from([None, "DK", "DE"]))
def test_no_text_at_all_makes_the_reader_fail(text: str, country: str | None) -> None:
    read_number(text, country)
