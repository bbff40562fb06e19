"""Why the call may be made at all: consent where it is asked for, else reasons that are documented and in force."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from middleware.decision.model import (
    Basis,
    CallFacts,
    Gate,
    GateKind,
    Origin,
    Policy,
    Reason,
    Verdict,
)
from middleware.decision.rules.gates import binding, consent_ends, day_begins_somewhere, in_force, lifted_by

_DAY = timedelta(days=1)
_DOCUMENTED = Verdict("documented_basis")
_PROSPECT = Verdict("prospect_reason")
_CONSENT = Verdict("consent")
_REGISTRATION = Verdict("registration")
_OWN_CHOICE = Gate(
    GateKind.CONSENT,
    Origin(Basis.LAW, "GDPR art. 6(1)(a): the campaign rests on consent alone, so it has to be there.", "the campaign"),
)


def documented_basis(facts: CallFacts, policy: Policy) -> Verdict:
    """Who has not consented is called only under a balancing test that is documented and not due for review.

    GDPR art. 6(1)(a) or (f), and art. 5(2): the controller must be able to show it.
    """
    gate = next(binding(policy, facts, GateKind.DOCUMENTED_BASIS), None)
    if gate is None or in_force(facts.callee.call_consent, facts.now):
        return _DOCUMENTED
    test = facts.campaign.balancing_test
    if test is None or facts.now < day_begins_somewhere(test.approved_on):
        not_before = None if test is None else day_begins_somewhere(test.approved_on)
        return Verdict("documented_basis", Reason.LEGAL_BASIS_MISSING, {}, gate.origin, not_before)
    ends = _midnight_after(test.review_due)
    if facts.now >= ends:
        parameters = {"review_due": test.review_due}
        return Verdict("documented_basis", Reason.LEGAL_BASIS_REVIEW_OVERDUE, parameters, gate.origin)
    return Verdict("documented_basis", until=ends)


def prospect_reason(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country presumes consent only for a reason (DE, UWG § 7(2) no. 1), it is on file for this callee."""
    gate = next(binding(policy, facts, GateKind.PROSPECT_REASON), None)
    if gate is None or in_force(facts.callee.call_consent, facts.now):
        return _PROSPECT
    noted_on = facts.callee.prospect_reason_on
    if noted_on is not None and facts.now >= day_begins_somewhere(noted_on):
        return _PROSPECT
    not_before = None if noted_on is None else day_begins_somewhere(noted_on)
    return Verdict("prospect_reason", Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING, {}, gate.origin, not_before)


def consent(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country or the campaign asks for consent, the callee has given it and it holds."""
    gate = next(binding(policy, facts, GateKind.CONSENT), None)
    if gate is None and facts.campaign.requires_consent:
        gate = _OWN_CHOICE
    if gate is None:
        return _CONSENT
    given = facts.callee.call_consent
    if given is None or not in_force(given, facts.now):
        return _no_consent(gate, facts)
    ends = consent_ends(given)
    return _CONSENT if ends is None else Verdict("consent", until=ends)


def registration(facts: CallFacts, policy: Policy) -> Verdict:
    """Where callers have to register with an operator before they call (CA), the controller has."""
    for gate in binding(policy, facts, GateKind.REGISTRATION):
        if gate.register not in facts.campaign.registrations:
            parameters = {"registration": gate.register or ""}
            return Verdict("registration", Reason.LEGAL_BASIS_NOT_REGISTERED, parameters, gate.origin)
    return _REGISTRATION


def _no_consent(gate: Gate, facts: CallFacts) -> Verdict:
    given = facts.callee.call_consent
    if given is not None and given.has_source:
        begins = day_begins_somewhere(given.given_on)
        if facts.now >= begins and given.ends_on is not None:
            return Verdict("consent", Reason.LEGAL_BASIS_CONSENT_EXPIRED, {"ended_on": given.ends_on}, gate.origin)
        is_to_come = facts.now < begins and (given.ends_on is None or given.ends_on >= given.given_on)
        not_before = begins if is_to_come else None
    else:
        not_before = None
    parameters = {"lifted_by": lifted_by(gate, facts)}
    return Verdict("consent", Reason.LEGAL_BASIS_CONSENT_MISSING, parameters, gate.origin, not_before)


def _midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + _DAY
