"""Why the call may be made at all: consent where the country asks for it, else a documented balancing test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from middleware.decision.model import CallFacts, Gate, GateKind, LegalForm, Policy, Reason, Verdict

# A recorded day carries no zone. It has begun once it has begun anywhere on Earth, at UTC+14 first.
EARLIEST_ZONE = timedelta(hours=14)

_DOCUMENTED = Verdict("documented_basis")
_CONSENT = Verdict("consent")


def documented_basis(facts: CallFacts, policy: Policy) -> Verdict:
    """Who has not consented is called only under a balancing test that is documented and not due for review.

    GDPR art. 6(1)(a) or (f), and art. 5(2): the controller must be able to show it.
    """
    gate = _applying(policy, facts, GateKind.DOCUMENTED_BASIS)
    if gate is None or _has_consent(facts):
        return _DOCUMENTED
    test = facts.campaign.balancing_test
    if test is None or facts.now < _begins(test.approved_on):
        detail = "The campaign has no balancing test in force. Document one (legitimate interest) and have it approved."
        not_before = None if test is None else _begins(test.approved_on)
        return Verdict("documented_basis", Reason.LEGAL_BASIS_MISSING, detail, gate.origin, not_before)
    ends = datetime(test.review_due.year, test.review_due.month, test.review_due.day, tzinfo=UTC) + timedelta(days=1)
    if facts.now >= ends:
        detail = f"The campaign's balancing test was due for review on {test.review_due}. Review and approve it again."
        return Verdict("documented_basis", Reason.LEGAL_BASIS_REVIEW_OVERDUE, detail, gate.origin)
    return Verdict("documented_basis", until=ends)


def consent(facts: CallFacts, policy: Policy) -> Verdict:
    """Where the country asks for consent, the callee has given it; an unknown legal form counts as needing it."""
    gate = _applying(policy, facts, GateKind.CONSENT)
    if gate is None or _has_consent(facts):
        return _CONSENT
    given_on = facts.callee.call_consent_on
    detail = "A call needs this callee's recorded consent, and there is none. Do not call."
    if given_on is not None:
        detail = f"The recorded consent is dated {given_on}, which has not come yet. Correct the record."
    elif gate.except_legal_forms and facts.callee.legal_form is LegalForm.UNKNOWN:
        spared = ", ".join(sorted(form.value for form in gate.except_legal_forms))
        detail += f" The callee's legal form is not known: look it up; no consent is needed for: {spared}."
    not_before = None if given_on is None else _begins(given_on)
    return Verdict("consent", Reason.LEGAL_BASIS_CONSENT_MISSING, detail, gate.origin, not_before)


def _applying(policy: Policy, facts: CallFacts, kind: GateKind) -> Gate | None:
    for gate in policy.gates:
        if gate.kind is kind and facts.callee.legal_form not in gate.except_legal_forms:
            return gate
    return None


def _has_consent(facts: CallFacts) -> bool:
    given_on = facts.callee.call_consent_on
    return given_on is not None and facts.now >= _begins(given_on)


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EARLIEST_ZONE
