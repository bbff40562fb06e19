"""Calling hours: the callee's wall clock decides, in every zone in which the phone may be."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from middleware.decision.calendar import callee_zones, is_open, next_closing, next_opening, spelled, windows_on
from middleware.decision.model import CallFacts, CallingHours, Fact, Parameter, Policy, Reason, Verdict

_KEPT = Verdict("promise")


def calling_hours(facts: CallFacts, policy: Policy) -> Verdict:
    """Each zone's wall clock is inside a window of a day that is known, and no holiday where the callee is."""
    zones = callee_zones(facts)
    hours = _hours_of(facts, policy)
    if not zones:
        parameters: dict[str, Parameter] = {"lifted_by": (Fact.TIME_ZONE.value,)}
        return Verdict("calling_hours", Reason.HOURS_ZONE_UNKNOWN, parameters, hours.origin)
    closed = [zone for zone in zones if not is_open(hours, zone, facts.now)]
    if not closed:
        return Verdict("calling_hours", until=next_closing(hours, zones, facts.now))
    return _refusal(hours, zones, closed, facts.now, _lifted_by(facts, policy, hours, zones))


def promise(facts: CallFacts, _policy: Policy) -> Verdict:
    """Who was promised a call at a certain moment is not called before it. After it, all other rules still hold."""
    promised_at = facts.callee.promised_at
    if promised_at is None or facts.now >= promised_at:
        return _KEPT
    return Verdict("promise", Reason.HOURS_PROMISED_LATER, {"promised_at": promised_at}, None, promised_at)


def _hours_of(facts: CallFacts, policy: Policy) -> CallingHours:
    """The hours of the callee's subdivision; where it is not known, the strictest of all."""
    regional = policy.regional_hours
    if regional is None:
        return policy.hours
    return regional.by_subdivision.get(facts.callee.subdivision or "", regional.unknown)


def _lifted_by(facts: CallFacts, policy: Policy, hours: CallingHours, zones: tuple[ZoneInfo, ...]) -> tuple[str, ...]:
    """Which of the subdivision and the time zone, where not known, might open the hours; both if only together."""
    regional = policy.regional_hours
    regions = () if regional is None or hours is not regional.unknown else tuple(regional.by_subdivision.values())
    is_elsewhere = len(zones) > 1 and any(is_open(hours, zone, facts.now) for zone in zones)
    is_otherwise = any(all(is_open(region, zone, facts.now) for zone in zones) for region in regions)
    if not is_elsewhere and not is_otherwise:
        is_both = len(zones) > 1 and any(is_open(region, zone, facts.now) for region in regions for zone in zones)
        is_elsewhere = is_otherwise = is_both
    lifting = ((Fact.SUBDIVISION, is_otherwise), (Fact.TIME_ZONE, is_elsewhere))
    return tuple(fact.value for fact, may_lift in lifting if may_lift)


def _refusal(
    hours: CallingHours,
    zones: tuple[ZoneInfo, ...],
    closed: list[ZoneInfo],
    now: datetime,
    lifted_by: tuple[str, ...],
) -> Verdict:
    not_before = next_opening(hours, zones, now)
    locals_ = [(zone, now.astimezone(zone)) for zone in closed]
    for zone, local in locals_:
        if not hours.calendar_from <= local.date() <= hours.calendar_until:
            parameters: dict[str, Parameter] = {
                "zone": zone.key,
                "day": local.date(),
                "calendar_from": hours.calendar_from,
                "calendar_until": hours.calendar_until,
            }
            return Verdict("calling_hours", Reason.HOURS_CALENDAR_ENDED, parameters, hours.holidays_origin, not_before)
    for zone, local in locals_:
        if local.date() in hours.holidays:
            parameters = {"zone": zone.key, "day": local.date(), "lifted_by": lifted_by}
            return Verdict("calling_hours", Reason.HOURS_HOLIDAY, parameters, hours.holidays_origin, not_before)
    zone, local = locals_[0]
    parameters = {
        "zone": zone.key,
        "local_time": local.strftime("%Y-%m-%d %H:%M"),
        "windows": spelled(windows_on(hours, local.date())),
        "lifted_by": lifted_by,
    }
    return Verdict("calling_hours", Reason.HOURS_OUTSIDE_WINDOW, parameters, hours.origin, not_before)
