"""Sentences about a whole answer: when the call may be made, all rules together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from middleware.explanations import times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.explaining import RefusedFor
from middleware.explanations.languages import known
from middleware.phone_numbers import parse


def callee_zone(reasons: Iterable[RefusedFor], callee: str | None) -> str | None:
    """The zone in which times are told: the one that a reason names, else the only one where the number may be."""
    for reason in reasons:
        zone = reason.parameters.get("zone")
        if isinstance(zone, str):
            return zone
    zones = parse(callee).facts.zones if callee else ()
    return zones[0] if len(zones) == 1 else None


def when_callable(not_before: datetime | None, language: str, zone: str | None) -> str:
    """From when all rules allow the call, or that waiting alone does not help."""
    language = known(language)
    if not_before is None:
        return CATALOGUES[language].say("overall.never")
    return CATALOGUES[language].say("overall.from", when=moment(not_before, language, zone))


def moment(at: datetime, language: str, zone: str | None, *, is_start: bool = True) -> str:
    """An instant in words, on the wall clock of a zone; UTC where there is none."""
    return times.moment(at, times.zone_of(zone), known(language), is_start=is_start)


def say(key: str, language: str, count: int | None = None, **values: object) -> str:
    """One of the shared sentences, for screens that show whole answers."""
    return CATALOGUES[known(language)].say(key, count, **values)
