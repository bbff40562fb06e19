"""The campaign itself: open, within its dates where the callee is, and with its papers on file."""

from __future__ import annotations

from middleware.decision.model import Basis, CallFacts, Fact, Origin, Policy, Reason, Verdict
from middleware.decision.rules.spans import DAY, day_begins_somewhere
from middleware.decision.zones import callee_zones, day_begins

_OPEN = Verdict("campaign_open")
_DATES = Verdict("campaign_dates")
_IDENTIFIED = Verdict("controller_identity")
_AGREED = Verdict("processor_agreement")
_ARTICLE_14 = Origin(
    Basis.LAW,
    "GDPR art. 14(1)(a): who is called has to be told on whose behalf. "
    "https://gdprhub.eu/index.php?title=Article_14_GDPR",
    "the campaign",
)
_ARTICLE_28 = Origin(
    Basis.LAW,
    "GDPR art. 28(3): who calls for somebody else needs a processor agreement. "
    "https://gdprhub.eu/index.php?title=Article_28_GDPR",
    "the campaign",
)


def campaign_open(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The campaign has been opened and not been closed."""
    return _OPEN if facts.campaign.is_open else Verdict("campaign_open", Reason.CAMPAIGN_CLOSED)


def campaign_dates(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """In every zone in which the phone may be, the day is not before the campaign's first or after its last."""
    first, last = facts.campaign.starts_on, facts.campaign.ends_on
    if first is None and last is None:
        return _DATES
    zones = callee_zones(facts)
    if not zones:
        return Verdict("campaign_dates", Reason.HOURS_ZONE_UNKNOWN, {"lifted_by": (Fact.TIME_ZONE.value,)})
    until = None if last is None else min(day_begins(zone, last + DAY) for zone in zones)
    if until is not None and facts.now >= until:
        return Verdict("campaign_dates", Reason.CAMPAIGN_ENDED, {"day": last})
    begins = None if first is None else max(day_begins(zone, first) for zone in zones)
    if begins is not None and facts.now < begins:
        return Verdict("campaign_dates", Reason.CAMPAIGN_NOT_STARTED, {"day": first}, None, begins)
    return Verdict("campaign_dates", until=until)


def controller_identity(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The controller's name, address, register number and contact are on file, so that callees can be told."""
    if facts.campaign.is_controller_identified:
        return _IDENTIFIED
    return Verdict("controller_identity", Reason.CAMPAIGN_CONTROLLER_UNKNOWN, {}, _ARTICLE_14)


def processor_agreement(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """Who calls for somebody else has a processor agreement with them on file."""
    if not facts.campaign.is_agency:
        return _AGREED
    signed_on = facts.campaign.processor_agreement_on
    if signed_on is not None and facts.now >= day_begins_somewhere(signed_on):
        return _AGREED
    not_before = None if signed_on is None else day_begins_somewhere(signed_on)
    return Verdict("processor_agreement", Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT, {}, _ARTICLE_28, not_before)
