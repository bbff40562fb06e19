"""What single cells and values of a set-up folder may be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from middleware.errors import InvalidMailAddress
from middleware.notices.message import Mailbox
from middleware.phone_numbers import parse
from middleware.policies.pack import Text


def mailbox(address: str) -> str:
    """An e-mail address as it is delivered to; raises ValueError for anything else."""
    try:
        return Mailbox(address).address
    except InvalidMailAddress:
        raise ValueError("is no e-mail address") from None


def e164(number: str) -> str:
    """A number that can exist, in any spelling, as E.164; raises ValueError for anything else."""
    parsed = parse(number)
    if parsed.e164 is None or not parsed.facts.valid:
        raise ValueError("is no telephone number that can exist; write + and the country first")
    return parsed.e164


def _known_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        raise ValueError("is no IANA time zone such as Europe/Copenhagen") from None


def _instant(given: object) -> object:
    # a day alone would be taken for its midnight
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        at = None
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at
    raise ValueError("must be a day with its time and zone, such as 2026-11-30T10:00+01:00")


# Ids stand in URLs and guard rows: no slash, no blank.
EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Name = Annotated[Text, StringConstraints(max_length=200)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Subdivision = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")]  # ISO 3166-2 without the country
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$", max_length=500)]
Language = Literal["en", "da", "sv", "de", "nl"]
MailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(mailbox)]
Number = Annotated[str, AfterValidator(e164)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
