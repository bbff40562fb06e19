"""A country's file read as plain text and numbers, without the code that decides by it: what the matrix expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import yaml

from middleware.decision.model import Audience
from tests.schedules import Schedule, Spans

COUNTRIES = Path(__file__).parents[2] / "config" / "countries"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Figures = Mapping[str, Any]


@lru_cache
def pack(country: str) -> Figures:
    """The whole file."""
    content: dict[str, Any] = yaml.safe_load((COUNTRIES / f"{country}.yaml").read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Edition:
    """What a file says for one audience between two changes of the law."""

    country: str
    audience: Audience
    figures: Figures
    begins: datetime | None = None  # None: before all changes

    @property
    def zone(self) -> str:
        """One zone of the country."""
        name: str = pack(self.country)["zones"][0]
        return name

    @property
    def gates(self) -> Sequence[Figures]:
        """Those written down, and the balancing test where nobody has to consent without exception."""
        written: list[Figures] = list(self.figures.get("gates", ()))
        for gate in written:
            binds_all = gate["kind"] == "consent" and not any(key.startswith("except_") for key in gate)
            if binds_all or gate["kind"] == "documented_basis":
                return written
        return [{"kind": "documented_basis", "basis": "law"}, *written]


def editions(country: str, audience: Audience) -> list[Edition]:
    """The figures as they are, and after each change that is to come."""
    content = pack(country)
    figures = {**content.get("both", {}), **content[audience.value]}
    found = [Edition(country, audience, figures)]
    for change in content.get("changes", ()):
        figures = dict(figures)
        for section in (change.get("both", {}), change.get(audience.value, {})):
            regional = {**figures.get("regional_hours", {}), **section.get("regional_hours", {})}
            figures |= section
            if regional:
                figures["regional_hours"] = regional
        found.append(Edition(country, audience, figures, _first_midnight(content["zones"], change["takes_effect"])))
    return found


def _first_midnight(zones: Sequence[str], day: date) -> datetime:
    return min(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for zone in zones)


def subdivisions(country: str) -> list[str]:
    """Their codes; none where the whole country keeps the same days and hours."""
    return list(pack(country).get("regions", {}).get("subdivisions", {}))


def schedule(edition: Edition, subdivision: str | None = None) -> Schedule:
    """The hours of the whole country, or those of a subdivision."""
    figures = edition.figures
    week = figures["hours"]["week"]
    if subdivision is not None:
        week = figures.get("regional_hours", {}).get(subdivision, {"week": week})["week"]
    years, eve = pack(edition.country)["calendar"]["checked_years"], figures.get("before_holidays")
    return Schedule(
        week=_week(week),
        holidays=frozenset(day.isoformat() for day in days_off(edition.country, subdivision)),
        early=tuple((day, closing["at"]) for closing in figures.get("early_closings", ()) for day in closing["days"]),
        eve=None if eve is None else _spans(eve["windows"]),
        first=f"{years['first']}-01-01",
        last=f"{years['last']}-12-31",
    )


def strictest(edition: Edition) -> Schedule:
    """Open when every subdivision is, and the country as a whole."""
    hours = schedule(edition)
    for code in subdivisions(edition.country):
        hours = hours.stricter(schedule(edition, code))
    return hours


@lru_cache(maxsize=1024)
def days_off(country: str, subdivision: str | None) -> frozenset[date]:
    """Days of the package and of the file, in the years that were checked."""
    content = pack(country)
    calendar, region = content["calendar"], {}
    years = range(calendar["checked_years"]["first"], calendar["checked_years"]["last"] + 1)
    names: list[str | None] = list(calendar.get("subdivisions", ())) or [None]
    if subdivision is not None:
        region = content["regions"]["subdivisions"][subdivision]
        names.append(region.get("package", subdivision))
    days = {
        day
        for name in names
        for day in holidays.country_holidays(
            calendar["country"], subdiv=name, years=years, categories=tuple(calendar["categories"])
        )
        if day.year in years
    }
    return frozenset(days | set(_extra([*calendar.get("extra", ()), *region.get("extra", ())], years)))


def _extra(extra: Sequence[Figures], years: range) -> Iterator[date]:
    for entry in extra:
        if isinstance(entry["day"], date):
            yield entry["day"]
            continue
        for year in years:
            leap_day_is_missing = entry["day"] == "02-29" and year % 4
            if not leap_day_is_missing:
                yield date.fromisoformat(f"{year}-{entry['day']}")


def _week(written: Mapping[str, Sequence[str]]) -> tuple[Spans, ...]:
    week: list[Spans] = [()] * 7
    for days, spans in written.items():
        first, last = days.split("-") if "-" in days else (days, days)
        for day in range(DAYS.index(first), DAYS.index(last) + 1):
            week[day] = _spans(spans)
    return tuple(week)


def _spans(written: Sequence[str]) -> Spans:
    return tuple((span[:5], span[6:]) for span in written)


def clock_changes(zone: str) -> list[date]:
    """The days of 2026 and 2027 on which a zone's clock changes."""
    there, day, changes = ZoneInfo(zone), date(2026, 1, 1), []
    while day.year < 2028:
        midnights = [datetime.combine(each, time(), there).utcoffset() for each in (day, day + timedelta(days=1))]
        if midnights[0] != midnights[1]:
            changes.append(day)
        day += timedelta(days=1)
    return changes
