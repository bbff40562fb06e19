"""What the digits of a number written in E.164 tell, without the detours of `phonenumbers`, which must expect any text.

A call list holds E.164, and reading it the long way costs as much as deciding about it. The plans are `phonenumbers`'
own, and so is the order in which they are asked. Whatever is not plain is left to it: numbers that do not exist,
national prefixes, leading zeros, calling codes that several countries share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberType
from phonenumbers.phonenumberutil import is_number_type_geographical
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_BEFORE_LINES = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)
_Matches = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """A number that exists. `number_type` is one of `phonenumbers.PhoneNumberType`."""

    country: str
    number_type: int
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One country's plan. `has_prefix` tells of digits that may have to be taken off first."""

    calling_code: str
    country: str
    has_prefix: _Matches | None
    exists: _Matches
    types: tuple[tuple[int, frozenset[int], _Matches], ...]
    mobile: tuple[frozenset[int], _Matches] | None
    country_zones: tuple[str, ...]

    def type_of(self, national: str) -> int | None:
        """None where the plan has no such number."""
        if not self.exists(national):
            return None
        length = len(national)
        for number_type, lengths, matches in self.types:
            if length in lengths and matches(national):
                is_mobile_too = number_type == PhoneNumberType.FIXED_LINE and self._is_mobile(national)
                return PhoneNumberType.FIXED_LINE_OR_MOBILE if is_mobile_too else number_type
        return PhoneNumberType.MOBILE if self._is_mobile(national) else None

    def _is_mobile(self, national: str) -> bool:
        return self.mobile is not None and len(national) in self.mobile[0] and bool(self.mobile[1](national))


def plain_number(text: str) -> PlainNumber | None:
    """What `phonenumbers` would say about this number; None where it has to be asked."""
    if not _E164.fullmatch(text):
        return None
    plan = _plan_of(text[1:4])
    if plan is None:
        return None
    national = text[1 + len(plan.calling_code) :]
    if national.startswith("0") or (plan.has_prefix is not None and plan.has_prefix(national)):
        return None
    number_type = plan.type_of(national)
    if number_type is None:
        return None
    is_local = is_number_type_geographical(number_type, int(plan.calling_code))
    return PlainNumber(plan.country, number_type, _zones_of(text[1:]) if is_local else plan.country_zones)


@cache
def _plan_of(first_digits: str) -> _Plan | None:
    """The plan of the calling code that these three digits begin with, where one country has it for itself."""
    for length in (1, 2, 3):
        code = first_digits[:length]
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
        if regions is not None:
            metadata = PhoneMetadata.metadata_for_region(regions[0], None) if len(regions) == 1 else None
            return None if metadata is None else _plan(code, metadata)
    return None


def _plan(code: str, metadata: PhoneMetadata) -> _Plan | None:
    general = _described(metadata.general_desc)
    if general is None:
        return None
    lengths, matches = general
    prefix = metadata.national_prefix_for_parsing
    return _Plan(
        calling_code=code,
        country=metadata.id,
        has_prefix=re.compile(prefix).match if prefix else None,
        exists=lambda national: len(national) in lengths and matches(national),
        types=tuple(_types(metadata)),
        mobile=None if metadata.same_mobile_and_fixed_line_pattern else _described(metadata.mobile),
        country_zones=_zones_of(code),
    )


def _types(metadata: PhoneMetadata) -> Iterator[tuple[int, frozenset[int], _Matches]]:
    """In the order in which they are asked; mobile, which is asked last, is not among them."""
    is_same = metadata.same_mobile_and_fixed_line_pattern
    line = PhoneNumberType.FIXED_LINE_OR_MOBILE if is_same else PhoneNumberType.FIXED_LINE
    for name, number_type in (*_BEFORE_LINES, ("fixed_line", line)):
        described = _described(getattr(metadata, name))
        if described is not None:
            yield number_type, *described


def _described(description: PhoneNumberDesc | None) -> tuple[frozenset[int], _Matches] | None:
    if description is None or not description.national_number_pattern:
        return None
    lengths = frozenset(description.possible_length) or frozenset(range(2, 18))  # none named: any that a number has
    return lengths, re.compile(description.national_number_pattern).fullmatch


def _zones_of(digits: str) -> tuple[str, ...]:
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1):
        zones: tuple[str, ...] | None = TIMEZONE_DATA.get(digits[:length])
        if zones is not None:
            return tuple(zones)
    return ()
