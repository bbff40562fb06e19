"""What of a webhook's URL is sent, signed, and obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from scripts.twilio_simulator.form import is_web_address
from scripts.twilio_simulator.webhook_url import (
    DeliveryRules,
    delivery_rules,
    signature,
    signed_form,
    without_fragment,
)


def test_the_signature_of_twilios_own_example_comes_out_right() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }

    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:8443/a?b=c:1", "https://example.com/a?b=c:1"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("http://example.com:80/a", "http://example.com:80/a"),
        ("https://user:pass@example.com:8443/a", "https://example.com/a"),
        ("http://user:pass@example.com/a@b", "http://example.com/a@b"),
        ("https://example.com/%7Ea/?x=%2B+1&&y", "https://example.com/%7Ea/?x=%2B+1&&y"),
        ("https://example.com/a?b=1#rc=2&rp=ct", "https://example.com/a?b=1"),
        ("https://example.com", "https://example.com"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a??", "https://example.com/a??"),
    ],
)
def test_a_url_is_signed_without_fragment_user_and_https_port(url: str, signed: str) -> None:
    assert signed_form(url) == signed


@given(
    form=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=8,
    ),
    path=st.text("abc/%20~+&=?.", max_size=30),
)
def test_every_signature_is_accepted_by_twilios_validator(form: dict[str, str], path: str) -> None:
    url = without_fragment(f"https://example.com/{path}")

    assert RequestValidator("token").validate(url, form, signature("token", url, form))


@pytest.mark.parametrize(
    ("fragment", "rules"),
    [
        ("", DeliveryRules(5.0, 15.0, 15.0, 1, frozenset({"ct"}))),
        ("#rc=3&rp=ct,rt,5xx&rt=4000", DeliveryRules(5.0, 4.0, 15.0, 3, frozenset({"ct", "rt", "5xx"}))),
        ("#rc=0", DeliveryRules(5.0, 15.0, 15.0, 0, frozenset({"ct"}))),
        ("#rc=6&ct=99&rt=15001&tt=abc", DeliveryRules()),
        ("#ct=100&rt=15000&tt=100&rc=5", DeliveryRules(0.1, 15.0, 0.1, 5, frozenset({"ct"}))),
        ("#rp=all", DeliveryRules(retried=frozenset({"ct", "rt", "4xx", "5xx"}))),
        ("#rp=5XX", DeliveryRules(retried=frozenset({"5xx"}))),
        ("#rp=never", DeliveryRules()),
        ("#section-2", DeliveryRules()),
    ],
)
def test_the_fragment_overrides_delivery_rules_within_bounds(fragment: str, rules: DeliveryRules) -> None:
    assert delivery_rules(f"https://example.com/a?rc=4{fragment}") == rules


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://example.com/a", True),
        ("http://127.0.0.1:8080/a#rc=1", True),
        ("http://localhost/a", True),
        ("http://[::1]:80/a", True),
        ("https://my_host.example.com/a", False),
        ("https:///a", False),
        ("//example.com/a", False),
        ("ftp://example.com/a", False),
        ("https://example.com:99999/a", False),
        ("https://example.com/a b", False),
        ("https://[::1/a", False),
        (f"https://example.com/{'a' * 4000}", False),
    ],
)
def test_only_whole_web_addresses_are_taken(url: str, usable: bool) -> None:
    assert is_web_address(url) is usable
