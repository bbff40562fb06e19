"""The campaign itself: open, and within its dates where the callee is."""

from __future__ import annotations

from datetime import timedelta

from middleware.decision.calendar import callee_zones, day_begins
from middleware.decision.model import CallFacts, Policy, Reason, Verdict

_OPEN = Verdict("campaign_open")
_DATES = Verdict("campaign_dates")


def campaign_open(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The campaign has been opened and not been closed."""
    if facts.campaign.is_open:
        return _OPEN
    detail = "The campaign is closed. Have an administrator open it."
    return Verdict("campaign_open", Reason.CAMPAIGN_CLOSED, detail)


def campaign_dates(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """In every zone in which the phone may be, the day is not before the campaign's first or after its last."""
    first, last = facts.campaign.starts_on, facts.campaign.ends_on
    if first is None and last is None:
        return _DATES
    zones = callee_zones(facts)
    if not zones:
        detail = "The campaign has dates, and it is not known in which time zone the callee is. Record the zone."
        return Verdict("campaign_dates", Reason.HOURS_ZONE_UNKNOWN, detail)
    until = None if last is None else min(day_begins(zone, last + timedelta(days=1)) for zone in zones)
    if until is not None and facts.now >= until:
        detail = f"The campaign ended on {last}. Have an administrator extend it."
        return Verdict("campaign_dates", Reason.CAMPAIGN_ENDED, detail)
    begins = None if first is None else max(day_begins(zone, first) for zone in zones)
    if begins is not None and facts.now < begins:
        return Verdict("campaign_dates", Reason.CAMPAIGN_NOT_STARTED, f"The campaign starts on {first}.", None, begins)
    return Verdict("campaign_dates", until=until)
