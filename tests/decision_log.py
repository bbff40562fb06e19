"""Logged decisions for tests: facts and figures decided by the real rules, and kept as the service keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert

from middleware.decision.engine import decide
from middleware.decision.model import CallFacts, Policy
from middleware.encoding import digest_of, facts_to_text, policy_to_text
from middleware.services.asking import reasons_of, reasons_to_json
from middleware.store.database import Database
from middleware.store.ids import new_id
from middleware.store.models import DecisionRow
from middleware.store.policies import keep_policy
from tests.builders import NOON


def keep(store: Database, policy: Policy) -> Policy:
    """Store a policy under its digest, and return it with that."""
    policy = replace(policy, digest=digest_of(policy))
    with store.writing() as connection:
        keep_policy(connection, policy.digest, policy_to_text(policy), policy.country, "spring", NOON)
    return policy


def log_decision(store: Database, facts: CallFacts, policy: Policy, changes: Mapping[str, object] | None = None) -> str:
    """Decide and log; returns the decision's id. `changes` overwrite columns, as somebody with the database could."""
    decision = decide(facts, policy)
    values = {
        "controller_id": facts.campaign.controller_id,
        "campaign_id": facts.campaign.campaign_id,
        "policy_digest": decision.policy_digest,
        "is_permitted": decision.is_permitted,
        "not_before": decision.not_before,
        "attempts_left": decision.attempts_left,
        "refusals": reasons_to_json(reasons_of(decision)),
        "facts": facts_to_text(facts),
    }
    return log_raw(store, facts.now, values | dict(changes or {}))


def log_raw(store: Database, asked_at: datetime, values: Mapping[str, object]) -> str:
    """A row of the log as it is given; returns its id."""
    row: dict[str, object] = {
        "id": new_id(asked_at),
        "kind": "attempt",
        "controller_id": "acme",
        "campaign_id": "spring",
        "credential_id": "dialer",
        "callee_key": "0" * 32,
        "decided_at": asked_at,
        "clock_offset_seconds": 0.0,
    }
    row |= values
    with store.writing() as connection:
        connection.execute(insert(DecisionRow).values(row))
    return str(row["id"])
