"""The decision: every rule is asked about the facts, and every answer is kept."""

from __future__ import annotations

from collections.abc import Callable
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
from middleware.decision.rules.attempts import caps, clock, in_flight, refusal_rest, spacing
from middleware.decision.rules.automation import automation_stated, free_agent, machine_consent
from middleware.decision.rules.caller_id import (
    caller_id_directory,
    caller_id_lawful,
    caller_id_ours,
    caller_id_present,
)
from middleware.decision.rules.campaign import (
    campaign_dates,
    campaign_open,
    controller_identity,
    processor_agreement,
)
from middleware.decision.rules.hours import calling_hours, promise
from middleware.decision.rules.legal_basis import consent, documented_basis, prospect_reason, registration
from middleware.decision.rules.number import number_country, number_kind, number_risk, number_validity
from middleware.decision.rules.records import advert_protection, data_age, data_source
from middleware.decision.rules.register import register_entry, register_wash
from middleware.decision.rules.suppression import (
    company_suppression,
    number_suppression,
    person_suppression,
    prefix_suppression,
)

Rule = Callable[[CallFacts, Policy], Verdict]
RuleWithoutPolicy = Callable[[CallFacts, Policy | None], Verdict]

RULES: tuple[Rule, ...] = (
    number_validity,
    number_kind,
    number_risk,
    number_country,
    number_suppression,
    person_suppression,
    company_suppression,
    prefix_suppression,
    register_wash,
    register_entry,
    documented_basis,
    prospect_reason,
    consent,
    registration,
    data_source,
    data_age,
    advert_protection,
    campaign_open,
    campaign_dates,
    controller_identity,
    processor_agreement,
    calling_hours,
    promise,
    clock,
    in_flight,
    spacing,
    refusal_rest,
    caps,
    caller_id_present,
    caller_id_ours,
    caller_id_directory,
    caller_id_lawful,
    automation_stated,
    machine_consent,
    free_agent,
)

# What decisions of the first edition were made by, so that they can be made again.
RULES_OF_THE_FIRST_EDITION: tuple[Rule, ...] = (
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
    number_risk,
    number_suppression,
    person_suppression,
    company_suppression,
    prefix_suppression,
    campaign_open,
    campaign_dates,
    controller_identity,
    processor_agreement,
    clock,
    in_flight,
)

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
