"""Keyed hashes under which numbers, people and companies are found, so that clear text can be erased."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Pepper:
    """HMAC-SHA256 under a secret that is not in the database; the first 128 bits, in hex.

    A plain hash would be no protection: all numbers of a country can be tried in minutes.
    """

    secret: bytes = field(repr=False)

    def number(self, e164: str) -> str:
        """The key of a telephone number given in E.164."""
        return self._key("number", e164)

    def mailbox(self, address: str) -> str:
        """The key of a person by mailbox: lower case, one way of writing each letter, the sub-address kept."""
        return self._key("mailbox", normalize("NFKC", address).strip().lower())

    def company(self, country: str, register_number: str) -> str:
        """The key of a company by country and register number, without spaces, dots and hyphens."""
        bare = "".join(character for character in normalize("NFKC", register_number).upper() if character.isalnum())
        return self._key("company", f"{country.strip().upper()}|{bare}")

    def _key(self, kind: str, canonical: str) -> str:
        return hmac.digest(self.secret, f"{kind}|{canonical}".encode(), "sha256").hex()[:32]


def digest(text: bytes) -> str:
    """SHA-256 in hex, for request digests and secrets with enough entropy of their own."""
    return sha256(text).hexdigest()
