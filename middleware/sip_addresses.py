"""SIP addresses: whom they reach, and the telephone number that they may carry past a look at the text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from middleware.phone_numbers import parse

_SCHEME = re.compile(r"sips?:", re.IGNORECASE)
_LONGEST = 255
_LEAST_DIGITS = 8  # of a whole number with its country
_LONGEST_EXTENSION = 6  # digits
_CONTEXT = re.compile(r";phone-context=(\+?[0-9.\-()]+)", re.IGNORECASE)
# of an address; with any other one it could reach somebody else than it says
_HARMLESS = frozenset({"transport", "region", "edge", "secure"})


@dataclass(frozen=True, slots=True)
class SipAddress:
    """`user` decoded and without parameters, `host` in lower case without port. `number` is the telephone number
    (E.164) that the user part carries; None where it is a name or an extension. `parameters`: names of parameters and
    headers that come with it."""

    user: str
    host: str
    number: str | None
    parameters: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """As agents' addresses are written."""
        return f"sip:{self.user.lower()}@{self.host}"

    @property
    def is_name(self) -> bool:
        """Whether nobody who reads the user could take it for a telephone number: it has no more digits in a row than
        extensions have."""
        digits = "".join("0" if each.isdigit() else " " if each.isalpha() else "" for each in self.user)
        return self.number is None and all(len(run) <= _LONGEST_EXTENSION for run in digits.split())

    @property
    def leads_nowhere_else(self) -> bool:
        """Whether nothing that comes with it could lead to somebody else than it names."""
        return all(name in _HARMLESS or name.startswith("x-") for name in self.parameters)


def is_sip(text: str) -> bool:
    """Whether it means to be a SIP address."""
    return bool(_SCHEME.match(text.strip()))


def read_sip(text: str) -> SipAddress | None:
    """None for what is no SIP address with a user and a host, or is longer than Twilio takes."""
    given = text.strip()
    if not is_sip(given) or len(given) > _LONGEST or not given.isprintable() or " " in given:
        return None
    rest, _, headers = given.partition(":")[2].partition("?")
    user_part, at, host_part = rest.rpartition("@")
    host = host_part.partition(";")[0].partition(":")[0].lower()
    user = unquote(user_part.partition(";")[0].partition(":")[0])
    if not at or not user or not host or "@" in unquote(user_part):
        return None
    context = _CONTEXT.search(unquote(user_part))
    number = (_number_in(context[1] + user) if context else None) or _number_in(user)
    parameters = [*user_part.split(";")[1:], *host_part.split(";")[1:], *filter(None, headers.split("&"))]
    return SipAddress(user, host, number, frozenset(unquote(each.partition("=")[0]).lower() for each in parameters))


def _number_in(user: str) -> str | None:
    """Digits that are a whole number, with or without the plus, are one: what they reach depends on who reads them."""
    plain = re.sub(r"[\s().\-/\u00a0]", "", user)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    digits = plain.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) < _LEAST_DIGITS:
        return None
    found = parse(f"+{digits}")
    is_meant = plain.startswith("+") or found.facts.valid
    return found.e164 if is_meant else None
