"""Which part of a web address a company registered: `www.shop.acme.co.uk/en` is `acme.co.uk`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

# How nearly all of them are written; the others are taken apart with more care.
_PLAIN = re.compile(r"(?:https?://)?([a-z0-9.-]+)/?")
# Where companies have pages, and which are nobody's own: two of them are not the same company.
_SHARED = frozenset(
    {
        *("facebook.com", "fb.com", "linkedin.com", "instagram.com", "twitter.com", "x.com", "xing.com", "tiktok.com"),
        *("youtube.com", "google.com", "goo.gl", "g.page", "linktr.ee", "wordpress.com", "wix.com", "jimdo.com"),
        *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "icloud.com"),
        *("proff.dk", "proff.no", "krak.dk", "hitta.se", "allabolag.se", "eniro.se", "gelbeseiten.de", "ebay.com"),
    }
)


@lru_cache(maxsize=16_384)
def registrable_domain(text: str) -> str | None:
    """The registered domain in lower case, by the public suffix list; None for what is none, or is shared by many.

    Raises `ValueError` for what is no web address.
    """
    address = text.strip().lower()
    plain = _PLAIN.fullmatch(address)
    host = plain[1] if plain else _host_of(address)
    if "." not in host:
        raise ValueError("no web address")
    domain: str | None = _suffixes().privatesuffix(host.rstrip(".").encode("idna").decode())
    return None if domain in _SHARED else domain


def _host_of(address: str) -> str:
    parts = urlsplit(address if "//" in address else f"//{address}")
    host = parts.hostname or ""
    if "@" in parts.netloc or any(character in host for character in " ,;"):
        raise ValueError("no web address")
    return host


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
