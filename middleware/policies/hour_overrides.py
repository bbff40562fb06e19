"""Calling hours under overrides: the week, the days without calls and early closings, nationally and by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from middleware.decision.calendar import overlap, spell_windows
from middleware.decision.model import Basis, CallingHours, Origin, Policy, RegionalHours
from middleware.policies.loosening import Held, Layer, Loosening, Yardstick
from middleware.policies.overrides import Overrides
from middleware.policies.week import DAYS, Week, read_clock, read_week, within
from middleware.policies.wording import days_in_words, week_in_words


def hours_under(
    policy: Policy, country: Policy, overrides: Overrides, layer: Layer
) -> tuple[CallingHours, RegionalHours | None]:
    """The national hours and those of the regions.

    The week given is judged against the country's national one. A region that has the national week follows it; one
    that has a week of its own keeps within that: no override loosens what a region has for itself.
    """
    hours = _under(policy.hours, country.hours, country.hours, overrides, layer)
    regional, of_country = policy.regional_hours, country.regional_hours
    if regional is None or of_country is None:
        return hours, regional
    by_subdivision = {
        name: _of_region(each, of_country.by_subdivision[name], country.hours, hours, overrides, layer)
        for name, each in regional.by_subdivision.items()
    }
    unknown = _of_region(regional.unknown, of_country.unknown, country.hours, hours, overrides, layer)
    return hours, RegionalHours(unknown, by_subdivision)


def _under(
    held: CallingHours, country: CallingHours, national: CallingHours, overrides: Overrides, layer: Layer
) -> CallingHours:
    week = held.week if overrides.hours is None else read_week(overrides.hours)
    origin = layer.origin(_WEEK, week, Held(held.week, held.origin), Held(country.week, country.origin))
    return _days_under(replace(held, week=week, origin=origin), country, national, overrides, layer)


def _of_region(
    held: CallingHours,
    country: CallingHours,
    national: CallingHours,
    resolved: CallingHours,
    overrides: Overrides,
    layer: Layer,
) -> CallingHours:
    changed = held
    if overrides.hours is not None:
        changed = replace(held, week=resolved.week, origin=resolved.origin)
        if (country.week, country.origin) != (national.week, national.origin):
            own = Held(country.week, country.origin)
            week = _both(country.week, resolved.week)
            changed = replace(held, week=week, origin=layer.origin(_WEEK, week, own, own))
    return _days_under(changed, country, national, overrides, layer)


def _days_under(
    hours: CallingHours, country: CallingHours, national: CallingHours, overrides: Overrides, layer: Layer
) -> CallingHours:
    opened = overrides.days_with_calls & hours.holidays
    is_own_law = country.holidays_origin != national.holidays_origin and country.holidays_origin.basis is Basis.LAW
    if is_own_law:  # what a region's own law closes stays closed there
        opened -= country.holidays
    changed = hours
    for day in sorted(opened):
        changed = _opened(changed, country, day, layer)
    added = overrides.days_without_calls - hours.holidays
    if added:
        own = f" The {layer.level}'s own days without calls: {days_in_words(added)}."
        origin = _and_by(changed.holidays_origin, layer, own)
        changed = replace(changed, holidays=changed.holidays | added, holidays_origin=origin)
    return _closed_early(changed, overrides.early_closings, layer)


def _opened(hours: CallingHours, country: CallingHours, day: date, layer: Layer) -> CallingHours:
    """The other days stay under their origin, which tells which of them were opened, and by whom."""
    yardstick: Yardstick[bool] = Yardstick(
        "days_with_calls",
        lambda _is_closed: f"no calls on {day}",
        lambda new, limit: f"days_with_calls: nobody is called on {day}" if limit and not new else "",
    )
    held = Held(True, replace(hours.holidays_origin, loosens=""))
    of_country = Held(True, country.holidays_origin) if day in country.holidays else None
    loosens = [hours.holidays_origin.loosens, layer.origin(yardstick, False, held, of_country).loosens]
    origin = replace(_and_by(hours.holidays_origin, layer, ""), loosens="; ".join(filter(None, loosens)))
    return replace(hours, holidays=hours.holidays - {day}, holidays_origin=origin)


def _closed_early(hours: CallingHours, given: Mapping[str, str], layer: Layer) -> CallingHours:
    closings = {day: read_clock(at) for day, at in given.items()}
    for day, minute in closings.items():
        latest = hours.early_closings.get(day, minute)
        if minute > latest:
            at = f"{latest // 60:02}:{latest % 60:02}"
            raise Loosening(f"{layer.during}early_closings on {day} may be at {at} or earlier")
    added = {day: minute for day, minute in closings.items() if hours.early_closings.get(day) != minute}
    if not added:
        return hours
    own = f" The {layer.level}'s own early closings: {', '.join(f'{day} {given[day]}' for day in sorted(added))}."
    return replace(hours, early_closings={**hours.early_closings, **added}, origin=_and_by(hours.origin, layer, own))


def _and_by(origin: Origin, layer: Layer, own: str) -> Origin:
    """A figure that is the country's still, and to which a level below added something of its own."""
    set_by = origin.set_by if origin.set_by.endswith(layer.set_by) else f"{origin.set_by}, {layer.set_by}"
    return replace(origin, source=origin.source + own, set_by=set_by)


def _both(some: Week, others: Week) -> Week:
    return tuple(overlap(one, other) for one, other in zip(some, others, strict=True))


def _excess(new: Week, limit: Week) -> str:
    for name, own, allowed in zip(DAYS, new, limit, strict=True):
        if not within(own, allowed):
            return f"hours on {name} are {spell_windows(own)} and may lie only within {spell_windows(allowed)}"
    return ""


_WEEK: Yardstick[Week] = Yardstick("hours", week_in_words, _excess)
