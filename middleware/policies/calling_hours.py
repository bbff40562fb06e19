"""Calling hours of a country and of its subdivisions, from its file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import reduce

from middleware.decision.calendar import overlap
from middleware.decision.model import CallingHours, Origin, RegionalHours
from middleware.policies.calendars import days_without_calls, regional_days
from middleware.policies.origins import joint_origin, most_binding, origin_of
from middleware.policies.pack import AudienceRules, Pack, Regions
from middleware.policies.week import Week, read_clock, read_week, read_windows


def country_hours(pack: Pack, rules: AudienceRules, set_by: str) -> CallingHours:
    """The hours of the whole country. Raises ValueError if its holidays cannot be told."""
    years, eve = pack.calendar.checked_years, rules.before_holidays
    origin = joint_origin(rules.hours, [] if eve is None else [("On the day before a day without calls", eve)], set_by)
    return CallingHours(
        week=read_week(rules.hours.week),
        holidays=days_without_calls(pack.calendar),
        calendar_from=date(years.first, 1, 1),
        calendar_until=date(years.last, 12, 31),
        early_closings={day: read_clock(closing.at) for closing in rules.early_closings for day in closing.days},
        origin=origin,
        holidays_origin=origin_of(rules.holidays, set_by),
        eve=None if eve is None else read_windows(eve.windows),
    )


def regional_hours(pack: Pack, rules: AudienceRules, hours: CallingHours, set_by: str) -> RegionalHours | None:
    """The hours of each subdivision, and of callees whose subdivision is not known; None: no subdivision differs.

    Raises ValueError if the package does not know a subdivision.
    """
    regions = pack.regions
    if regions is None:
        return None
    by_subdivision = {
        code: _of_subdivision(code, hours, days, rules, regions, set_by)
        for code, days in regional_days(pack.calendar, regions).items()
    }
    return RegionalHours(_strictest(by_subdivision.values(), hours, rules, regions, set_by), by_subdivision)


def _of_subdivision(
    code: str, hours: CallingHours, days: frozenset[date], rules: AudienceRules, regions: Regions, set_by: str
) -> CallingHours:
    own, binding = rules.regional_hours.get(code), regions.subdivisions[code].days
    if days != hours.holidays or binding is not None:
        origin = _days_origin(rules, regions, set_by, [code] if binding is not None else [])
        hours = replace(hours, holidays=days, holidays_origin=origin)
    if own is None:
        return hours
    return replace(hours, week=read_week(own.week), origin=origin_of(own, set_by))


def _strictest(
    subdivisions: Iterable[CallingHours], hours: CallingHours, rules: AudienceRules, regions: Regions, set_by: str
) -> CallingHours:
    every = (hours, *subdivisions)
    week = reduce(_overlap, (each.week for each in every))
    days = frozenset[date]().union(*(each.holidays for each in every))
    if week != hours.week:
        hours = replace(hours, week=week, origin=_strictest_origin(rules, regions, set_by))
    if days != hours.holidays:
        binding = [code for code, region in regions.subdivisions.items() if region.days is not None]
        hours = replace(hours, holidays=days, holidays_origin=_days_origin(rules, regions, set_by, binding))
    return hours


def _overlap(some: Week, others: Week) -> Week:
    return tuple(overlap(a, b) for a, b in zip(some, others, strict=True))


def _days_origin(rules: AudienceRules, regions: Regions, set_by: str, binding: list[str]) -> Origin:
    """Of the days of subdivisions; `binding` names those that say themselves how their days bind."""
    own = ((region.name, region.days) for code, region in regions.subdivisions.items() if code in binding)
    added = [(f"Days of one {regions.called}", regions), *((name, days) for name, days in own if days is not None)]
    return joint_origin(rules.holidays, added, set_by)


def _strictest_origin(rules: AudienceRules, regions: Regions, set_by: str) -> Origin:
    figures = (rules.hours, *rules.regional_hours.values())
    sources = dict.fromkeys(source for figure in figures for source in figure.source)
    what = f"The {regions.called} is not known, so the strictest hours of any hold."
    return Origin(most_binding(figures), " ".join((what, *sources)), set_by)
