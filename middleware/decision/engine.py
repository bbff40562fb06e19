"""The decision: every rule is asked about the facts, and every answer is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from middleware.decision.model import (
    EDITION,
    FIRST_EDITION,
    CallFacts,
    Decision,
    Policy,
    PolicyProblem,
    Reason,
    Verdict,
)
from middleware.decision.rules.catalogue import RULES, RULES_OF_THE_FIRST_EDITION, RULES_WITHOUT_POLICY

# How often rules may push the earliest moment further ahead before we say that we do not know it.
MOST_ROUNDS = 50


def decide(facts: CallFacts, policy: Policy) -> Decision:
    """Ask every rule. Permits carry how long they hold; refusals the first moment at which all rules would permit."""
    ruling = policy.in_force(facts.now)
    verdicts = _ask(facts, ruling)
    if any(verdict.reason is not None for verdict in verdicts):
        not_before = _first_permitted(facts, ruling, verdicts)
        return Decision(facts.now, policy.digest, verdicts, not_before, None, _attempts_left(verdicts))
    ends = [verdict.until for verdict in verdicts if verdict.until is not None]
    if ruling.changes_at is not None:  # the rules of then have not been asked
        ends.append(ruling.changes_at)
    return Decision(facts.now, policy.digest, verdicts, None, min(ends, default=None), _attempts_left(verdicts))


def refuse_without_policy(facts: CallFacts, problem: PolicyProblem, edition: int = EDITION) -> Decision:
    """Refuse for want of a policy, with the verdicts of all rules of the edition that need none."""
    rules = RULES_WITHOUT_POLICY
    if edition == FIRST_EDITION:
        rules = tuple([rule for rule in rules if rule in RULES_OF_THE_FIRST_EDITION])
    verdicts = tuple([rule(facts, None) for rule in rules])
    verdicts += (_without_policy(facts, problem),)
    return Decision(facts.now, None, verdicts, None, None, None)


def _ask(facts: CallFacts, ruling: Policy) -> tuple[Verdict, ...]:
    rules = RULES_OF_THE_FIRST_EDITION if ruling.edition == FIRST_EDITION else RULES
    return tuple([rule(facts, ruling) for rule in rules])


def _without_policy(facts: CallFacts, problem: PolicyProblem) -> Verdict:
    if problem.reason is Reason.NUMBER_COUNTRY_CLOSED:
        return Verdict("policy", problem.reason, {"country": facts.number.country or ""})
    return Verdict("policy", problem.reason, {"problem": problem.detail})


def _first_permitted(facts: CallFacts, ruling: Policy, verdicts: tuple[Verdict, ...]) -> datetime | None:
    """The first instant at which all rules permit, other facts equal.

    Each refusal names the first instant at which its own rule would permit, so no instant before the latest of them
    can do while the same figures rule; there, or where the figures change, rules are asked again.
    """
    for _ in range(MOST_ROUNDS):
        refusals = [verdict for verdict in verdicts if verdict.reason is not None]
        if not refusals:
            return facts.now
        waits = [verdict.not_before for verdict in refusals if verdict.not_before is not None]
        candidates = [max(waits)] if len(waits) == len(refusals) else []
        if ruling.changes_at is not None:
            candidates.append(ruling.changes_at)
        if not candidates:
            return None
        facts = replace(facts, now=min(candidates))
        ruling = ruling.in_force(facts.now)
        verdicts = _ask(facts, ruling)
    return None


def _attempts_left(verdicts: tuple[Verdict, ...]) -> int | None:
    return min((verdict.attempts_left for verdict in verdicts if verdict.attempts_left is not None), default=None)
