"""URLs that a dialer gives for its status callbacks: taken apart, and refused where nothing can be sent to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, unquote, urlsplit

from middleware.errors import CallbackForbidden

_PORTS = {"http": 80, "https": 443}
LONGEST = 4000
# A name, an address of the old kind in any spelling, or one of the new kind in brackets; and a port. With any other
# character readers of URLs differ about what the host is, and the one that is checked must be the one that is asked.
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[(?P<new>[0-9A-Fa-f:.]+)\])(?::[0-9]*)?")


@dataclass(frozen=True, slots=True)
class CallbackUrl:
    """`parts` has neither fragment nor user and password, as it is requested and signed; these stand apart."""

    parts: SplitResult
    host: str
    port: int
    user: str | None
    password: str

    @property
    def address(self) -> str:
        """What is requested and signed."""
        return self.parts.geturl()


def read_callback_url(text: str) -> CallbackUrl:
    """Raises `CallbackForbidden`; the text of the error does not repeat the URL, which may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise CallbackForbidden("a callback URL must be one that can be read") from None
    if parts.scheme not in _PORTS or not parts.hostname or not _is_plain(text):
        raise CallbackForbidden(f"a callback URL must be http(s), with a host, of at most {LONGEST} characters")
    userinfo, _, authority = parts.netloc.rpartition("@")
    if "@" in userinfo or port == 0 or not _is_one_host(authority):
        raise CallbackForbidden(
            "a callback URL must name one host, in letters, digits, dots and hyphens, or an address"
        )
    # the fragment holds wishes about delivery; both it and the user are left out of what Twilio signs
    bare = parts._replace(fragment="", netloc=authority)
    user = unquote(parts.username) if parts.username else None
    return CallbackUrl(bare, parts.hostname, port or _PORTS[parts.scheme], user, unquote(parts.password or ""))


def _is_plain(text: str) -> bool:
    """Backslashes are slashes to some readers and part of a name to others."""
    return len(text) <= LONGEST and text.isascii() and text.isprintable() and not set(" \\") & set(text)


def _is_one_host(authority: str) -> bool:
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return False
    try:
        return found["new"] is None or IPv6Address(found["new"]) is not None
    except ValueError:
        return False
