"""Calling hours: the callee's wall clock decides, in every zone in which the phone may be."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from middleware.decision.calendar import callee_zones, is_open, next_closing, next_opening, spell_windows, windows_on
from middleware.decision.model import CallFacts, CallingHours, Policy, Reason, Verdict


def calling_hours(facts: CallFacts, policy: Policy) -> Verdict:
    """Each zone's wall clock is inside a window of a day that is known, and no holiday."""
    zones = callee_zones(facts)
    if not zones:
        detail = "It is not known in which time zone the callee is. Record the contact's time zone."
        return Verdict("calling_hours", Reason.HOURS_ZONE_UNKNOWN, detail, policy.hours.origin)
    closed = [zone for zone in zones if not is_open(policy.hours, zone, facts.now)]
    if not closed:
        return Verdict("calling_hours", until=next_closing(policy.hours, zones, facts.now))
    return _refusal(policy.hours, zones, closed, facts.now)


def _refusal(hours: CallingHours, zones: tuple[ZoneInfo, ...], closed: list[ZoneInfo], now: datetime) -> Verdict:
    not_before = next_opening(hours, zones, now)
    locals_ = [(zone, now.astimezone(zone)) for zone in closed]
    for zone, local in locals_:
        if not hours.calendar_from <= local.date() <= hours.calendar_until:
            detail = (
                f"In {zone.key} it is {local.date()}; holidays are checked from {hours.calendar_from} to "
                f"{hours.calendar_until} only. Check further years and set them in the country's file."
            )
            return Verdict("calling_hours", Reason.HOURS_CALENDAR_ENDED, detail, hours.holidays_origin, not_before)
    for zone, local in locals_:
        if local.date() in hours.holidays:
            detail = f"In {zone.key} it is {local.date()}, a day without calls."
            return Verdict("calling_hours", Reason.HOURS_HOLIDAY, detail, hours.holidays_origin, not_before)
    zone, local = locals_[0]
    detail = f"In {zone.key} it is {local:%A %H:%M}; calls that day: {spell_windows(windows_on(hours, local.date()))}."
    return Verdict("calling_hours", Reason.HOURS_OUTSIDE_WINDOW, detail, hours.origin, not_before)
