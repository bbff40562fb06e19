"""Which addresses lie in the public network, however an address of the old kind is wrapped in one of the new."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
# what stands beside a cloud's machines at an address that looks public: Azure's own services
_BESIDE_US = frozenset({IPv4Address("168.63.129.16")})
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part that has been given out (IANA)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: networks without the old kind reach it through these


def is_public(address: Address) -> bool:
    """Whether it can be a server of somebody else, and neither this machine nor one beside it."""
    inner = _wrapped_in(address)
    if inner is not None:
        return is_public(inner)
    if address in _BESIDE_US or (isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST):
        return False
    return address.is_global and not address.is_multicast


def _wrapped_in(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
