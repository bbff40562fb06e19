"""When the benchmark pretends to ring: at a moment at which every country's hours are open, whatever the clock says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from middleware.decision.calendar import is_open
from middleware.decision.model import CallingHours

ZONE = ZoneInfo("Europe/Copenhagen")  # the same time as in Berlin, Stockholm and Amsterdam
TUESDAY = 1
LONGEST_RUN = timedelta(minutes=80)  # from 10:30 on: before anybody's lunch
WEEKS_TRIED = 30


def next_open_tuesday(all_hours: Iterable[CallingHours], now: datetime) -> datetime:
    """The next Tuesday, 10:30 in Copenhagen, on which all of these hours are open for `LONGEST_RUN`, in UTC.

    Raises LookupError when there is none in half a year: then the countries' calendars have ended.
    """
    hours = tuple(all_hours)
    local = now.astimezone(ZONE)
    first = local.date() + timedelta(days=(TUESDAY - local.weekday()) % 7)
    for week in range(WEEKS_TRIED):
        day = first + timedelta(weeks=week)
        at = datetime(day.year, day.month, day.day, 10, 30, tzinfo=ZONE).astimezone(UTC)
        if at > now and all(is_open(each, ZONE, at) and is_open(each, ZONE, at + LONGEST_RUN) for each in hours):
            return at
    raise LookupError("no Tuesday of the next half year is open in all countries: extend their calendars")
