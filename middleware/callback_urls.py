"""URLs that a dialer gives for its status callbacks: taken apart, and refused where nothing can be sent to them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from middleware.errors import CallbackForbidden

_PORTS = {"http": 80, "https": 443}
LONGEST = 4000


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
    # the fragment holds wishes about delivery; both it and the user are left out of what Twilio signs
    bare = parts._replace(fragment="", netloc=parts.netloc.rpartition("@")[2])
    user = unquote(parts.username) if parts.username else None
    return CallbackUrl(bare, parts.hostname, port or _PORTS[parts.scheme], user, unquote(parts.password or ""))


def _is_plain(text: str) -> bool:
    return len(text) <= LONGEST and text.isascii() and text.isprintable() and " " not in text
