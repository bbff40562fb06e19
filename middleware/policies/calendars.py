"""The days without calls of a country, from the package `holidays` and the days that its file adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import holidays

from middleware.policies.pack import ExtraDay, HolidayCalendar, Regions


def days_without_calls(calendar: HolidayCalendar) -> frozenset[date]:
    """Those of the whole country within the checked years. Raises ValueError if the package cannot tell."""
    years = _years(calendar)
    subdivisions: Sequence[str | None] = calendar.subdivisions or (None,)
    days = {day for subdivision in subdivisions for day in _package_days(calendar, subdivision, years)}
    for year in years:
        if not any(day.year == year for day in days):
            raise ValueError(f"the package `holidays` knows no holiday of {calendar.country} in {year}")
    return frozenset(days | _extra_days(calendar.extra, years))


def regional_days(calendar: HolidayCalendar, regions: Regions) -> Mapping[str, frozenset[date]]:
    """Subdivision -> its days without calls, those of the whole country included.

    A day of the whole country on which a subdivision works stays closed there: the stricter branch.
    Raises ValueError if the package cannot tell.
    """
    years, everywhere = _years(calendar), days_without_calls(calendar)
    return {
        code: everywhere
        | _package_days(calendar, region.package or code, years)
        | _extra_days((*calendar.extra, *region.extra), years)
        for code, region in regions.subdivisions.items()
    }


def _years(calendar: HolidayCalendar) -> range:
    return range(calendar.checked_years.first, calendar.checked_years.last + 1)


def _package_days(calendar: HolidayCalendar, subdivision: str | None, years: range) -> frozenset[date]:
    return _found_days(calendar.country, subdivision, years, tuple(calendar.categories))


@lru_cache(maxsize=512)  # both audiences of a country share its days
def _found_days(country: str, subdivision: str | None, years: range, categories: tuple[str, ...]) -> frozenset[date]:
    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, categories=categories)
    except (NotImplementedError, ValueError) as error:  # no such country or subdivision; no such category
        raise ValueError(str(error)) from None
    return frozenset(day for day in found if day.year in years)  # a substitute day may fall into the next year


def _extra_days(extras: Iterable[ExtraDay], years: range) -> set[date]:
    days: set[date] = set()
    for extra in extras:
        if isinstance(extra.day, date):
            days.add(extra.day)
            continue
        month, day = int(extra.day[:2]), int(extra.day[3:])
        # 29 February exists in some years only
        days.update(date(year, month, day) for year in years if _exists(year, month, day))
    return days


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
