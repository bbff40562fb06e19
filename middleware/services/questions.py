"""The body of a question as it came over HTTP, read field by field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from middleware.decision.model import Dialling, PlacedBy, Speaker
from middleware.errors import InvalidRequest
from middleware.keyed_hash import digest
from middleware.services.asking import Question
from middleware.services.instants import read_instant

Word = TypeVar("Word", bound=StrEnum)
_TEXTS = {"campaign": 64, "callee": 64, "contact": 36, "caller_id": 40, "default_country": 2}
_FIELDS = (*_TEXTS, "speaker", "dialling", "free_agents", "at")
MOST_AGENTS = 100_000


def question_from(body: Mapping[str, Any], raw: bytes, idempotency_key: str | None) -> Question:
    """A question from a JSON object; raises `InvalidRequest` naming the first field that is wrong."""
    for name in body:
        if name not in _FIELDS:
            raise InvalidRequest(f"is not a field of this request; known are {', '.join(_FIELDS)}", name)
    for name, longest in _TEXTS.items():
        _check_text(body.get(name), longest, name)
    for name in ("campaign", "callee"):
        if body.get(name) is None:
            raise InvalidRequest("is missing", name)
    return Question(
        campaign_id=body["campaign"],
        callee=body["callee"],
        placed_by=PlacedBy.DIALER,
        route="api",
        request_digest=digest(raw),
        default_country=body.get("default_country"),
        contact_id=body.get("contact"),
        caller_id=body.get("caller_id"),
        idempotency_key=idempotency_key,
        speaker=_word(Speaker, body, "speaker"),
        dialling=_word(Dialling, body, "dialling"),
        free_agents=_agents(body.get("free_agents")),
        at=read_instant(body.get("at"), "at"),
    )


def _check_text(value: object, longest: int, name: str) -> None:
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable()):
        raise InvalidRequest(f"must be text of 1 to {longest} characters, without control characters", name)


def _word(words: type[Word], body: Mapping[str, Any], name: str) -> Word | None:
    given = body.get(name)
    if given is None:
        return None
    known = [word.value for word in words]
    if not isinstance(given, str) or given not in known:
        raise InvalidRequest(f"must be one of {', '.join(known)}", name)
    return words(given)


def _agents(given: object) -> int | None:
    if given is None:
        return None
    if type(given) is not int or not 0 <= given <= MOST_AGENTS:  # true is an int, too
        raise InvalidRequest(f"must be a whole number from 0 to {MOST_AGENTS}", "free_agents")
    return given
