"""The days without calls of a country, from the package `holidays` and the days that its file adds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import holidays

from middleware.policies.pack import HolidayCalendar


def days_without_calls(calendar: HolidayCalendar) -> frozenset[date]:
    """All of them within the checked years. Raises ValueError if the package cannot tell."""
    years = range(calendar.checked_years.first, calendar.checked_years.last + 1)
    subdivisions: Sequence[str | None] = calendar.subdivisions or (None,)
    days = {day for subdivision in subdivisions for day in _package_days(calendar, subdivision, years)}
    for year in years:
        if not any(day.year == year for day in days):
            raise ValueError(f"the package `holidays` knows no holiday of {calendar.country} in {year}")
    return frozenset(days | _extra_days(calendar, years))


def _package_days(calendar: HolidayCalendar, subdivision: str | None, years: range) -> set[date]:
    try:
        found = holidays.country_holidays(
            calendar.country, subdiv=subdivision, years=years, categories=tuple(calendar.categories)
        )
    except (NotImplementedError, ValueError) as error:  # no such country or subdivision; no such category
        raise ValueError(str(error)) from None
    return {day for day in found if day.year in years}  # a substitute day may fall into the next year


def _extra_days(calendar: HolidayCalendar, years: range) -> set[date]:
    days: set[date] = set()
    for extra in calendar.extra:
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
