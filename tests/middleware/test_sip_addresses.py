"""SIP addresses: a telephone number is found however it is written, and a name or an extension is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.sip_addresses import is_sip, read_sip

NUMBERS = ["+4532123456", "+12125550123", "+442079460958", "+46812345678", "+4915112345678"]
SEPARATORS = st.sampled_from(["", "-", ".", "%20", "(", ")", "%2D", "%2e"])
SCHEMES = st.sampled_from(["sip:", "sips:", "SIP:", "Sip:", "SIPS:", " sip:"])
HOSTS = st.sampled_from(["carrier.example", "CARRIER.example", "acme.sip.twilio.com", "192.0.2.7", "a.example:5061"])
TAILS = st.sampled_from(["", ";transport=tls", ";user=phone", "?x-id=1", ";region=ie1?x-a=b&x-c=%40d", ";lr;maddr=x"])


@st.composite
def spelled(draw: st.DrawFn, number: str) -> str:
    """The user part: the digits with anything between that people write, behind a plus, a nought-nought or nothing."""
    digits = "".join(f"{digit}{draw(SEPARATORS)}" for digit in number[1:])
    return draw(st.sampled_from(["+", "%2B", "%2b", "00", "0%30", ""])) + digits


@st.composite
def addresses(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(st.sampled_from(NUMBERS))
    password = draw(st.sampled_from(["", ":secret", ";ext=5", ";isub=1:pw"]))
    return number, f"{draw(SCHEMES)}{draw(spelled(number))}{password}@{draw(HOSTS)}{draw(TAILS)}"


@given(addresses())
def test_a_number_in_any_spelling_is_found(case: tuple[str, str]) -> None:
    number, text = case
    sip = read_sip(text)

    assert is_sip(text)
    assert sip is not None
    assert sip.number == number
    assert not sip.is_name


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("32123456;phone-context=+45", "+4532123456"),
        ("32123456;PHONE-CONTEXT=%2B45", "+4532123456"),
        ("32-12-34-56;phone-context=+45", "+4532123456"),
        ("3456;phone-context=+453212", "+4532123456"),
    ],
)
def test_a_number_whose_beginning_stands_in_a_parameter_is_found(user: str, number: str) -> None:
    sip = read_sip(f"sip:{user}@carrier.example")

    assert sip is not None
    assert sip.number == number


@pytest.mark.parametrize(
    "user", ["anna", "anna.b", "101", "4711", "123456", "anna7", "room-12-b34", "a1b2c3d4e5f6a7b8c9"]
)
def test_names_and_extensions_are_no_numbers(user: str) -> None:
    sip = read_sip(f"sip:{user}@acme.sip.twilio.com")

    assert sip is not None
    assert sip.number is None
    assert sip.is_name


@pytest.mark.parametrize(
    "user",
    [
        "32123456",  # a number without its country: an exchange that stands there knows what it means
        "9-32123456",
        "0,32123456",
        "*31%23+4532123456",
        "+4532123456x1",
        "tel%3A+4532123456",
        "prefix+4532123456",
        "%2B٤٥٣٢١٢٣٤٥٦",
        "４５３２１２３４５６",
        "+45_3212_3456",
        "+4532123456%3Buser=phone",
        "1234567",
    ],
)
def test_what_some_exchange_could_take_for_a_number_is_neither_a_number_nor_a_name(user: str) -> None:
    sip = read_sip(f"sip:{user}@acme.sip.twilio.com")

    assert sip is not None
    assert sip.number is None
    assert not sip.is_name


@given(st.text(min_size=1, max_size=12), st.from_regex(r"[0-9]{7,15}", fullmatch=True), st.text(max_size=5))
def test_no_long_number_passes_as_a_name_whatever_stands_around_it(before: str, digits: str, after: str) -> None:
    sip = read_sip(f"sip:{before}{digits}{after}@acme.sip.twilio.com")

    user_has_them = sip is not None and digits in sip.user
    assert not user_has_them or sip is None or not sip.is_name


@pytest.mark.parametrize(
    "text",
    [
        "sip:",
        "sip:@carrier.example",
        "sip:+4532123456",
        "sip:anna@",
        "sip:anna@evil.example@acme.sip.twilio.com",
        "sip:anna%40evil.example@acme.sip.twilio.com",
        "sip:anna;x=@evil.example@acme.sip.twilio.com",
        "sip:anna b@acme.sip.twilio.com",
        "sip:anna@acme.sip.twilio.com\r\nTo: x",
        f"sip:{'a' * 250}@acme.sip.twilio.com",
    ],
)
def test_what_can_be_read_in_two_ways_is_no_address(text: str) -> None:
    assert read_sip(text) is None


@pytest.mark.parametrize(
    ("tail", "stays"),
    [
        ("", True),
        (";transport=tls;region=ie1;edge=dublin", True),
        ("?x-case=7&X-agent=anna", True),
        (":5061", True),
        (";maddr=192.0.2.7", False),
        (";user=phone", False),
        (";%6Daddr=192.0.2.7", False),
        ("?Route=%3Csip:evil.example%3E", False),
        ("?x-a=1&To=sip:+4532123456@evil.example", False),
    ],
)
def test_nothing_that_comes_with_an_address_leads_elsewhere(tail: str, stays: bool) -> None:
    sip = read_sip(f"sip:anna@acme.sip.twilio.com{tail}")

    assert sip is not None
    assert sip.host == "acme.sip.twilio.com"
    assert sip.leads_nowhere_else is stays


@given(st.text(max_size=300))
def test_any_text_at_all_is_read_or_is_no_address(text: str) -> None:
    for each in (text, f"sip:{text}", f"sips:{text}@acme.example"):
        sip = read_sip(each)
        assert sip is None or (sip.user and sip.host)
