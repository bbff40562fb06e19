"""How the phone rings and what it shows, what is on file, and what is never called, under overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from middleware.decision.model import CallerIdBar, CallerIdRules, ClosedPrefix, DataRules, Policy, Standing
from middleware.policies.loosening import Held, Layer, Loosening, Yardstick, at_least, at_most
from middleware.policies.overrides import BarOverride, CallerIdOverride, Overrides
from middleware.policies.wording import shown_in_words, span_in_words

_RING, _RING_AT_LEAST = at_most("ring_seconds"), at_least("ring_at_least_seconds")
_AGE = at_most("data_max_age_days")


class _Shown(NamedTuple):
    standings: frozenset[Standing]
    needs_directory: bool


def rung_under(policy: Policy, country: Policy, overrides: Overrides, layer: Layer) -> Policy:
    """How long a call rings, at most and, where the country says so, at least."""
    longest = _seconds(overrides.ring_seconds) or policy.ring_timeout
    longest_origin = layer.origin(
        _RING, longest, Held(policy.ring_timeout, policy.ring_origin), Held(country.ring_timeout, country.ring_origin)
    )
    changed = replace(policy, ring_timeout=longest, ring_origin=longest_origin)
    given = _seconds(overrides.ring_at_least_seconds)
    if given is not None:
        below, of_country = _at_least(policy), _at_least(country)
        origin = layer.own() if below is None else layer.origin(_RING_AT_LEAST, given, below, of_country)
        changed = replace(changed, ring_at_least=given, ring_at_least_origin=origin)
    if changed.ring_at_least is not None and longest < changed.ring_at_least:
        raise Loosening(
            f"{layer.during}ring_seconds must be at least {span_in_words(changed.ring_at_least)}, "
            "or a call would ring for less than it has to"
        )
    return changed


def caller_id_under(
    held: CallerIdRules | None, country: CallerIdRules | None, given: CallerIdOverride, layer: Layer
) -> CallerIdRules | None:
    """Which standing the number shown must have, whether the directory must list it; bars are added."""
    if given == CallerIdOverride():
        return held
    if held is None or country is None:
        raise ValueError("caller_id: the country's file gives no such figure to change")
    shown = _Shown(
        held.standings if given.standings is None else given.standings,
        held.needs_directory if given.needs_directory is None else given.needs_directory,
    )
    below, of_country = (Held(_Shown(each.standings, each.needs_directory), each.origin) for each in (held, country))
    origin = layer.origin(_SHOWN, shown, below, of_country)
    bars = held.bars + tuple(_bar(bar, layer) for bar in given.bars)
    return CallerIdRules(origin, shown.standings, shown.needs_directory, bars)


def data_under(held: DataRules | None, country: DataRules | None, days: int | None, layer: Layer) -> DataRules | None:
    """How old the last check of a record may be."""
    if days is None:
        return held
    if held is None or country is None:
        raise ValueError("data_max_age_days: the country's file gives no such figure to change")
    age = timedelta(days=days)
    origin = layer.origin(_AGE, age, Held(held.max_age, held.age), Held(country.max_age, country.age))
    return replace(held, max_age=age, age=origin)


def closed_prefixes_under(
    held: tuple[ClosedPrefix, ...], given: Sequence[str], layer: Layer
) -> tuple[ClosedPrefix, ...]:
    """Prefixes can be closed here, and opened in the country's file alone."""
    known = {entry.prefix for entry in held}
    return held + tuple(ClosedPrefix(prefix, layer.own()) for prefix in dict.fromkeys(given) if prefix not in known)


def _bar(given: BarOverride, layer: Layer) -> CallerIdBar:
    return CallerIdBar(
        layer.own(), given.country, given.kinds, given.prefixes, given.except_prefixes, given.only_automated
    )


def _at_least(policy: Policy) -> Held[timedelta] | None:
    if policy.ring_at_least is None or policy.ring_at_least_origin is None:
        return None
    return Held(policy.ring_at_least, policy.ring_at_least_origin)


def _seconds(given: int | None) -> timedelta | None:
    return None if given is None else timedelta(seconds=given)


def _shows_more(new: _Shown, limit: _Shown) -> str:
    if not new.standings <= limit.standings:
        return f"caller_id.standings may hold only {', '.join(sorted(limit.standings))}"
    if limit.needs_directory and not new.needs_directory:
        return "caller_id.needs_directory must be true"
    return ""


_SHOWN: Yardstick[_Shown] = Yardstick("caller_id", lambda shown: shown_in_words(*shown), _shows_more)
