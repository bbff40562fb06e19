"""Whatever way a number, a mailbox or a register number is written, its key is the same; other things' are not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.keyed_hash import Pepper, digest
from middleware.phone_numbers import parse

PEPPER = Pepper(b"a pepper for tests alone")
# country, its calling code, the digit that stands before a national number, national numbers
NUMBERS = [
    ("DK", "45", "", "33123456"),
    ("SE", "46", "0", "84650041"),
    ("DE", "49", "0", "30231250"),
    ("DE", "49", "0", "15123456789"),
    ("BE", "32", "0", "25551234"),
    ("NL", "31", "0", "201234567"),
    ("GB", "44", "0", "2079460018"),
]
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str | None, str]:
    """A number as people write it, the country it was written in (None: with its calling code), and its E.164."""
    country, code, trunk, national = draw(st.sampled_from(NUMBERS))
    between = draw(st.lists(st.sampled_from(["", "", " ", "-", ".", "/", "  "]), min_size=20, max_size=20))
    digits = "".join(digit + gap for digit, gap in zip(national, between, strict=False)).strip(" -./")
    start = draw(
        st.sampled_from(["+{c}", "00{c}", "+{c} ", "00 {c} ", "tel:+{c}", "(+{c}) ", "+{c} (0)", "{t}", "({t})"])
    )
    if "{t}" in start:
        return f"{start.format(t=trunk)}{digits}" if trunk else digits, country, f"+{code}{national}"
    if "(0)" in start and not trunk:
        start = "+{c} "
    text = f"{start.format(c=code)}{digits}"
    written = [text, f"  {text} ", *([text.translate(FULL_WIDTH)] if "+" in start else [])]
    return draw(st.sampled_from(written)), None, f"+{code}{national}"


@settings(max_examples=400)
@given(spellings())
def test_any_spelling_of_a_number_has_its_key(spelling: tuple[str, str | None, str]) -> None:
    given_text, country, e164 = spelling

    assert PEPPER.number(parse(given_text, country).e164 or given_text) == PEPPER.number(e164)


@pytest.mark.parametrize("extended", ["+4533123456 ext. 12", "+45 33123456x12", "tel:+4533123456;ext=12"])
def test_an_extension_does_not_hide_a_number(extended: str) -> None:
    assert PEPPER.number(parse(extended).e164 or "") == PEPPER.number("+4533123456")


def test_different_numbers_have_different_keys() -> None:
    e164 = [f"+45331{place:05d}" for place in range(2000)]

    assert len({PEPPER.number(each) for each in e164}) == 2000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna@boozt.example", " Anna@BOOZT.example\n"),
        ("søren@boozt.example", "SØREN@boozt.example"),
        ("andré@boozt.example", "andre\N{COMBINING ACUTE ACCENT}@boozt.example"),
        ("anna@boozt.example", "ａｎｎａ@boozt.example"),
    ],
)
def test_a_mailbox_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert PEPPER.mailbox(one) == PEPPER.mailbox(other)


@pytest.mark.parametrize(
    "other", ["anna+sales@boozt.example", "an.na@boozt.example", "anna@boozt.example.com", "bo@boozt.example", "anna"]
)
def test_another_mailbox_is_another_person(other: str) -> None:
    assert PEPPER.mailbox("anna@boozt.example") != PEPPER.mailbox(other)


@pytest.mark.parametrize(
    ("country", "one", "other"),
    [
        ("BE", "0403.170.701", "0403170701"),
        ("BE", "0403.170.701", " 0403 170 701 "),
        ("SE", "556016-0680", "5560160680"),
        ("DE", "HRB 86891", "hrb86891"),
        ("DE", "HRB 86891 B", "HRB-86891/b"),
        ("DK", "12 34 56 74", "12345674"),
        ("dk", "12345674", "１２３４５６７４"),
        (" NL ", "01234567", "01.23.45.67"),
    ],
)
def test_a_register_number_is_the_same_with_and_without_its_dots(country: str, one: str, other: str) -> None:
    assert PEPPER.company(country, one) == PEPPER.company(country.strip().upper(), other)


@pytest.mark.parametrize(("country", "number"), [("SE", "12345674"), ("DK", "12345675"), ("DK", "012345674")])
def test_another_country_or_number_is_another_company(country: str, number: str) -> None:
    assert PEPPER.company(country, number) != PEPPER.company("DK", "12345674")


def test_kinds_never_meet() -> None:
    text = "+4533123456"

    assert len({PEPPER.number(text), PEPPER.mailbox(text), PEPPER.company("", text)}) == 3


def test_a_key_is_half_an_hmac_under_the_pepper_and_tells_nothing_without_it() -> None:
    full = hmac.new(b"a pepper for tests alone", b"number|+4533123456", hashlib.sha256).hexdigest()

    assert PEPPER.number("+4533123456") == full[:32]
    assert Pepper(b"another").number("+4533123456") != full[:32]
    assert "pepper for tests" not in repr(PEPPER)


def test_a_digest_is_sha256() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
