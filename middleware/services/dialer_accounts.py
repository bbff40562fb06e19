"""Dialers as their own servers know themselves: by the account and the token that we issued, not by Twilio's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from middleware.errors import NotFound
from middleware.services.access import Access
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.catalogue import Catalogue, Credential
from middleware.twiml.names import own_name

ROOM = "FriendlyName"  # of a conference


@dataclass(frozen=True, slots=True)
class DialerAccount:
    """What stands in a dialer's own configuration, and what stands in its place at Twilio."""

    sid: str
    token: str
    controller_id: str
    twilio_sid: str
    public_base_url: str

    def seen(self, pairs: Sequence[tuple[str, str]], others: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        """Twilio's parameters as if they came from this account: its own SID, addresses of recordings that its own
        credential opens, its own names of rooms. `others`: further values to be replaced."""
        own = {"AccountSid": self.sid, **(others or {})}
        return [(name, own.get(name) or self._value(name, value)) for name, value in pairs]

    def _value(self, name: str, value: str) -> str:
        if name == ROOM:
            return own_name(self.controller_id, value) or value
        at_twilio = rf"https?://[^/?#]+/2010-04-01/Accounts/{self.twilio_sid}/"
        here = f"{self.public_base_url}/2010-04-01/Accounts/{self.sid}/"
        return re.sub(at_twilio, lambda _: here, value).replace(self.twilio_sid, self.sid)


@dataclass(frozen=True, slots=True)
class DialerAccounts:
    catalogue: CurrentCatalogue
    access: Access
    twilio_sid: str
    public_base_url: str

    def of(self, credential_id: str) -> DialerAccount:
        """The account behind a credential. Raises `NotFound` where there is none: it was withdrawn, is an API key, or
        one of our own people made the call."""
        catalogue = self.catalogue.checked()
        credential = catalogue.credentials.get(credential_id)
        if credential is None or credential.account_sid is None:
            raise NotFound("the credential that this call was made with has no account, or is gone")
        return DialerAccount(
            credential.account_sid,
            self.access.token_of(credential),
            _controller_of(credential, catalogue),
            self.twilio_sid,
            self.public_base_url,
        )


def _controller_of(credential: Credential, catalogue: Catalogue) -> str:
    campaign = catalogue.campaigns.get(credential.campaign_id or "")
    return credential.controller_id or (campaign.controller_id if campaign else "")
