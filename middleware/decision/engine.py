"""The decision: every rule is asked about the facts, and every answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from middleware.decision.model import CallFacts, Decision, Policy, PolicyProblem, Verdict
from middleware.decision.rules.attempts import caps, clock, in_flight, spacing
from middleware.decision.rules.campaign import campaign_dates, campaign_open
from middleware.decision.rules.hours import calling_hours
from middleware.decision.rules.legal_basis import consent, documented_basis
from middleware.decision.rules.number import number_country, number_kind, number_validity
from middleware.decision.rules.register import register_wash
from middleware.decision.rules.suppression import company_suppression, number_suppression, person_suppression

Rule = Callable[[CallFacts, Policy], Verdict]
RuleWithoutPolicy = Callable[[CallFacts, Policy | None], Verdict]

RULES: tuple[Rule, ...] = (
    number_validity,
    number_kind,
    number_country,
    number_suppression,
    person_suppression,
    company_suppression,
    register_wash,
    documented_basis,
    consent,
    campaign_open,
    campaign_dates,
    calling_hours,
    clock,
    in_flight,
    spacing,
    caps,
)

RULES_WITHOUT_POLICY: tuple[RuleWithoutPolicy, ...] = (
    number_validity,
    number_kind,
    number_suppression,
    person_suppression,
    company_suppression,
    campaign_open,
    campaign_dates,
    clock,
    in_flight,
)

# How often rules may push the earliest moment further ahead before we say that we do not know it.
MOST_ROUNDS = 50


def decide(facts: CallFacts, policy: Policy) -> Decision:
    """Ask every rule. Permits carry how long they hold; refusals the first moment at which all rules would permit."""
    verdicts = tuple([rule(facts, policy) for rule in RULES])
    if any(verdict.reason is not None for verdict in verdicts):
        not_before = _first_permitted(facts, policy, verdicts)
        return Decision(facts.now, policy.digest, verdicts, not_before, None, _attempts_left(verdicts))
    until = min((verdict.until for verdict in verdicts if verdict.until is not None), default=None)
    return Decision(facts.now, policy.digest, verdicts, None, until, _attempts_left(verdicts))


def refuse_without_policy(facts: CallFacts, problem: PolicyProblem) -> Decision:
    """Refuse for want of a policy, with the verdicts of all rules that need none."""
    verdicts = tuple([rule(facts, None) for rule in RULES_WITHOUT_POLICY])
    verdicts += (Verdict("policy", problem.reason, problem.detail),)
    return Decision(facts.now, None, verdicts, None, None, None)


def _first_permitted(facts: CallFacts, policy: Policy, verdicts: tuple[Verdict, ...]) -> datetime | None:
    """The first instant at which all rules permit, other facts equal.

    Each refusal names the first instant at which its own rule would permit, so no instant before the latest of them
    can do; there, rules are asked again, for others may refuse by then.
    """
    for _ in range(MOST_ROUNDS):
        waits: list[datetime] = []
        for verdict in verdicts:
            if verdict.reason is not None:
                if verdict.not_before is None:
                    return None
                waits.append(verdict.not_before)
        if not waits:
            return facts.now
        facts = replace(facts, now=max(waits))
        verdicts = tuple([rule(facts, policy) for rule in RULES])
    return None


def _attempts_left(verdicts: tuple[Verdict, ...]) -> int | None:
    return min((verdict.attempts_left for verdict in verdicts if verdict.attempts_left is not None), default=None)
