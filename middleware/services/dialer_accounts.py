"""Dialers as their own servers know themselves: by the account and the token that we issued, not by Twilio's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from middleware.errors import NotFound
from middleware.services.access import Access
from middleware.services.current_catalogue import CurrentCatalogue


@dataclass(frozen=True, slots=True)
class DialerAccount:
    """What stands in a dialer's own configuration."""

    sid: str
    token: str

    def seen(self, pairs: Sequence[tuple[str, str]], others: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        """Twilio's parameters with this account in place of ours; `others`: further values to be replaced."""
        own = {"AccountSid": self.sid, **(others or {})}
        return [(name, own.get(name, value)) for name, value in pairs]


@dataclass(frozen=True, slots=True)
class DialerAccounts:
    catalogue: CurrentCatalogue
    access: Access

    def of(self, credential_id: str) -> DialerAccount:
        """The account behind a credential. Raises `NotFound` where there is none: it was withdrawn, is an API key, or
        one of our own people made the call."""
        credential = self.catalogue.checked().credentials.get(credential_id)
        if credential is None or credential.account_sid is None:
            raise NotFound("the credential that this call was made with has no account, or is gone")
        return DialerAccount(credential.account_sid, self.access.token_of(credential))
