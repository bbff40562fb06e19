"""The short way to read a number must say what the long way says, whatever the number."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberFormat

from middleware.numbering_plans import plain_number
from middleware.phone_numbers import parse, parse_slowly

CALLING_CODES = sorted(COUNTRY_CODE_TO_REGION_CODE)
OURS = ("+45", "+46", "+49", "+31", "+32")
TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)


def examples() -> Iterator[str]:
    """An example of every type of number in every country, as its plan gives it."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        metadata = PhoneMetadata.metadata_for_region(region, None)
        assert metadata is not None
        for name in TYPES:
            described = getattr(metadata, name)
            if described is not None and described.example_number:
                yield f"+{metadata.country_code}{described.example_number}"


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=least, max_size=most)


def close_to_an_example(number: str, places: list[tuple[int, str]]) -> str:
    """The number with the digits at some places exchanged: still plausible, often of another type, often none."""
    characters = list(number)
    for place, digit in places:
        characters[3 + place % (len(characters) - 3)] = digit
    return "".join(characters)


def test_every_type_of_number_in_every_country_is_read_as_the_long_way_reads_it() -> None:
    for number in examples():
        assert parse(number) == parse_slowly(number, None), number


@settings(max_examples=3000, deadline=None)
@given(
    number=st.one_of(
        st.builds("+{}{}".format, st.sampled_from(CALLING_CODES), digits(2, 15)),
        st.builds("{}{}".format, st.sampled_from(OURS), digits(4, 12)),
        st.builds(
            close_to_an_example,
            st.sampled_from(sorted(examples())),
            st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789")), max_size=4),
        ),
        st.builds("+{}".format, digits(1, 18)),
    ),
    default_country=st.sampled_from([None, "DK", "SE", "US", "de", "XX"]),
)
def test_no_number_is_read_otherwise_than_by_the_long_way(number: str, default_country: str | None) -> None:
    assert parse.__wrapped__(number, default_country) == parse_slowly(number, default_country)


@pytest.mark.parametrize("number", ["+4526123456", "+46701234567", "+4915112345678", "+31612345678", "+3225551234"])
def test_numbers_of_the_countries_that_may_be_called_go_the_short_way(number: str) -> None:
    assert plain_number(number) is not None


@pytest.mark.parametrize(
    "text",
    [
        "+45 26 12 34 56",  # any other spelling
        "4526123456",
        "+4526123456\n",
        "+45２６123456",  # digits of other scripts
        "+460701234567",  # a national prefix too many
        "+12125551234",  # a calling code of many countries
        "+4500000000",  # a number that cannot exist
        "+999123456789",  # a calling code that is none
    ],
)
def test_what_is_not_plain_is_left_to_the_long_way(text: str) -> None:
    assert plain_number(text) is None


def test_a_number_comes_back_in_e164_however_it_was_spelled() -> None:
    long_way = phonenumbers.parse("+45 26 12 34 56")

    assert parse("0045 26123456").e164 == parse("+4526123456").e164
    assert parse("+4526123456").e164 == phonenumbers.format_number(long_way, PhoneNumberFormat.E164)
