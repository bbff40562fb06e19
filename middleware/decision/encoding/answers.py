"""Verdicts and decisions as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.decision.encoding.policy import origin_from_json, origin_to_json
from middleware.decision.encoding.values import (
    Json,
    instant,
    optional_instant,
    read_instant,
    read_optional_instant,
)
from middleware.decision.model import Decision, Reason, Verdict


def verdict_to_json(verdict: Verdict) -> Json:
    """One rule's answer."""
    return {
        "rule": verdict.rule,
        "reason": None if verdict.reason is None else verdict.reason.value,
        "detail": verdict.detail,
        "origin": None if verdict.origin is None else origin_to_json(verdict.origin),
        "not_before": optional_instant(verdict.not_before),
        "until": optional_instant(verdict.until),
        "attempts_left": verdict.attempts_left,
    }


def verdict_from_json(body: Mapping[str, Any]) -> Verdict:
    """What `verdict_to_json` wrote."""
    return Verdict(
        rule=body["rule"],
        reason=None if body["reason"] is None else Reason(body["reason"]),
        detail=body["detail"],
        origin=None if body["origin"] is None else origin_from_json(body["origin"]),
        not_before=read_optional_instant(body["not_before"]),
        until=read_optional_instant(body["until"]),
        attempts_left=body["attempts_left"],
    )


def decision_to_json(decision: Decision) -> Json:
    """The whole answer, every rule's verdict included."""
    return {
        "decided_at": instant(decision.decided_at),
        "policy_digest": decision.policy_digest,
        "verdicts": [verdict_to_json(verdict) for verdict in decision.verdicts],
        "not_before": optional_instant(decision.not_before),
        "permitted_until": optional_instant(decision.permitted_until),
        "attempts_left": decision.attempts_left,
    }


def decision_from_json(body: Mapping[str, Any]) -> Decision:
    """What `decision_to_json` wrote."""
    return Decision(
        decided_at=read_instant(body["decided_at"]),
        policy_digest=body["policy_digest"],
        verdicts=tuple(verdict_from_json(verdict) for verdict in body["verdicts"]),
        not_before=read_optional_instant(body["not_before"]),
        permitted_until=read_optional_instant(body["permitted_until"]),
        attempts_left=body["attempts_left"],
    )
