"""What a dialer asks before a call, and what it is told: the shapes that every route shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from middleware.decision.model import Decision, PlacedBy, Verdict
from middleware.store.attempts import AttemptSeen
from middleware.store.catalogue import Credential

__all__ = [  # edges take these from here: they know services, not the store
    "Answer",
    "AttemptSeen",
    "Credential",
    "Question",
    "ReasonGiven",
    "reasons_from_json",
    "reasons_of",
    "reasons_to_json",
]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """May this campaign ring this callee? `callee` is as given; `request_digest` tells repeats from other requests."""

    campaign_id: str
    callee: str
    placed_by: PlacedBy
    route: str
    request_digest: str
    default_country: str | None = None
    contact_id: str | None = None
    caller_id: str | None = None
    idempotency_key: str | None = None
    dialer_callback: str | None = None


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """One refusing rule as the asker reads it. `not_before` None: waiting does not help."""

    code: str
    rule: str
    message: str
    basis: str | None
    source: str | None
    not_before: datetime | None

    @classmethod
    def of(cls, verdict: Verdict) -> ReasonGiven:
        """The refusal of a verdict; raises ValueError for one that permits."""
        if verdict.reason is None:
            raise ValueError("a permitting verdict has no reason to give")
        origin = verdict.origin
        return cls(
            code=verdict.reason.value,
            rule=verdict.rule,
            message=verdict.detail,
            basis=origin.basis.value if origin else None,
            source=(origin.source or origin.set_by or None) if origin else None,
            not_before=verdict.not_before,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to one question. `attempt_id` is the decision's own id where nothing was reserved."""

    attempt_id: str
    campaign_id: str
    is_binding: bool
    is_permitted: bool
    decided_at: datetime
    reasons: tuple[ReasonGiven, ...]
    not_before: datetime | None
    attempts_left: int | None
    permit_expires_at: datetime | None
    ring_timeout_seconds: int | None
    policy_digest: str | None
    clock_offset_seconds: float = 0.0  # not zero when the clock was moved for a demonstration
    callee: str | None = None  # E.164; None where no number can be read
    is_replay: bool = False


def reasons_of(decision: Decision) -> tuple[ReasonGiven, ...]:
    """Every reason of a refusal, in the order of the rules."""
    return tuple(ReasonGiven.of(verdict) for verdict in decision.refusals)


def reasons_to_json(reasons: tuple[ReasonGiven, ...]) -> str:
    """As decisions keep them."""
    return orjson.dumps(reasons).decode() if reasons else "[]"


def reasons_from_json(text: str) -> tuple[ReasonGiven, ...]:
    """As decisions kept them."""
    return tuple(ReasonGiven(**{**kept, "not_before": _instant(kept["not_before"])}) for kept in orjson.loads(text))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
