"""Who calls whom: telephone numbers, SIP and client addresses, and which of them an account may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scripts.twilio_simulator.errors import (
    FROM_INVALID,
    FROM_MISSING,
    FROM_NOT_OURS,
    TO_INVALID,
    TO_MISSING,
    TwilioError,
    refusal,
)

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_OTHER_ADDRESS: Final = re.compile(r"(?:sips?|client|sim):\S+", re.IGNORECASE)
_SIP_IDENTITY: Final = re.compile(r"[A-Za-z0-9+._-]+")
_MAX_SIP_URI: Final = 255

# Twilio's magic numbers for trying out errors. With Twilio they work with test credentials only.
MAGIC_INVALID_FROM: Final = "+15005550001"
MAGIC_VALID_FROM: Final = "+15005550006"
MAGIC_CALLEES: Final[Mapping[str, int]] = {
    "+15005550001": 21217,
    "+15005550002": 21214,
    "+15005550003": 21215,
    "+15005550004": 21216,
}


@dataclass(frozen=True, slots=True)
class CallerIds:
    """The numbers that the account may show: those it owns, or any at all."""

    owned: frozenset[str]
    any_allowed: bool = False

    def include(self, number: str) -> bool:
        return self.any_allowed or number in self.owned or number == MAGIC_VALID_FROM


def e164(text: str) -> str | None:
    """The number without spaces and punctuation; None if it is not international, with its `+`."""
    digits = re.sub(r"[\s().-]", "", text)
    return digits if _E164.fullmatch(digits) else None


def is_phone_number(address: str) -> bool:
    return _E164.fullmatch(address) is not None


def read_callee(text: str) -> str:
    """`To` in canonical form; TwilioError if it is missing, malformed or a magic number."""
    if not text:
        raise TwilioError(TO_MISSING, "No 'To' number is specified")
    if _OTHER_ADDRESS.fullmatch(text):
        if len(text) > _MAX_SIP_URI:
            raise refusal(TO_INVALID, text)
        return text
    number = e164(text)
    if number is None:
        raise refusal(TO_INVALID, text)
    if number in MAGIC_CALLEES:
        raise refusal(MAGIC_CALLEES[number], number)
    return number


def read_caller(text: str, callee: str, caller_ids: CallerIds) -> str:
    """`From` in canonical form; TwilioError unless the account may show it to `callee`."""
    if not text:
        raise TwilioError(FROM_MISSING, "No 'From' number is specified")
    if not is_phone_number(callee) and (_OTHER_ADDRESS.fullmatch(text) or _SIP_IDENTITY.fullmatch(text)):
        return text
    number = e164(text)
    if number is None or number == MAGIC_INVALID_FROM:
        raise TwilioError(FROM_INVALID, f"From is not a valid phone number: {text}")
    if not caller_ids.include(number):
        raise TwilioError(
            FROM_NOT_OURS,
            f"The source phone number provided, {number}, is not yet verified for your account. You may only make "
            "calls from phone numbers that you've verified or purchased from Twilio.",
        )
    return number
