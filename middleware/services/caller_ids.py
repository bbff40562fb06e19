"""The number that a call shows: read from what was asked, or chosen from those on file for the campaign."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from middleware.decision.model import CallerIdFacts, CallFacts, Policy, RequestFacts
from middleware.decision.rules.caller_id import caller_id_directory, caller_id_lawful, caller_id_ours
from middleware.phone_numbers import ParsedNumber, parse
from middleware.store.catalogue import Campaign

# What carriers and Twilio show in place of a number that is withheld, spelled on a telephone's keys:
# ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
# `client:` and `sip:` identities, words such as `anonymous`: nothing that a callee could ring back
_DIALLED_BACK = re.compile(r"(tel:)?[+0-9 ()./\u00a0-]+", re.IGNORECASE)
_OF_THE_NUMBER = (caller_id_ours, caller_id_directory, caller_id_lawful)


@lru_cache(maxsize=4096)
def read_caller_id(given: str | None, default_country: str | None = None) -> ParsedNumber | None:
    """The number that would be shown, or None where there is none: withheld, an identity, unreadable."""
    text = (given or "").strip()
    if not _DIALLED_BACK.fullmatch(text):
        return None
    number = parse(text, default_country)
    return None if number.e164 is None or number.e164 in _WITHHELD else number


def caller_id_of(
    facts: CallFacts,
    request: RequestFacts,
    given: str | None,
    default_country: str | None,
    campaign: Campaign,
    policy: Policy | None,
) -> CallerIdFacts | None:
    """The caller ID that a call is decided by: the one asked for with its standing on file, or the campaign's first
    that is lawful for this very call. Where none of those is, the first, so that the refusal says why.

    `facts` and `request` tell all else about the call, who speaks and how it is dialled included.
    """
    if given is None:
        return _first_lawful(facts, request, campaign.caller_ids, policy)
    number = read_caller_id(given, default_country)
    if number is None or number.e164 is None:
        return None
    on_file = tuple([each for each in campaign.caller_ids if each.number == number.e164])
    if on_file:
        return _first_lawful(facts, request, on_file, policy)
    return CallerIdFacts(number.e164, number.facts.country, number.facts.kind)


def _first_lawful(
    facts: CallFacts, request: RequestFacts, caller_ids: tuple[CallerIdFacts, ...], policy: Policy | None
) -> CallerIdFacts | None:
    if policy is not None and len(caller_ids) > 1:
        for each in caller_ids:
            shown = replace(facts, request=replace(request, caller_id=each))
            if all(rule(shown, policy).reason is None for rule in _OF_THE_NUMBER):
                return each
    return caller_ids[0] if caller_ids else None
