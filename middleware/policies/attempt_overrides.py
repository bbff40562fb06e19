"""How often and how soon, under overrides: caps, the rest after attempts, the rest after a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from middleware.decision.model import CalendarSpan, Cap, Outcome, Policy, RefusalRest, Scope, Spacing, Subject
from middleware.policies.loosening import Held, Layer, Yardstick
from middleware.policies.overrides import CapOverride, Overrides, SpacingOverride
from middleware.policies.wording import counted, refusal_rest_in_words, rests_in_words, span_in_words


class _Rests(NamedTuple):
    default: timedelta
    by_outcome: Mapping[Outcome, timedelta]

    def after(self, outcome: Outcome) -> timedelta:
        return self.by_outcome.get(outcome, self.default)


class _Counting(NamedTuple):
    """What a cap counts; two caps that count the same differ in their figure alone."""

    window: timedelta | None
    calendar: CalendarSpan | None
    subject: Subject
    scope: Scope


def caps_under(policy: Policy, country: Policy, given: Sequence[CapOverride], layer: Layer) -> tuple[Cap, ...]:
    """The caps below stay, and each one given stands beside them; one that is loosened goes."""
    caps = policy.caps
    for each in given:
        caps = _with_cap(caps, country.caps, each, layer)
    return caps


def _with_cap(caps: tuple[Cap, ...], country: tuple[Cap, ...], given: CapOverride, layer: Layer) -> tuple[Cap, ...]:
    window = None if given.within_days is None else timedelta(days=given.within_days)
    counting = _Counting(window, given.per, given.subject, given.scope)
    held, of_country = _lowest(caps, counting), _lowest(country, counting)
    origin = layer.own() if held is None else layer.origin(_COUNT, given.count, held, of_country)
    if held is not None and given.count == held.value:
        return caps
    kept = tuple(cap for cap in caps if _counting(cap) != counting or cap.count >= given.count)
    return (*kept, Cap(given.count, window, given.subject, given.scope, origin, given.per))


def spacing_under(held: Spacing, country: Spacing, given: SpacingOverride, layer: Layer) -> Spacing:
    """More `hours` are the least after every outcome that is not named; fewer leave those that have rests of their own
    as they are."""
    default = held.default if given.hours is None else timedelta(hours=given.hours)
    by_outcome = dict(held.by_outcome)
    if default > held.default:
        by_outcome = {outcome: max(span, default) for outcome, span in by_outcome.items()}
    by_outcome |= {outcome: timedelta(hours=hours) for outcome, hours in given.after.items()}
    below, of_country = (Held(_Rests(each.default, dict(each.by_outcome)), each.origin) for each in (held, country))
    origin = layer.origin(_SPACING, _Rests(default, by_outcome), below, of_country)
    return Spacing(default, by_outcome, origin)


def refusal_rest_under(
    held: RefusalRest | None, country: RefusalRest | None, overrides: Overrides, layer: Layer
) -> RefusalRest | None:
    """Whoever declined is left alone for so many days, or until they ask."""
    if "refusal_rest_days" not in overrides.model_fields_set:
        return held
    days = overrides.refusal_rest_days
    span = None if days is None else timedelta(days=days)
    if held is None:
        return RefusalRest(span, layer.own())
    of_country = None if country is None else Held(country.span, country.origin)
    return RefusalRest(span, layer.origin(_REFUSAL, span, Held(held.span, held.origin), of_country))


def _counting(cap: Cap) -> _Counting:
    return _Counting(cap.window, cap.calendar, cap.subject, cap.scope)


def _lowest(caps: Sequence[Cap], counting: _Counting) -> Held[int] | None:
    same = [cap for cap in caps if _counting(cap) == counting]
    if not same:
        return None
    lowest = min(same, key=lambda cap: cap.count)
    return Held(lowest.count, lowest.origin)


def _too_soon(new: _Rests, limit: _Rests) -> str:
    if new.default < limit.default:
        return f"spacing.hours must be at least {_in_hours(limit.default)}"
    for outcome in sorted({*new.by_outcome, *limit.by_outcome}):
        if new.after(outcome) < limit.after(outcome):
            return f"spacing.after.{outcome.value} must be at least {_in_hours(limit.after(outcome))}"
    return ""


def _forgets_sooner(new: timedelta | None, limit: timedelta | None) -> str:
    if new is None or (limit is not None and new >= limit):
        return ""
    return (
        "refusal_rest_days must be until_asked"
        if limit is None
        else f"refusal_rest_days must be at least {span_in_words(limit)}"
    )


def _in_hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):g}"


_COUNT: Yardstick[int] = Yardstick(
    "caps",
    lambda count: counted(count, "attempt"),
    lambda new, limit: f"caps: at most {limit} are allowed where {new} are asked" if new > limit else "",
)
_SPACING: Yardstick[_Rests] = Yardstick(
    "spacing", lambda rests: rests_in_words(rests.default, rests.by_outcome), _too_soon
)
_REFUSAL: Yardstick[timedelta | None] = Yardstick("refusal_rest_days", refusal_rest_in_words, _forgets_sooner)
