"""What somebody hears who rings one of our caller IDs, or reads who writes to it."""

from __future__ import annotations

from datetime import datetime

from middleware.explanations import times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.languages import known


def heard(key: str, language: str, **values: object) -> str:
    """One of the sentences `ring_back.<key>` of the catalogues."""
    return CATALOGUES[known(language)].say(f"ring_back.{key}", None, **values)


def written(key: str, language: str, **values: object) -> str:
    """One of the answers to texts, `text.<key>` of the catalogues."""
    return CATALOGUES[known(language)].say(f"text.{key}", None, **values)


def who_called(
    controller: str, purpose: str | None, called_at: datetime, zone: str | None, language: str
) -> tuple[str, ...]:
    """Who called, why, and when last: on the wall clock of a zone; no time where nobody knows the zone."""
    language = known(language)
    said = [heard("called", language, controller=controller.strip().rstrip("."))]
    if purpose and purpose.strip():
        said.append(heard("purpose", language, purpose=purpose.strip().rstrip(".")))
    place = times.zone_of(zone)
    if place.key not in times.UTC_NAMES:
        local = called_at.astimezone(place)
        day, clock_time = times.full_day(local.date(), language), times.clock(local.time(), language)
        said.append(heard("last_call", language, day=day, time=clock_time))
    return tuple(said)


def whose_number(controllers: int, controller: str | None, language: str) -> str:
    """To somebody whom we never called; `controller` is the name where there is but one."""
    if controller:
        return heard("number_of", language, controller=controller.strip().rstrip("."))
    return heard("number_of_several" if controllers else "number_of_nobody", language)


def choices(language: str, *, is_withheld: bool) -> tuple[str, ...]:
    """The menu. Whose number is withheld cannot be put on the stop list, and hears so."""
    first = "withheld" if is_withheld else "press_1"
    return tuple(heard(key, language) for key in (first, "press_2", "press_3"))
