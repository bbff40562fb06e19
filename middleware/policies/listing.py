"""Every figure of a policy, one by one, with its value in words and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from middleware.decision.calendar import spell_windows
from middleware.decision.model import CallerIdRules, CallingHours, DataRules, GateKind, Origin, Policy
from middleware.policies.wording import (
    bar_in_words,
    cap_in_words,
    gate_in_words,
    refusal_rest_in_words,
    rests_in_words,
    shown_in_words,
    span_in_words,
    week_in_words,
)

_GATES = {
    GateKind.DOCUMENTED_BASIS: "legal basis",
    GateKind.PROSPECT_REASON: "reason to call",
    GateKind.CONSENT: "consent",
    GateKind.REGISTER: "register",
    GateKind.REGISTRATION: "registration",
}


@dataclass(frozen=True, slots=True)
class ListedFigure:
    """`key` is stable, such as `hours` or `caps`; `name` is for people; several caps or gates share a key."""

    key: str
    name: str
    value: str
    origin: Origin


def figures_of(policy: Policy) -> tuple[ListedFigure, ...]:
    """The figures of the policy itself; what a change of the law will bring is listed from its `successor`."""
    return (
        *_hours(policy),
        *_attempts(policy),
        *_ringing(policy),
        *(ListedFigure(f"gates.{g.kind.value}", _GATES[g.kind], gate_in_words(g), g.origin) for g in policy.gates),
        *_caller_id(policy.caller_id),
        *_automation(policy),
        *_on_file(policy.data),
        *_closed_prefixes(policy),
    )


def loosened_figures(policy: Policy) -> tuple[ListedFigure, ...]:
    """Those that allow more than what they replaced; regions that follow the country are told with it."""
    told: dict[tuple[str, str], ListedFigure] = {}
    for figure in figures_of(policy):
        if figure.origin.loosens:
            told.setdefault((figure.key.partition(".")[0], figure.origin.loosens), figure)
    return tuple(told.values())


def _hours(policy: Policy) -> Iterator[ListedFigure]:
    national, regional = policy.hours, policy.regional_hours
    yield ListedFigure("hours", "hours", _hours_in_words(national), national.origin)
    yield ListedFigure("holidays", "days without calls", _holidays_in_words(national), national.holidays_origin)
    if regional is None:
        return
    regions = {**dict(sorted(regional.by_subdivision.items())), "a region that is not known": regional.unknown}
    hours: dict[tuple[str, Origin], list[str]] = {}
    days: dict[Origin, list[str]] = {}
    for name, each in regions.items():
        if (each.week, each.origin) != (national.week, national.origin):
            hours.setdefault((_hours_in_words(each), each.origin), []).append(name)
        if each.holidays != national.holidays:
            days.setdefault(each.holidays_origin, []).append(f"{name} {', '.join(map(str, _by_year(each).values()))}")
    for (value, origin), names in hours.items():
        yield ListedFigure("hours.regions", f"hours in {', '.join(names)}", value, origin)
    for origin, counts in days.items():
        years = ", ".join(map(str, _by_year(national)))
        value = f"in {years}: {'; '.join(counts)}"
        yield ListedFigure("holidays.regions", "days without calls by region", value, origin)


def _hours_in_words(hours: CallingHours) -> str:
    parts = [week_in_words(hours.week)]
    parts += [f"on {day} no call from {_clock(at)} on" for day, at in sorted(hours.early_closings.items())]
    if hours.eve is not None:
        parts.append(f"on the day before a day without calls only {spell_windows(hours.eve)}")
    return "; ".join(parts)


def _holidays_in_words(hours: CallingHours) -> str:
    by_year = ", ".join(f"{count} in {year}" for year, count in _by_year(hours).items())
    return f"{by_year}; nobody is called after {hours.calendar_until}, when the calendar ends"


def _by_year(hours: CallingHours) -> dict[int, int]:
    years = range(hours.calendar_from.year, hours.calendar_until.year + 1)
    return {year: sum(day.year == year for day in hours.holidays) for year in years}


def _attempts(policy: Policy) -> Iterator[ListedFigure]:
    for cap in policy.caps:
        yield ListedFigure("caps", "most attempts", cap_in_words(cap), cap.origin)
    spacing = policy.spacing
    rests = rests_in_words(spacing.default, spacing.by_outcome)
    yield ListedFigure("spacing", "rest after an attempt", rests, spacing.origin)
    if policy.refusal_rest is not None:
        rest = policy.refusal_rest
        yield ListedFigure("refusal_rest", "rest after a refusal", refusal_rest_in_words(rest.span), rest.origin)


def _ringing(policy: Policy) -> Iterator[ListedFigure]:
    yield ListedFigure("ring", "rings at most", span_in_words(policy.ring_timeout), policy.ring_origin)
    if policy.ring_at_least is not None and policy.ring_at_least_origin is not None:
        at_least = span_in_words(policy.ring_at_least)
        yield ListedFigure("ring_at_least", "rings at least", at_least, policy.ring_at_least_origin)


def _caller_id(rules: CallerIdRules | None) -> Iterator[ListedFigure]:
    if rules is None:
        return
    yield ListedFigure(
        "caller_id", "number shown", shown_in_words(rules.standings, rules.needs_directory), rules.origin
    )
    for bar in rules.bars:
        yield ListedFigure("caller_id.bars", "number not shown", bar_in_words(bar), bar.origin)


def _automation(policy: Policy) -> Iterator[ListedFigure]:
    if policy.automation is None:
        return
    machine, predictive = "only to those who consented to that", "only while a human is free to answer"
    yield ListedFigure("automation.machine", "a machine speaks", machine, policy.automation.machine)
    yield ListedFigure("automation.predictive", "dialling ahead", predictive, policy.automation.predictive)


def _on_file(rules: DataRules | None) -> Iterator[ListedFigure]:
    if rules is None:
        return
    yield ListedFigure("data.source", "source of the number", "must be on file", rules.source)
    age = f"must have been checked within {span_in_words(rules.max_age)}"
    yield ListedFigure("data.max_age", "record of the callee", age, rules.age)
    if rules.advert_protection is not None:
        respected = "the mark in the companies register is respected unless there is consent"
        yield ListedFigure("data.advert_protection", "advert protection", respected, rules.advert_protection)


def _closed_prefixes(policy: Policy) -> Iterator[ListedFigure]:
    by_origin: dict[Origin, list[str]] = {}
    for entry in policy.closed_prefixes:
        by_origin.setdefault(entry.origin, []).append(entry.prefix)
    for origin, prefixes in by_origin.items():
        value = f"numbers that begin with {', '.join(sorted(prefixes))}"
        yield ListedFigure("closed_prefixes", "never called", value, origin)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
