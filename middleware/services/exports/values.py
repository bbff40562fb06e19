"""Values of an export that are not simply a column of the store."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

from middleware.explanations import explain
from middleware.services.asking import reasons_from_json
from middleware.store.exports import ExportedAttempt

LANGUAGE = "en"  # an export is one file for all who check it, whatever they speak

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


def digits_of(number: str | None) -> str | None:
    """The digits of an E.164 number; None for everything else."""
    return number[1:] if number and _E164.fullmatch(number) else None


def other_text_of(number: str | None) -> str | None:
    """What stands in the place of an E.164 number; None where there is one."""
    return None if number and _E164.fullmatch(number) else number


def joined(attempt: ExportedAttempt, member: str, between: str = " | ") -> str:
    """One member of every reason, in the order of the rules; columns of reasons can be read side by side."""
    return between.join(str(reason.get(member) or "none") for reason in _reasons(attempt.refusals or "[]"))


def sentences_of(attempt: ExportedAttempt) -> list[str]:
    """What stood in the way, in English, reason by reason in the order of the rules; instants in UTC."""
    return list(_sentences(attempt.refusals or "[]"))


def reasons_kept(attempt: ExportedAttempt) -> orjson.Fragment | None:
    """All reasons as the decision keeps them."""
    return _as_kept(attempt.refusals)


def facts_of(attempt: ExportedAttempt) -> orjson.Fragment | None:
    """The facts as the decision keeps them, not parsed on the way: what is exported is what was stored."""
    return _as_kept(attempt.facts)


def facts_digest(attempt: ExportedAttempt) -> str | None:
    """SHA-256 of the bytes that `facts_of` exports."""
    return None if attempt.facts is None else sha256(attempt.facts.encode()).hexdigest()


def events_of(attempt: ExportedAttempt) -> list[dict[str, Any]]:
    """Changes of state, oldest first."""
    return [{**event._asdict(), "detail": _as_kept(event.detail)} for event in attempt.events]


def notice_of(attempt: ExportedAttempt) -> dict[str, Any] | None:
    """The notice to the same person, whichever attempt made it due."""
    if attempt.notice_state is None:
        return None
    return {
        "state": attempt.notice_state,
        "sent_at": attempt.notice_sent_at,
        "attempt_id": attempt.notice_attempt_id,
    }


def _as_kept(text: str | None) -> orjson.Fragment | None:
    return None if text is None else orjson.Fragment(text)


@lru_cache(maxsize=64)  # four columns of one row ask for the same text
def _reasons(text: str) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = orjson.loads(text)
    return reasons


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(explain(reason, LANGUAGE).what for reason in reasons_from_json(text))
