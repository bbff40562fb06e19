"""Rules of the first edition that later editions answer differently. Kept as they were: replays depend on it.

A consent was a day without an end then, and what a consent or a test still to come would change was not told.
"""

from __future__ import annotations

from datetime import UTC, datetime

from middleware.decision.model import CallFacts, GateKind, Parameter, Policy, Reason, Verdict
from middleware.decision.rules.gates import binding, lifted_by
from middleware.decision.rules.spans import DAY, day_begins_somewhere

_DOCUMENTED = Verdict("documented_basis")
_CONSENT = Verdict("consent")


def documented_basis(facts: CallFacts, policy: Policy) -> Verdict:
    """Who has not consented is called only under a balancing test that is documented and not due for review."""
    gate = next(iter(binding(policy, facts, GateKind.DOCUMENTED_BASIS)), None)
    if gate is None or _has_consent(facts):
        return _DOCUMENTED
    parameters: dict[str, Parameter] = {"lifted_by": lifted_by(gate, facts)}
    test = facts.campaign.balancing_test
    if test is None or facts.now < day_begins_somewhere(test.approved_on):
        not_before = None if test is None else day_begins_somewhere(test.approved_on)
        return Verdict("documented_basis", Reason.LEGAL_BASIS_MISSING, parameters, gate.origin, not_before)
    ends = datetime(test.review_due.year, test.review_due.month, test.review_due.day, tzinfo=UTC) + DAY
    if facts.now >= ends:
        parameters["review_due"] = test.review_due
        return Verdict("documented_basis", Reason.LEGAL_BASIS_REVIEW_OVERDUE, parameters, gate.origin)
    return Verdict("documented_basis", until=ends)


def consent(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country asks for consent, the callee has given it; an unknown legal form counts as needing it."""
    gate = next(iter(binding(policy, facts, GateKind.CONSENT)), None)
    if gate is None or _has_consent(facts):
        return _CONSENT
    given = facts.callee.call_consent
    not_before = None if given is None else day_begins_somewhere(given.given_on)
    parameters: dict[str, Parameter] = {"lifted_by": lifted_by(gate, facts)}
    return Verdict("consent", Reason.LEGAL_BASIS_CONSENT_MISSING, parameters, gate.origin, not_before)


def _has_consent(facts: CallFacts) -> bool:
    given = facts.callee.call_consent
    return given is not None and facts.now >= day_begins_somewhere(given.given_on)
