"""Who is asking: API keys, and the account SID and token of Twilio-style credentials."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from middleware.clock import Clock
from middleware.errors import NotAllowed, NotAuthenticated
from middleware.keyed_hash import digest
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.catalogue import Credential

API_KEY_PREFIX = "rf_"


class Access:
    """Raises `NotAuthenticated` for anything that we did not issue or have withdrawn.

    `is_rechecked` is for routes that ask the gate, which reads the store and looks again: all others read it here.
    """

    def __init__(self, catalogue: CurrentCatalogue, clock: Clock, secret: bytes) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._secret = secret

    def by_api_key(self, key: str, *, is_rechecked: bool = False) -> Credential:
        """The credential of an API key, `rf_<id>.<secret>`."""
        key_id, dot, secret = key.removeprefix(API_KEY_PREFIX).partition(".")
        credential = self._find("credentials", key_id, is_rechecked)
        is_right = hmac.compare_digest(digest(secret.encode()), (credential and credential.secret_hash) or "")
        is_right = is_right and bool(dot) and key.startswith(API_KEY_PREFIX)
        return self._current(credential if is_right else None)

    def by_account(self, account_sid: str, token: str, *, is_rechecked: bool = False) -> Credential:
        """The credential of a Twilio-style user name and token."""
        credential = self._find("by_account_sid", account_sid, is_rechecked)
        right = self.token_of(credential) if credential else ""
        return self._current(credential if hmac.compare_digest(token.encode(), right.encode()) and right else None)

    def token_of(self, credential: Credential) -> str:
        """The token of a Twilio-style credential: 32 hex digits, derived and therefore kept nowhere.

        We need it in clear to sign the callbacks that we hand on, so a hash would not do. A new serial is a new token.
        """
        named = f"{credential.account_sid}|{credential.token_serial}".encode()
        return hmac.new(self._secret, named, sha256).hexdigest()[:32]

    def _find(
        self, index: Literal["credentials", "by_account_sid"], name: str, is_rechecked: bool
    ) -> Credential | None:
        held: Mapping[str, Credential] = getattr(self._catalogue.get(), index)
        if is_rechecked and name in held:
            return held[name]
        current: Mapping[str, Credential] = getattr(self._catalogue.checked(), index)
        return current.get(name)

    def _current(self, credential: Credential | None) -> Credential:
        if credential is None or not credential.is_current(self._clock.now()):
            raise NotAuthenticated("this credential is not known, has ended or was withdrawn")
        return credential


def require_role(credential: Credential, *roles: str) -> None:
    """Raises `NotAllowed` unless the credential has one of the roles."""
    if credential.role not in roles:
        raise NotAllowed(f"this needs the role {' or '.join(roles)}; the credential has the role {credential.role}")


def new_api_key(key_id: str) -> tuple[str, str]:
    """A key to show once, and the hash to keep; the secret has 256 bits, so a fast hash is enough."""
    secret = secrets.token_urlsafe(32)
    return f"{API_KEY_PREFIX}{key_id}.{secret}", digest(secret.encode())


def new_account_sid() -> str:
    """A user name as Twilio's SDKs insist on it: AC and 32 hex digits."""
    return f"AC{secrets.token_hex(16)}"
