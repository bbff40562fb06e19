"""What a dialer asks before a call, and what it is told: the shapes that every route shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from middleware.decision.model import CalleeFacts, Decision, Dialling, PlacedBy, Speaker, Verdict
from middleware.encoding import parameters_to_json
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
    """May this campaign ring this callee? `callee` is as given; `request_digest` tells repeats from other requests.

    `speaker`, `dialling` and `caller_id` are what the request states; None leaves them to the campaign. `at` asks about
    a moment to come (aware), and reserves nothing. `callee_overlay` is what a lead file brings about a person who is
    not, or not yet, a contact.
    """

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
    speaker: Speaker | None = None
    dialling: Dialling | None = None
    free_agents: int | None = None
    at: datetime | None = None
    callee_overlay: CalleeFacts | None = None


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """One refusing rule as it is kept. `not_before` None: waiting does not help.

    `parameters` are plain JSON values, from which sentences are made in any language. Decisions of the first edition
    have none, and keep the English sentence that was given in `message`.
    """

    code: str
    rule: str
    basis: str | None
    source: str | None
    not_before: datetime | None
    parameters: Mapping[str, object] = field(default_factory=dict)
    set_by: str | None = None
    message: str | None = None
    loosens: str | None = None  # where an approved override allows more than the figure it replaced: which, why, whose

    @classmethod
    def of(cls, verdict: Verdict) -> ReasonGiven:
        """The refusal of a verdict; raises ValueError for one that permits."""
        if verdict.reason is None:
            raise ValueError("a permitting verdict has no reason to give")
        origin = verdict.origin
        return cls(
            code=verdict.reason.value,
            rule=verdict.rule,
            basis=origin.basis.value if origin else None,
            source=(origin.source or origin.set_by or None) if origin else None,
            not_before=verdict.not_before,
            parameters=parameters_to_json(verdict.parameters),
            set_by=(origin.set_by or None) if origin else None,
            loosens=(origin.loosens or None) if origin else None,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to one question. `attempt_id` is the decision's own id where nothing was reserved.

    `asked_at` is when it was asked, `decided_at` the moment that it is about; they differ where somebody asked about
    another time. `ring_timeout_seconds` and `ring_at_least_seconds` bound how long a permitted call rings.
    """

    attempt_id: str
    campaign_id: str
    is_binding: bool
    is_permitted: bool
    asked_at: datetime
    decided_at: datetime
    reasons: tuple[ReasonGiven, ...]
    not_before: datetime | None
    attempts_left: int | None
    permit_expires_at: datetime | None
    ring_timeout_seconds: int | None
    ring_at_least_seconds: int | None
    policy_digest: str | None
    clock_offset_seconds: float = 0.0  # not zero when the clock was moved for a demonstration
    callee: str | None = None  # E.164; None where no number can be read
    caller_id: str | None = None  # E.164, the number to show; None where there is none
    is_replay: bool = False
    permitted_until: datetime | None = None  # of a check: when a rule would refuse again, if known

    @property
    def is_about_another_time(self) -> bool:
        """It was asked for a moment to come, which may look different when it is there."""
        return self.decided_at != self.asked_at


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
