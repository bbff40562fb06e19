"""From a country's file to the Policy that a call is decided by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from middleware.decision.model import (
    Audience,
    Basis,
    CallingHours,
    Cap,
    Gate,
    GateKind,
    Origin,
    Policy,
    Spacing,
)
from middleware.encoding import digest_of
from middleware.policies.calendars import days_without_calls
from middleware.policies.pack import AudienceRules, CapFigure, Figure, GateFigure, Pack
from middleware.policies.week import read_clock, read_week

# Holds in every country of the EU and EEA and in the United Kingdom, so no file has to repeat it.
GDPR_SOURCE = "GDPR art. 6(1)(f) and 5(2): without consent, a legitimate interest has to be weighed and shown."


def country_policy(pack: Pack, audience: Audience) -> Policy:
    """A country's figures for one audience, under their digest. Raises ValueError if its holidays cannot be told."""
    rules = pack.b2b if audience is Audience.B2B else pack.b2c
    set_by = f"country {pack.country}"
    policy = Policy(
        country=pack.country,
        audience=audience,
        hours=_hours(pack, rules, set_by),
        caps=tuple(_cap(figure, set_by) for figure in rules.caps),
        spacing=Spacing(
            default=timedelta(hours=rules.spacing.hours),
            by_outcome={outcome: timedelta(hours=hours) for outcome, hours in rules.spacing.after.items()},
            origin=_origin(rules.spacing, set_by),
        ),
        gates=_gates(rules, set_by),
        ring_timeout=timedelta(seconds=rules.ring.seconds),
        ring_origin=_origin(rules.ring, set_by),
    )
    return with_digest(policy)


def with_digest(policy: Policy) -> Policy:
    """The same policy under the digest of its figures."""
    return replace(policy, digest=digest_of(policy))


def _hours(pack: Pack, rules: AudienceRules, set_by: str) -> CallingHours:
    years = pack.calendar.checked_years
    return CallingHours(
        week=read_week(rules.hours.week),
        holidays=days_without_calls(pack.calendar),
        calendar_from=date(years.first, 1, 1),
        calendar_until=date(years.last, 12, 31),
        early_closings={day: read_clock(closing.at) for closing in rules.early_closings for day in closing.days},
        origin=_origin(rules.hours, set_by),
        holidays_origin=_origin(rules.holidays, set_by),
    )


def _cap(figure: CapFigure, set_by: str) -> Cap:
    window = None if figure.within_days is None else timedelta(days=figure.within_days)
    return Cap(figure.count, window, figure.subject, figure.scope, _origin(figure, set_by))


def _gates(rules: AudienceRules, set_by: str) -> tuple[Gate, ...]:
    gates = tuple(_gate(figure, set_by) for figure in rules.gates)
    is_covered = any(
        gate.kind is GateKind.DOCUMENTED_BASIS or (gate.kind is GateKind.CONSENT and not gate.except_legal_forms)
        for gate in gates
    )
    if is_covered:
        return gates
    return (Gate(GateKind.DOCUMENTED_BASIS, Origin(Basis.LAW, GDPR_SOURCE, set_by)), *gates)


def _gate(figure: GateFigure, set_by: str) -> Gate:
    days = figure.valid_for_days
    return Gate(
        kind=figure.kind,
        origin=_origin(figure, set_by),
        register=figure.register_id,
        valid_for=None if days is None else timedelta(days=days),
        except_legal_forms=frozenset(figure.except_legal_forms),
    )


def _origin(figure: Figure, set_by: str) -> Origin:
    return Origin(figure.basis, figure.source_text, set_by)
