"""Refusals to be read aloud, to one of our own people who wanted to call: short, and without anything that only eyes
can use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from middleware.explanations import times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.explaining import RefusedFor, explain, title_of
from middleware.explanations.languages import known
from middleware.explanations.whole_answers import callee_zone

MOST_REASONS = 3  # nobody listens for longer
_VOICES: Mapping[str, str] = MappingProxyType(
    {"en": "en-GB", "da": "da-DK", "sv": "sv-SE", "de": "de-DE", "nl": "nl-NL"}
)
# their sentences name files, settings and ids, which mean nothing to the ear
_BY_TITLE = frozenset({"policy.unusable", "legal_basis.not_registered"})
_OTHER_NAMES = re.compile(r" \([^()]*/[^()]*\)")  # of a register, in the languages of its country
_WINDOW = re.compile(r"(\d{1,2}[:.]\d{2})\s*–\s*(\d{1,2}[:.]\d{2})")


def say_voice(language: str) -> str:
    """The language in which Twilio reads a sentence, as <Say> names it."""
    return _VOICES[known(language)]


def spoken(key: str, language: str, **values: object) -> str:
    """One of the sentences that are only ever heard: `spoken.<key>` of the catalogues."""
    return CATALOGUES[known(language)].say(f"spoken.{key}", None, **values)


def spoken_refusal(
    reasons: Sequence[RefusedFor], not_before: datetime | None, callee: str | None, language: str
) -> tuple[str, ...]:
    """That this call may not be made, why, and when it may; each part a sentence or two to be said by itself.

    No reasons: nobody knows whom this would ring; or it may not be rung once more, if there is a `callee` (E.164, whose
    place tells the local time).
    """
    language = known(language)
    refused = spoken("refused", language)
    if not reasons:
        return (refused, spoken("unreachable", language)) if callee is None else (spoken("not_now", language),)
    zone = callee_zone(reasons, callee)
    said = [_said(reason, language, zone) for reason in reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        said.append(spoken("more", language))
    return refused, *said, _when(not_before, zone, language)


def _said(reason: RefusedFor, language: str, zone: str | None) -> str:
    is_sayable = reason.message is None and CATALOGUES[language].text(f"{reason.code}.title") is not None
    if not is_sayable or reason.code in _BY_TITLE:
        return f"{title_of(reason.code, language)}."
    opens_and_closes = spoken("window", language, opens=r"\1", closes=r"\2")
    return _OTHER_NAMES.sub("", _WINDOW.sub(opens_and_closes, explain(reason, language, zone).what))


def _when(not_before: datetime | None, zone: str | None, language: str) -> str:
    if not_before is None:
        return spoken("never", language)
    place = times.zone_of(zone)
    local = times.whole_minute_from(not_before, place)
    key = "from_utc" if place.key in times.UTC_NAMES else "from"
    day, clock_time = times.full_day(local.date(), language), times.clock(local.time(), language)
    return spoken(key, language, day=day, time=clock_time, city=times.city(place.key, language))
