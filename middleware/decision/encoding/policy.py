"""Policies as JSON, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from middleware.decision.encoding.values import (
    Json,
    optional_seconds,
    read_day,
    read_optional_seconds,
    seconds,
)
from middleware.decision.model import (
    Audience,
    Basis,
    CallingHours,
    Cap,
    Gate,
    GateKind,
    LegalForm,
    Origin,
    Outcome,
    Policy,
    PolicyProblem,
    Reason,
    Scope,
    Spacing,
    Subject,
    Window,
)


def digest_of(policy: Policy) -> str:
    """SHA-256, in hex, of the policy's canonical JSON (sorted keys, no spaces, UTF-8) without its digest."""
    body = policy_to_json(replace(policy, digest=""))
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def policy_to_json(policy: Policy) -> Json:
    """All figures by which a call is decided."""
    return {
        "country": policy.country,
        "audience": policy.audience.value,
        "hours": _hours_to_json(policy.hours),
        "caps": [
            {
                "count": cap.count,
                "window": optional_seconds(cap.window),
                "subject": cap.subject.value,
                "scope": cap.scope.value,
                "origin": origin_to_json(cap.origin),
            }
            for cap in policy.caps
        ],
        "spacing": {
            "default": seconds(policy.spacing.default),
            "by_outcome": {outcome.value: seconds(span) for outcome, span in sorted(policy.spacing.by_outcome.items())},
            "origin": origin_to_json(policy.spacing.origin),
        },
        "gates": [_gate_to_json(gate) for gate in policy.gates],
        "ring_timeout": seconds(policy.ring_timeout),
        "ring_origin": origin_to_json(policy.ring_origin),
        "digest": policy.digest,
    }


def policy_from_json(body: Mapping[str, Any]) -> Policy:
    """What `policy_to_json` wrote."""
    return Policy(
        country=body["country"],
        audience=Audience(body["audience"]),
        hours=_hours_from_json(body["hours"]),
        caps=tuple(
            Cap(
                count=cap["count"],
                window=read_optional_seconds(cap["window"]),
                subject=Subject(cap["subject"]),
                scope=Scope(cap["scope"]),
                origin=origin_from_json(cap["origin"]),
            )
            for cap in body["caps"]
        ),
        spacing=Spacing(
            default=timedelta(seconds=body["spacing"]["default"]),
            by_outcome={
                Outcome(outcome): timedelta(seconds=span) for outcome, span in body["spacing"]["by_outcome"].items()
            },
            origin=origin_from_json(body["spacing"]["origin"]),
        ),
        gates=tuple(_gate_from_json(gate) for gate in body["gates"]),
        ring_timeout=timedelta(seconds=body["ring_timeout"]),
        ring_origin=origin_from_json(body["ring_origin"]),
        digest=body["digest"],
    )


def problem_to_json(problem: PolicyProblem) -> Json:
    """Why there was no policy."""
    return {"problem": problem.reason.value, "detail": problem.detail}


def problem_from_json(body: Mapping[str, Any]) -> PolicyProblem:
    """What `problem_to_json` wrote."""
    return PolicyProblem(Reason(body["problem"]), body["detail"])


def origin_to_json(origin: Origin) -> Json:
    """Where a figure comes from."""
    return {"basis": origin.basis.value, "source": origin.source, "set_by": origin.set_by}


def origin_from_json(body: Mapping[str, Any]) -> Origin:
    """What `origin_to_json` wrote."""
    return Origin(Basis(body["basis"]), body["source"], body["set_by"])


def _hours_to_json(hours: CallingHours) -> Json:
    return {
        "week": [[[window.opens, window.closes] for window in windows] for windows in hours.week],
        "holidays": [day.isoformat() for day in sorted(hours.holidays)],
        "calendar_from": hours.calendar_from.isoformat(),
        "calendar_until": hours.calendar_until.isoformat(),
        "early_closings": {
            f"{month:02}-{day:02}": minute for (month, day), minute in sorted(hours.early_closings.items())
        },
        "origin": origin_to_json(hours.origin),
        "holidays_origin": origin_to_json(hours.holidays_origin),
    }


def _hours_from_json(body: Mapping[str, Any]) -> CallingHours:
    return CallingHours(
        week=tuple(tuple(Window(opens, closes) for opens, closes in windows) for windows in body["week"]),
        holidays=frozenset(read_day(day) for day in body["holidays"]),
        calendar_from=read_day(body["calendar_from"]),
        calendar_until=read_day(body["calendar_until"]),
        early_closings={(int(day[:2]), int(day[3:])): minute for day, minute in body["early_closings"].items()},
        origin=origin_from_json(body["origin"]),
        holidays_origin=origin_from_json(body["holidays_origin"]),
    )


def _gate_to_json(gate: Gate) -> Json:
    return {
        "kind": gate.kind.value,
        "origin": origin_to_json(gate.origin),
        "register": gate.register,
        "valid_for": optional_seconds(gate.valid_for),
        "except_legal_forms": sorted(form.value for form in gate.except_legal_forms),
    }


def _gate_from_json(body: Mapping[str, Any]) -> Gate:
    return Gate(
        kind=GateKind(body["kind"]),
        origin=origin_from_json(body["origin"]),
        register=body["register"],
        valid_for=read_optional_seconds(body["valid_for"]),
        except_legal_forms=frozenset(LegalForm(form) for form in body["except_legal_forms"]),
    )
