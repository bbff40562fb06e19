"""The shape of one of our own people in `agents.yaml`: who may be rung without asking, and who dials through us."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from middleware.decision.rules.number import CLOSED_KINDS, COSTLY_KINDS, NO_COUNTRY
from middleware.phone_numbers import parse
from middleware.policies.pack import Shape
from middleware.set_up.words import EntryId, Language, Name, e164
from middleware.sip_addresses import is_sip, read_sip

_CLIENT = re.compile(r"client:[A-Za-z0-9_.@+-]{1,121}")
_DOMAIN = re.compile(r"sips?:@([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+)", re.IGNORECASE)


def own_address(given: str) -> str:
    """An address as agents are found by it: E.164, `client:name`, `sip:user@host`, `sip:@host`.

    Raises ValueError for anything else, and for numbers that cost or help others: nobody asks before they are rung.
    """
    if given.lower().startswith("client:"):
        address = f"client:{given.partition(':')[2]}"
        if not _CLIENT.fullmatch(address):
            raise ValueError("is no client: and a name of letters, digits and _.@+-")
        return address
    if is_sip(given):
        return _sip(given)
    number, facts = e164(given), parse(given).facts
    if facts.emergency or facts.country == NO_COUNTRY or facts.kind in COSTLY_KINDS | CLOSED_KINDS:
        raise ValueError("is no ordinary telephone line")
    return number


def _sip(given: str) -> str:
    domain = _DOMAIN.fullmatch(given)
    if domain is not None:
        return f"sip:@{domain[1].lower()}"
    sip = read_sip(given)
    if sip is None or not _DOMAIN.fullmatch(f"sip:@{sip.host}"):
        raise ValueError("is no sip:user@domain, and no sip:@domain for all users of a domain")
    if sip.number is not None:
        raise ValueError("carries a telephone number: write the number itself, or sip:@domain")
    return sip.address


class AgentEntry(Shape):
    """Somebody of ours, or a SIP domain all of whose users are. `campaigns`: those called for, the usual first.

    `takes_ring_backs` left out: people do, domains do not.
    """

    controller: EntryId
    address: Annotated[str, StringConstraints(max_length=254), AfterValidator(own_address)]
    name: Name
    language: Language
    campaigns: tuple[EntryId, ...]
    takes_ring_backs: bool | None = None
    withdrawn: bool = False  # no longer one of ours
    noted_by: Name
    since: date

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.campaigns:
            raise ValueError("campaigns must name at least one")
        if len(set(self.campaigns)) < len(self.campaigns):
            raise ValueError("campaigns names one twice")
        if self.is_domain and self.takes_ring_backs:
            raise ValueError("a whole domain cannot take ring-backs: name the users who do")
        return self

    @property
    def is_domain(self) -> bool:
        """All users of a SIP domain, and nobody in particular."""
        return self.address.startswith("sip:@")

    @property
    def is_telephone(self) -> bool:
        """Reached by an ordinary telephone number."""
        return self.address.startswith("+")
