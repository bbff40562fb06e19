"""Decisions of the first edition: the same words, some of them written in another shape. Nothing is reinterpreted."""

from __future__ import annotations

from typing import Any

from middleware.decision.model import FIRST_EDITION

Json = dict[str, Any]

# Stands in every text of facts of the first edition, and in none of a later one. Inside a value its quotes would be
# escaped.
FACTS_MARK = '"call_consent_on":'
# Stands in every text of a policy of a later edition, and in none of the first.
LATER_POLICY_MARK = '"edition":'


def facts_of_the_first_edition(body: Json) -> Json:
    """A consent was a day alone; nothing was known of its source or its end, and nothing was asked about them.

    Raises ValueError for what the first edition did not write.
    """
    try:
        callee = dict(body["callee"])
        given_on = callee.pop("call_consent_on")
    except (KeyError, TypeError) as error:
        raise ValueError(f"no facts of the first edition: {error}") from None
    callee["call_consent"] = None if given_on is None else {"given_on": given_on}
    return {**body, "callee": callee}


def policy_of_the_first_edition(body: Json) -> Json:
    """Windows were pairs of minutes; spans were numbers of seconds, which the reader takes for spans.

    Raises ValueError for what the first edition did not write.
    """
    try:
        hours = body["hours"]
        week = [[{"opens": opens, "closes": closes} for opens, closes in windows] for windows in hours["week"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no policy of the first edition: {error}") from None
    return {**body, "hours": {**hours, "week": week}, "edition": FIRST_EDITION}
