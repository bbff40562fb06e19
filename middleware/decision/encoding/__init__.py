"""Facts, policies and decisions as plain JSON-able dicts and back, so that a stored decision can be replayed.

Keys keep one order, sets are sorted, datetimes are ISO strings in UTC, durations are seconds. Reading back gives
an equal object. Readers raise KeyError, TypeError or ValueError on what no writer here has written.
"""

from __future__ import annotations

from middleware.decision.encoding.answers import (
    decision_from_json,
    decision_to_json,
    verdict_from_json,
    verdict_to_json,
)
from middleware.decision.encoding.facts import facts_from_json, facts_to_json
from middleware.decision.encoding.policy import (
    digest_of,
    policy_from_json,
    policy_to_json,
    problem_from_json,
    problem_to_json,
)

__all__ = [
    "decision_from_json",
    "decision_to_json",
    "digest_of",
    "facts_from_json",
    "facts_to_json",
    "policy_from_json",
    "policy_to_json",
    "problem_from_json",
    "problem_to_json",
    "verdict_from_json",
    "verdict_to_json",
]
