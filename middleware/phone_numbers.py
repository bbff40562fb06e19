"""Telephone numbers: any spelling in, E.164 and what its digits tell out. With `numbering_plans`, the only
user of `phonenumbers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, timezone

from middleware.decision.model import NumberFacts, NumberKind
from middleware.numbering_plans import plain_number

_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL,
    PhoneNumberType.PAGER: NumberKind.PAGER,
    PhoneNumberType.UAN: NumberKind.UNIVERSAL_ACCESS,
    PhoneNumberType.VOICEMAIL: NumberKind.VOICEMAIL,
}
_NO_NUMBER = NumberFacts(country=None, kind=NumberKind.UNKNOWN, valid=False)


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A callee as given and as understood. `e164` is None when no number can be read from it at all."""

    e164: str | None
    facts: NumberFacts


@lru_cache(maxsize=4_096)  # for what is asked again soon; a larger one gives the garbage collector more to look through
def parse(given: str, default_country: str | None = None) -> ParsedNumber:
    """Read a number in any spelling (E.164, 00, spaces, brackets, tel: URI); national ones need a default country.

    Never raises: what is not a number is an invalid one, and the decision says so.
    """
    text = given.strip()
    text = f"+{text[2:]}" if text.startswith("00") and default_country is None else text
    plain = plain_number(text)
    if plain is not None:
        kind = _KINDS.get(plain.number_type, NumberKind.UNKNOWN)
        return ParsedNumber(text, NumberFacts(plain.country, kind, valid=True, zones=plain.zones))
    return parse_slowly(text, default_country)


def parse_slowly(text: str, default_country: str | None) -> ParsedNumber:
    """The same answer for any text at all; `parse` goes round it where a number is plain E.164."""
    digits = text.lstrip("+")
    try:
        number = phonenumbers.parse(text, default_country)
    except NumberParseException:
        return ParsedNumber(None, _emergency_or_nothing(digits))
    # number_type is UNKNOWN exactly when the number is not valid, so one call answers both questions
    kind = _KINDS.get(phonenumbers.number_type(number), NumberKind.UNKNOWN)
    facts = NumberFacts(
        country=phonenumbers.region_code_for_number(number) or None,
        kind=kind,
        valid=kind is not NumberKind.UNKNOWN or phonenumbers.is_valid_number(number),
        zones=_zones(number),
    )
    return ParsedNumber(phonenumbers.format_number(number, PhoneNumberFormat.E164), facts)


def masked(e164: str) -> str:
    """A number as logs and pages may show it: country and last two digits, such as `+45 ... 78`."""
    return f"{e164[:3]}…{e164[-2:]}" if len(e164) > 6 else "…"


def spaced(e164: str) -> str:
    """A number as people read it, such as `+45 70 12 34 56`; what is not a number comes back as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


def _zones(number: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    zones = timezone.time_zones_for_number(number)
    return () if zones == (timezone.UNKNOWN_TIMEZONE,) else tuple(zones)


def _emergency_or_nothing(digits: str) -> NumberFacts:
    if not digits.isdigit() or len(digits) > 6:
        return _NO_NUMBER
    is_emergency = any(phonenumbers.is_emergency_number(digits, region) for region in ("DK", "US", "GB", "DE", "AU"))
    return NumberFacts(country=None, kind=NumberKind.UNKNOWN, valid=False, emergency=is_emergency)
