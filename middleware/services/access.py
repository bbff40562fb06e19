"""Who is asking: API keys, and the account SID and token of Twilio-style credentials."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from middleware.clock import Clock
from middleware.errors import NotAllowed, NotAuthenticated
from middleware.keyed_hash import digest
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.catalogue import Catalogue, Credential

API_KEY_PREFIX = "rf_"
_UNKNOWN = "this credential is not known, has ended or was withdrawn"


class Access:
    """Raises `NotAuthenticated` for anything that we did not issue or have withdrawn.

    `is_rechecked` says that the caller reads the generation with its facts and then asks `CurrentCatalogue.recheck`,
    so that the copy in memory is enough here; all others are looked up in a copy that is current.
    """

    def __init__(self, catalogue: CurrentCatalogue, clock: Clock, secret: bytes) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._secret = secret

    def by_api_key(self, key: str, *, is_rechecked: bool = False) -> Credential:
        """The credential of an API key, `rf_<id>.<secret>`."""
        key_id, dot, secret = key.removeprefix(API_KEY_PREFIX).partition(".")
        if not dot or not key.startswith(API_KEY_PREFIX):
            raise NotAuthenticated(_UNKNOWN)
        hashed = digest(secret.encode())
        return self._found(lambda catalogue: _with_secret(catalogue.credentials.get(key_id), hashed), is_rechecked)

    def by_account(self, account_sid: str, token: str, *, is_rechecked: bool = False) -> Credential:
        """The credential of a Twilio-style user name and token."""
        return self._found(
            lambda catalogue: self._with_token(catalogue.by_account_sid.get(account_sid), token), is_rechecked
        )

    def token_of(self, credential: Credential) -> str:
        """The token of a Twilio-style credential: 32 hex digits, derived and therefore kept nowhere.

        We need it in clear to sign the callbacks that we hand on, so a hash would not do. A new serial is a new token.
        """
        named = f"{credential.account_sid}|{credential.token_serial}".encode()
        return hmac.new(self._secret, named, sha256).hexdigest()[:32]

    def _found(self, look_up: Callable[[Catalogue], Credential | None], is_rechecked: bool) -> Credential:
        """What memory does not know, or knows otherwise, may have been issued or changed since."""
        now = self._clock.now()
        held = look_up(self._catalogue.get()) if is_rechecked else None
        credential = held if held is not None and held.is_current(now) else look_up(self._catalogue.checked())
        if credential is None or not credential.is_current(now):
            raise NotAuthenticated(_UNKNOWN)
        return credential

    def _with_token(self, credential: Credential | None, token: str) -> Credential | None:
        right = self.token_of(credential) if credential else ""
        return credential if hmac.compare_digest(token.encode(), right.encode()) and right else None


def _with_secret(credential: Credential | None, hashed: str) -> Credential | None:
    kept = (credential and credential.secret_hash) or ""
    return credential if hmac.compare_digest(hashed, kept) else None


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
