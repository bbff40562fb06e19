"""Decisions of the first edition: the same words, some of them written in another shape. Nothing is reinterpreted."""

from __future__ import annotations

from typing import Any

from middleware.decision.model import FIRST_EDITION

Json = dict[str, Any]

# Stands in every text of facts of the first edition, and in none of a later one.
FACTS_MARK = '"call_consent_on":'


def facts_of_the_first_edition(body: Json) -> Json:
    """A consent was a day alone; nothing was known of its source or its end, and nothing was asked about them."""
    callee = dict(body["callee"])
    given_on = callee.pop("call_consent_on")
    callee["call_consent"] = None if given_on is None else {"given_on": given_on}
    return {**body, "callee": callee}


def policy_of_the_first_edition(body: Json) -> Json:
    """Windows were pairs of minutes; spans were and are numbers of seconds."""
    hours = body["hours"]
    week = [[{"opens": opens, "closes": closes} for opens, closes in windows] for windows in hours["week"]]
    return {**body, "hours": {**hours, "week": week}, "edition": FIRST_EDITION}
