"""From a country's file to the Policy that a call is decided by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from middleware.decision.model import (
    Audience,
    AutomationRules,
    CallerIdBar,
    CallerIdRules,
    Cap,
    ClosedPrefix,
    DataRules,
    Policy,
    RefusalRest,
    Spacing,
)
from middleware.encoding import digest_of
from middleware.policies.calling_hours import country_hours, regional_hours
from middleware.policies.conditions import CallerIdFigure, DataFigures
from middleware.policies.figures import CapFigure, RestFigure, SpacingFigure
from middleware.policies.gates import gates_of
from middleware.policies.origins import origin_of
from middleware.policies.pack import AudienceRules, Pack


def country_policy(pack: Pack, audience: Audience) -> Policy:
    """A country's figures for one audience, with its changes to come, under their digest.

    Raises ValueError if its holidays cannot be told.
    """
    policy = _policy(pack, audience, pack.rules(audience.value, len(pack.changes)))
    for earlier in range(len(pack.changes) - 1, -1, -1):
        changes_at = _takes_effect(pack, pack.changes[earlier].takes_effect)
        before = _policy(pack, audience, pack.rules(audience.value, earlier))
        if before != replace(policy, changes_at=None, successor=None):  # else the change is the other audience's
            policy = replace(before, changes_at=changes_at, successor=policy)
    return with_digest(policy)


def with_digest(policy: Policy) -> Policy:
    """The same policy under the digest of its figures."""
    return replace(policy, digest=digest_of(policy))


def _policy(pack: Pack, audience: Audience, rules: AudienceRules) -> Policy:
    set_by = f"country {pack.country}"
    hours = country_hours(pack, rules, set_by)
    return Policy(
        country=pack.country,
        audience=audience,
        hours=hours,
        regional_hours=regional_hours(pack, rules, hours, set_by),
        caps=tuple(_cap(figure, set_by) for figure in rules.caps),
        spacing=_spacing(rules.spacing, set_by),
        refusal_rest=_rest(rules.refusal_rest, set_by),
        gates=gates_of(rules, set_by),
        ring_timeout=timedelta(seconds=rules.ring.seconds),
        ring_origin=origin_of(rules.ring, set_by),
        ring_at_least=timedelta(seconds=rules.ring_at_least.seconds),
        ring_at_least_origin=origin_of(rules.ring_at_least, set_by),
        caller_id=_caller_id(rules.caller_id, set_by),
        automation=AutomationRules(
            origin_of(rules.automation.machine, set_by), origin_of(rules.automation.predictive, set_by)
        ),
        data=_data(rules.data, set_by),
        closed_prefixes=tuple(
            ClosedPrefix(figure.prefix, origin_of(figure, set_by)) for figure in rules.closed_prefixes
        ),
    )


def _takes_effect(pack: Pack, day: date) -> datetime:
    """When the day begins in the first of the country's zones to see it, in UTC."""
    midnights = (datetime.combine(day, time(), ZoneInfo(zone)) for zone in pack.zones)
    return min(midnight.astimezone(UTC) for midnight in midnights)


def _cap(figure: CapFigure, set_by: str) -> Cap:
    window = None if figure.within_days is None else timedelta(days=figure.within_days)
    return Cap(figure.count, window, figure.subject, figure.scope, origin_of(figure, set_by), figure.per)


def _spacing(figure: SpacingFigure, set_by: str) -> Spacing:
    by_outcome = {outcome: timedelta(hours=hours) for outcome, hours in figure.after.items()}
    return Spacing(timedelta(hours=figure.hours), by_outcome, origin_of(figure, set_by))


def _rest(figure: RestFigure, set_by: str) -> RefusalRest:
    return RefusalRest(None if figure.days is None else timedelta(days=figure.days), origin_of(figure, set_by))


def _caller_id(figure: CallerIdFigure, set_by: str) -> CallerIdRules:
    bars = tuple(
        CallerIdBar(
            origin_of(bar, set_by),
            bar.country,
            frozenset(bar.kinds),
            bar.prefixes,
            bar.except_prefixes,
            bar.only_automated,
        )
        for bar in figure.bars
    )
    return CallerIdRules(origin_of(figure, set_by), frozenset(figure.standings), figure.needs_directory, bars)


def _data(figures: DataFigures, set_by: str) -> DataRules:
    protection = figures.advert_protection
    return DataRules(
        source=origin_of(figures.source_of_number, set_by),
        max_age=timedelta(days=figures.checked_within.days),
        age=origin_of(figures.checked_within, set_by),
        advert_protection=None if protection is None else origin_of(protection, set_by),
    )
