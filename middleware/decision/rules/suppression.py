"""The stop list: whoever asked not to be called is not called, whichever system asks."""

from __future__ import annotations

from middleware.decision.model import Basis, CallFacts, Origin, Policy, Reason, Subject, Verdict

# The same for every entry: a source that differed would tell who objected and who is listed for another reason.
_STOP_LIST = Origin(
    Basis.LAW,
    "The right to object to direct marketing, GDPR art. 21(2)-(3), which a stop list keeps. "
    "https://gdprhub.eu/index.php?title=Article_21_GDPR",
    "the stop list",
)
_NUMBER = Verdict("number_suppression")
_PERSON = Verdict("person_suppression")
_COMPANY = Verdict("company_suppression")
_PREFIX = Verdict("prefix_suppression")


def number_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the number."""
    return _verdict(facts, Subject.NUMBER, Reason.SUPPRESSION_NUMBER) if facts.suppressions else _NUMBER


def person_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the person, whichever of their numbers is rung."""
    return _verdict(facts, Subject.PERSON, Reason.SUPPRESSION_PERSON) if facts.suppressions else _PERSON


def company_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars the company."""
    return _verdict(facts, Subject.COMPANY, Reason.SUPPRESSION_COMPANY) if facts.suppressions else _COMPANY


def prefix_suppression(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No entry bars all numbers that begin as this one does."""
    return _verdict(facts, Subject.PREFIX, Reason.SUPPRESSION_PREFIX) if facts.suppressions else _PREFIX


def _verdict(facts: CallFacts, subject: Subject, reason: Reason) -> Verdict:
    # Which entry it is, and why it was made, only compliance roles may learn: a verdict shows to every asker.
    rule = f"{subject.value}_suppression"
    since = [hit.since for hit in facts.suppressions if hit.subject is subject]
    if not since:
        return Verdict(rule)
    return Verdict(rule, reason, {"since": min(since).date()}, _STOP_LIST)
