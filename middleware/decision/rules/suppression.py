"""The stop list: whoever asked not to be called is not called, whichever system asks."""

from __future__ import annotations

from middleware.decision.model import CallFacts, Policy, Reason, Subject, Verdict

_REASONS = {
    Subject.NUMBER: Reason.SUPPRESSION_NUMBER,
    Subject.PERSON: Reason.SUPPRESSION_PERSON,
    Subject.COMPANY: Reason.SUPPRESSION_COMPANY,
}


def number_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the number."""
    return _verdict("number_suppression", facts, Subject.NUMBER)


def person_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the person, whichever of their numbers is rung."""
    return _verdict("person_suppression", facts, Subject.PERSON)


def company_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the company."""
    return _verdict("company_suppression", facts, Subject.COMPANY)


def _verdict(rule: str, facts: CallFacts, subject: Subject) -> Verdict:
    # Which entry it is, and why it was made, only compliance roles may learn: a verdict shows to every asker.
    since = [hit.since for hit in facts.suppressions if hit.subject is subject]
    if not since:
        return Verdict(rule)
    detail = f"This {subject.value} has been on the stop list since {min(since).date()}. Do not call."
    return Verdict(rule, _REASONS[subject], detail)
