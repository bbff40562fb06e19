"""Sentences about a whole answer: when the call may be made, all rules together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from middleware.explanations import times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.explaining import RefusedFor, explain
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


def in_full(reason: RefusedFor, language: str, zone: str | None = None) -> dict[str, object]:
    """One refusing rule as programs are given it: codes and figures for them, `what`, `why`, `next_step` for people.

    `message` is what and next step in one; `basis` tells how binding the figure is, `set_by` whose it is.
    """
    said = explain(reason, language, zone)
    return {
        "code": reason.code,
        "rule": reason.rule,
        "message": said.message,
        "what": said.what,
        "why": said.why,
        "next_step": said.next_step,
        "basis": reason.basis,
        "source": reason.source,
        "set_by": reason.set_by,
        "loosens": reason.loosens,
        "not_before": reason.not_before,
        "parameters": reason.parameters,
    }


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
