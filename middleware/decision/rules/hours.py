"""Calling hours: the callee's wall clock decides, in every zone in which the phone may be."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from middleware.decision.calendar import closed_at, is_open, next_closing, next_opening, spelled, windows_on
from middleware.decision.model import CallFacts, CallingHours, Fact, Parameter, Policy, Reason, RegionalHours, Verdict
from middleware.decision.zones import callee_zones

_KEPT = Verdict("promise")


def calling_hours(facts: CallFacts, policy: Policy) -> Verdict:
    """Each zone's wall clock is inside a window of a day that is known, and no holiday where the callee is."""
    zones = callee_zones(facts)
    hours = _hours_of(facts, policy)
    if not zones:
        parameters: dict[str, Parameter] = {"lifted_by": (Fact.TIME_ZONE.value,)}
        return Verdict("calling_hours", Reason.HOURS_ZONE_UNKNOWN, parameters, hours.origin)
    closing = next_closing(hours, zones, facts.now)
    if closing > facts.now:
        return Verdict("calling_hours", until=closing)
    return _refusal(facts, policy, hours, zones)


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


def _refusal(facts: CallFacts, policy: Policy, hours: CallingHours, zones: tuple[ZoneInfo, ...]) -> Verdict:
    closed = closed_at(hours, zones, facts.now)
    not_before = next_opening(hours, zones, facts.now)
    for zone, local in closed:
        if not hours.calendar_from <= local.date() <= hours.calendar_until:
            parameters = _calendar(hours, zone, local)
            return Verdict("calling_hours", Reason.HOURS_CALENDAR_ENDED, parameters, hours.holidays_origin, not_before)
    lifted_by = _lifted_by(facts, policy, hours, zones)
    for zone, local in closed:
        if local.date() in hours.holidays:
            parameters = {"zone": zone.key, "day": local.date(), "lifted_by": lifted_by}
            return Verdict("calling_hours", Reason.HOURS_HOLIDAY, parameters, hours.holidays_origin, not_before)
    zone, local = closed[0]
    parameters = {
        "zone": zone.key,
        "local_time": local.strftime("%Y-%m-%d %H:%M"),
        "windows": spelled(windows_on(hours, local.date())),
        "lifted_by": lifted_by,
    }
    return Verdict("calling_hours", Reason.HOURS_OUTSIDE_WINDOW, parameters, hours.origin, not_before)


def _calendar(hours: CallingHours, zone: ZoneInfo, local: datetime) -> dict[str, Parameter]:
    return {
        "zone": zone.key,
        "day": local.date(),
        "calendar_from": hours.calendar_from,
        "calendar_until": hours.calendar_until,
    }


def _lifted_by(facts: CallFacts, policy: Policy, hours: CallingHours, zones: tuple[ZoneInfo, ...]) -> tuple[str, ...]:
    """Which of the subdivision and the time zone, where not known, might open the hours; both if only together."""
    is_elsewhere = len(closed_at(hours, zones, facts.now)) < len(zones)
    is_otherwise = is_both = False
    if policy.regional_hours is not None and hours is policy.regional_hours.unknown:
        minute = facts.now.replace(second=0, microsecond=0)
        is_otherwise, is_both = _open_in_some_region(policy.regional_hours, policy.hours, zones, minute)
    if is_both and not is_elsewhere and not is_otherwise:
        is_elsewhere = is_otherwise = True
    lifting = ((Fact.SUBDIVISION, is_otherwise), (Fact.TIME_ZONE, is_elsewhere))
    return tuple([fact.value for fact, may_lift in lifting if may_lift])


@lru_cache(maxsize=8192)  # dozens of states, asked about alike by all calls of a minute
def _open_in_some_region(
    regional: RegionalHours, national: CallingHours, zones: tuple[ZoneInfo, ...], minute: datetime
) -> tuple[bool, bool]:
    """Whether the hours of some subdivision are open in all zones, and in one. None is while the country is closed."""
    if not any(is_open(national, zone, minute) for zone in zones):
        return False, False
    regions = tuple(regional.by_subdivision.values())
    in_all = any(all(is_open(region, zone, minute) for zone in zones) for region in regions)
    return in_all, in_all or any(is_open(region, zone, minute) for region in regions for zone in zones)
