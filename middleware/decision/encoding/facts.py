"""CallFacts as JSON. This runs on every call, so it writes dicts directly, without reflection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.decision.encoding.values import (
    Json,
    instant,
    optional_day,
    optional_instant,
    read_day,
    read_instant,
    read_optional_day,
    read_optional_instant,
)
from middleware.decision.model import (
    Audience,
    BalancingTest,
    CalleeFacts,
    CallFacts,
    CampaignFacts,
    History,
    LegalForm,
    NumberFacts,
    NumberKind,
    Outcome,
    PastAttempt,
    PlacedBy,
    Scope,
    Subject,
    SuppressionHit,
)


def facts_to_json(facts: CallFacts) -> Json:
    """All that the rules saw of one call."""
    number, callee = facts.number, facts.callee
    return {
        "now": instant(facts.now),
        "number": {
            "country": number.country,
            "kind": number.kind.value,
            "valid": number.valid,
            "emergency": number.emergency,
            "zones": list(number.zones),
        },
        "campaign": _campaign_to_json(facts.campaign),
        "callee": {
            "legal_form": callee.legal_form.value,
            "time_zone": callee.time_zone,
            "call_consent_on": optional_day(callee.call_consent_on),
        },
        "suppressions": [_hit_to_json(hit) for hit in facts.suppressions],
        "histories": [
            {
                "scope": history.scope.value,
                "subject": history.subject.value,
                "attempts": [_attempt_to_json(past) for past in history.attempts],
            }
            for history in facts.histories
        ],
    }


def facts_from_json(body: Mapping[str, Any]) -> CallFacts:
    """What `facts_to_json` wrote."""
    number, callee = body["number"], body["callee"]
    return CallFacts(
        now=read_instant(body["now"]),
        number=NumberFacts(
            country=number["country"],
            kind=NumberKind(number["kind"]),
            valid=number["valid"],
            emergency=number["emergency"],
            zones=tuple(number["zones"]),
        ),
        campaign=_campaign_from_json(body["campaign"]),
        callee=CalleeFacts(
            legal_form=LegalForm(callee["legal_form"]),
            time_zone=callee["time_zone"],
            call_consent_on=read_optional_day(callee["call_consent_on"]),
        ),
        suppressions=tuple(_hit_from_json(hit) for hit in body["suppressions"]),
        histories=tuple(
            History(
                scope=Scope(history["scope"]),
                subject=Subject(history["subject"]),
                attempts=tuple(_attempt_from_json(past) for past in history["attempts"]),
            )
            for history in body["histories"]
        ),
    )


def _campaign_to_json(campaign: CampaignFacts) -> Json:
    test = campaign.balancing_test
    return {
        "campaign_id": campaign.campaign_id,
        "controller_id": campaign.controller_id,
        "audience": campaign.audience.value,
        "is_open": campaign.is_open,
        "starts_on": optional_day(campaign.starts_on),
        "ends_on": optional_day(campaign.ends_on),
        "balancing_test": None
        if test is None
        else {"approved_on": test.approved_on.isoformat(), "review_due": test.review_due.isoformat()},
        "washed_at": {register: instant(at) for register, at in sorted(campaign.washed_at.items())},
    }


def _campaign_from_json(body: Mapping[str, Any]) -> CampaignFacts:
    test = body["balancing_test"]
    return CampaignFacts(
        campaign_id=body["campaign_id"],
        controller_id=body["controller_id"],
        audience=Audience(body["audience"]),
        is_open=body["is_open"],
        starts_on=read_optional_day(body["starts_on"]),
        ends_on=read_optional_day(body["ends_on"]),
        balancing_test=None
        if test is None
        else BalancingTest(read_day(test["approved_on"]), read_day(test["review_due"])),
        washed_at={register: read_instant(at) for register, at in body["washed_at"].items()},
    )


def _hit_to_json(hit: SuppressionHit) -> Json:
    return {
        "entry_id": hit.entry_id,
        "subject": hit.subject.value,
        "scope": hit.scope,
        "reason": hit.reason,
        "since": instant(hit.since),
    }


def _hit_from_json(body: Mapping[str, Any]) -> SuppressionHit:
    return SuppressionHit(
        entry_id=body["entry_id"],
        subject=Subject(body["subject"]),
        scope=body["scope"],
        reason=body["reason"],
        since=read_instant(body["since"]),
    )


def _attempt_to_json(past: PastAttempt) -> Json:
    return {
        "attempt_id": past.attempt_id,
        "campaign_id": past.campaign_id,
        "reserved_at": instant(past.reserved_at),
        "expires_at": instant(past.expires_at),
        "placed_by": past.placed_by.value,
        "is_placed": past.is_placed,
        "outcome": None if past.outcome is None else past.outcome.value,
        "ended_at": optional_instant(past.ended_at),
    }


def _attempt_from_json(body: Mapping[str, Any]) -> PastAttempt:
    return PastAttempt(
        attempt_id=body["attempt_id"],
        campaign_id=body["campaign_id"],
        reserved_at=read_instant(body["reserved_at"]),
        expires_at=read_instant(body["expires_at"]),
        placed_by=PlacedBy(body["placed_by"]),
        is_placed=body["is_placed"],
        outcome=None if body["outcome"] is None else Outcome(body["outcome"]),
        ended_at=read_optional_instant(body["ended_at"]),
    )
