"""Which addresses are somebody else's servers, and which lead back to us."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.gateways.public_addresses import is_public

INWARD_V4 = [
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - nothing is bound to it
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "168.63.129.16", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
OUTWARD_V4 = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "172.15.0.1", "172.32.0.1", "192.167.0.1"]
INWARD_V6 = [
    "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1",
    "100::1", "::127.0.0.1", "::8.8.8.8", "64:ff9b:1::1", "5f00::1", "2001::1",
]  # fmt: skip
OUTWARD_V6 = ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:4860:4860::8888", "2a00:1450:400f::1"]


@pytest.mark.parametrize("text", INWARD_V4 + INWARD_V6)
def test_an_address_that_leads_inwards_or_nowhere_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTWARD_V4 + OUTWARD_V6)
def test_an_address_of_the_public_network_is(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def wrapped(v4: ipaddress.IPv4Address) -> list[ipaddress.IPv6Address]:
    """The ways in which an IPv6 address may lead to an IPv4 one: mapped, through NAT64, 6to4."""
    number = int(v4)
    prefixes = (0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112)
    places = (number, number, number << 80)
    return [ipaddress.IPv6Address(prefix | place) for prefix, place in zip(prefixes, places, strict=True)]


@pytest.mark.parametrize("text", INWARD_V4 + OUTWARD_V4)
def test_a_wrapped_address_is_what_it_wraps(text: str) -> None:
    v4 = ipaddress.IPv4Address(text)

    assert {is_public(v6) for v6 in wrapped(v4)} == {is_public(v4)}


@given(st.ip_addresses(v=4))
def test_whatever_is_wrapped_no_way_of_writing_opens_what_is_closed(v4: ipaddress.IPv4Address) -> None:
    for v6 in wrapped(v4):
        assert is_public(v6) == is_public(v4)


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    if not mapped and (address.is_private or address.is_loopback or address.is_link_local or address.is_multicast):
        assert not is_public(address)
