"""A stored decision, made again from what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.decision.encoding import facts_from_json, policy_from_json, problem_from_json
from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import Decision


def replay(facts_json: Mapping[str, Any], policy_json: Mapping[str, Any]) -> Decision:
    """The decision on stored facts under a stored policy, or under the stored problem that took its place."""
    facts = facts_from_json(facts_json)
    if "problem" in policy_json:
        return refuse_without_policy(facts, problem_from_json(policy_json))
    return decide(facts, policy_from_json(policy_json))
