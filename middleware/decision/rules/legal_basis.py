"""Why the call may be made at all: consent where it is asked for, else reasons that are documented and in force."""

from __future__ import annotations

from datetime import UTC, date, datetime

from middleware.decision.model import (
    BalancingTest,
    Basis,
    CallFacts,
    Consent,
    Gate,
    GateKind,
    Origin,
    Parameter,
    Policy,
    Reason,
    Verdict,
)
from middleware.decision.rules.gates import binding, lifted_by, passage, while_consenting
from middleware.decision.rules.spans import DAY, Spans, day_begins_somewhere

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

    GDPR art. 6(1)(a) or (f), and art. 5(2): the controller must be able to show it. A campaign that rests on consent
    needs no such test; `consent` answers for it.
    """
    gates = binding(policy, facts, GateKind.DOCUMENTED_BASIS)
    if not gates or facts.campaign.requires_consent:
        return _DOCUMENTED
    test = facts.campaign.balancing_test
    spans = while_consenting(facts.callee.call_consent) + _while_balanced(test)
    way = passage([(gate, spans) for gate in gates], facts)
    if way.shut is None:
        return _DOCUMENTED if way.changes_at is None else Verdict("documented_basis", until=way.changes_at)
    parameters: dict[str, Parameter] = {"lifted_by": lifted_by(way.shut, facts)}
    reason = Reason.LEGAL_BASIS_MISSING
    if test is not None and facts.now >= day_begins_somewhere(test.approved_on):
        reason = Reason.LEGAL_BASIS_REVIEW_OVERDUE
        parameters["review_due"] = test.review_due
    return Verdict("documented_basis", reason, parameters, way.shut.origin, way.changes_at)


def prospect_reason(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country presumes consent only for a reason (DE, UWG § 7(2) no. 1), it is on file for this callee."""
    gates = binding(policy, facts, GateKind.PROSPECT_REASON)
    if not gates:
        return _PROSPECT
    noted_on = facts.callee.prospect_reason_on
    noted: Spans = () if noted_on is None else ((day_begins_somewhere(noted_on), None),)
    way = passage([(gate, while_consenting(facts.callee.call_consent) + noted) for gate in gates], facts)
    if way.shut is None:
        return _PROSPECT if way.changes_at is None else Verdict("prospect_reason", until=way.changes_at)
    parameters: dict[str, Parameter] = {"lifted_by": lifted_by(way.shut, facts)}
    reason = Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING
    return Verdict("prospect_reason", reason, parameters, way.shut.origin, way.changes_at)


def consent(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country or the campaign asks for consent, the callee has given it and it holds."""
    gates = binding(policy, facts, GateKind.CONSENT)
    if facts.campaign.requires_consent:
        gates.append(_OWN_CHOICE)
    if not gates:
        return _CONSENT
    given = facts.callee.call_consent
    way = passage([(gate, while_consenting(given)) for gate in gates], facts)
    if way.shut is None:
        return _CONSENT if way.changes_at is None else Verdict("consent", until=way.changes_at)
    parameters: dict[str, Parameter] = {"lifted_by": lifted_by(way.shut, facts)}
    ended_on = _ended_on(given, facts.now)
    if ended_on is None:
        reason = Reason.LEGAL_BASIS_CONSENT_MISSING
        return Verdict("consent", reason, parameters, way.shut.origin, way.changes_at)
    parameters["ended_on"] = ended_on
    return Verdict("consent", Reason.LEGAL_BASIS_CONSENT_EXPIRED, parameters, way.shut.origin, way.changes_at)


def registration(facts: CallFacts, policy: Policy) -> Verdict:
    """Where callers have to register with an operator before they call (CA), the controller has."""
    gates = binding(policy, facts, GateKind.REGISTRATION)
    if not gates:
        return _REGISTRATION
    held: Spans = ((facts.now, None),)
    registered = facts.campaign.registrations
    way = passage([(gate, held if gate.register in registered else ()) for gate in gates], facts)
    if way.shut is None:
        return _REGISTRATION if way.changes_at is None else Verdict("registration", until=way.changes_at)
    parameters: dict[str, Parameter] = {
        "registration": way.shut.register or "",
        "lifted_by": lifted_by(way.shut, facts),
    }
    return Verdict("registration", Reason.LEGAL_BASIS_NOT_REGISTERED, parameters, way.shut.origin, way.changes_at)


def _while_balanced(test: BalancingTest | None) -> Spans:
    """From the day of its approval through the day on which its review is due, in UTC."""
    if test is None:
        return ()
    due = test.review_due
    return ((day_begins_somewhere(test.approved_on), datetime(due.year, due.month, due.day, tzinfo=UTC) + DAY),)


def _ended_on(given: Consent | None, now: datetime) -> date | None:
    """The last day of a consent that was given, and holds no longer."""
    if given is None or not given.has_source or now < day_begins_somewhere(given.given_on):
        return None
    return given.ends_on
