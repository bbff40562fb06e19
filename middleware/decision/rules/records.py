"""What must be on file about the data: where the number comes from, and that it was checked not long ago."""

from __future__ import annotations

from middleware.decision.model import CallFacts, Policy, Reason, Verdict
from middleware.decision.rules.gates import while_consenting
from middleware.decision.rules.spans import day_begins_somewhere, standing

_SOURCE = Verdict("data_source")
_AGE = Verdict("data_age")
_ADVERT = Verdict("advert_protection")


def data_source(facts: CallFacts, policy: Policy) -> Verdict:
    """It is on file where the number comes from, the contact's or the whole list's (GDPR art. 14(2)(f))."""
    if facts.callee.has_source or facts.campaign.has_list_source or policy.data is None:
        return _SOURCE
    return Verdict("data_source", Reason.DATA_SOURCE_MISSING, {}, policy.data.source)


def data_age(facts: CallFacts, policy: Policy) -> Verdict:
    """The record, or the campaign's whole list, was compared with reality not too long ago."""
    if policy.data is None:
        return _AGE
    checks = [day for day in (facts.callee.checked_on, facts.campaign.list_checked_on) if day is not None]
    spans = tuple([(begins, begins + policy.data.max_age) for begins in map(day_begins_somewhere, checks)])
    is_fresh, changes_at = standing(spans, facts.now)
    if is_fresh:
        return Verdict("data_age", until=changes_at)
    newest = max((day for day in checks if facts.now >= day_begins_somewhere(day)), default=None)
    parameters = {"checked_on": newest, "max_age": policy.data.max_age}
    return Verdict("data_age", Reason.DATA_OUTDATED, parameters, policy.data.age, changes_at)


def advert_protection(facts: CallFacts, policy: Policy) -> Verdict:
    """The company's entry in the companies register does not forbid advertising, or the callee consented."""
    origin = None if policy.data is None else policy.data.advert_protection
    if origin is None or not facts.callee.is_advert_protected:
        return _ADVERT
    consents, changes_at = standing(while_consenting(facts.callee.call_consent), facts.now)
    if consents:
        return _ADVERT if changes_at is None else Verdict("advert_protection", until=changes_at)
    return Verdict("advert_protection", Reason.DATA_ADVERT_PROTECTED, {}, origin, changes_at)
