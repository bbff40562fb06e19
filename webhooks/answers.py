"""Answers and attempts as JSON: one shape on every route of ours. Instants are ISO 8601 in UTC, sentences in the
language of the reader."""

from __future__ import annotations

from typing import Any

from middleware.explanations import callee_zone, in_full
from middleware.services.asking import Answer, AttemptSeen, ReasonGiven, reasons_from_json


def answer_body(answer: Answer, language: str) -> dict[str, Any]:
    """What an asker reads: the verdict first, every reason, when it will be permitted, what the permit allows."""
    permit = None
    if answer.is_binding and answer.is_permitted:
        permit = {
            "attempt_id": answer.attempt_id,
            "expires_at": answer.permit_expires_at,
            "caller_id": answer.caller_id,
            "ring_timeout_seconds": answer.ring_timeout_seconds,
            "ring_at_least_seconds": answer.ring_at_least_seconds,
        }
    return {
        "attempt_id": answer.attempt_id if answer.is_binding else None,
        "decision_id": answer.attempt_id,
        "permitted": answer.is_permitted,
        "campaign": answer.campaign_id,
        "callee": answer.callee,
        "caller_id": answer.caller_id,
        "asked_at": answer.asked_at,
        "decided_at": answer.decided_at,
        "about_another_time": answer.is_about_another_time,
        "reasons": reason_bodies(answer.reasons, answer.callee, language),
        "not_before": answer.not_before,
        "attempts_left": answer.attempts_left,
        "permit": permit,
        "policy_digest": answer.policy_digest,
        "clock_offset_seconds": answer.clock_offset_seconds,
    }


def reason_bodies(reasons: tuple[ReasonGiven, ...], callee: str | None, language: str) -> list[dict[str, Any]]:
    """Every refusing rule; times in the sentences are those of the callee's wall clock, as far as its zone is known."""
    zone = callee_zone(reasons, callee)
    return [reason_body(reason, language, zone) for reason in reasons]


def reason_body(reason: ReasonGiven, language: str, zone: str | None = None) -> dict[str, Any]:
    """One refusing rule: its code, figures and source, and `what`, `why` and `next_step` in the reader's language."""
    return in_full(reason, language, zone)


def attempt_body(attempt: AttemptSeen, language: str) -> dict[str, Any]:
    """One attempt with how it was decided and how it went."""
    return {
        "attempt_id": attempt.id,
        "campaign": attempt.campaign_id,
        "callee": attempt.callee,
        "caller_id": attempt.caller_id,
        "route": attempt.route,
        "state": attempt.state,
        "permitted": attempt.is_permitted,
        "decided_at": attempt.asked_at,
        "reasons": reason_bodies(reasons_from_json(attempt.refusals), attempt.callee, language),
        "not_before": attempt.not_before,
        "attempts_left": attempt.attempts_left,
        "permit_expires_at": attempt.permit_expires_at,
        "policy_digest": attempt.policy_digest,
        "clock_offset_seconds": attempt.clock_offset_seconds,
        "call_sid": attempt.call_sid,
        "call_status": attempt.call_status,
        "sip_response_code": attempt.sip_response_code,
        "answered_by": attempt.answered_by,
        "placed_at": attempt.placed_at,
        "answered_at": attempt.answered_at,
        "ended_at": attempt.ended_at,
        "duration_seconds": attempt.duration_seconds,
        "outcome": attempt.outcome,
    }
