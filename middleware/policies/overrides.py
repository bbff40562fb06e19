"""What a campaign may change: only towards fewer, shorter and rarer calls. A loosening is refused, not ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StrictInt, ValidationError, field_validator

from middleware.decision.calendar import spell_windows
from middleware.decision.model import Basis, CallingHours, Cap, Origin, Outcome, Policy, Scope, Spacing, Subject
from middleware.policies.pack import Days, Hours, Shape
from middleware.policies.resolving import with_digest
from middleware.policies.sentences import sentence
from middleware.policies.week import DAYS, read_week, within


class Loosening(ValueError):
    """An override that would allow what the country's figures do not; the text says which and how far it may go."""


class CapOverride(Shape):
    """One more cap, beside the country's."""

    count: Annotated[StrictInt, Field(ge=1, le=1000)]
    within_days: Days
    subject: Subject = Subject.NUMBER
    scope: Scope = Scope.CAMPAIGN


class SpacingOverride(Shape):
    """More hours between attempts, at all or after an outcome."""

    hours: Hours | None = None
    after: dict[Outcome, Hours] = Field(default_factory=dict)


class Overrides(Shape):
    """A campaign's own figures, each optional."""

    hours: dict[str, list[str]] | None = None
    days_without_calls: tuple[date, ...] = ()
    caps: tuple[CapOverride, ...] = ()
    spacing: SpacingOverride = SpacingOverride()
    ring_seconds: Annotated[StrictInt, Field(ge=5, le=600)] | None = None

    @field_validator("hours")
    @classmethod
    def _readable(cls, week: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        if week is not None:
            read_week(week)
        return week


def tightened(policy: Policy, given: Mapping[str, object], campaign_id: str) -> Policy:
    """The country's policy under a campaign's overrides.

    Raises ValueError with a sentence for each thing that cannot be read, `Loosening` for one that would loosen.
    """
    try:
        overrides = Overrides.model_validate(dict(given))
    except ValidationError as error:
        raise ValueError("; ".join(sentence(problem) for problem in error.errors())) from None
    origin = Origin(
        Basis.RECOMMENDED, "The campaign's own figure, stricter than the country's.", f"campaign {campaign_id}"
    )
    ring = timedelta(seconds=overrides.ring_seconds) if overrides.ring_seconds else policy.ring_timeout
    _refuse(ring > policy.ring_timeout, f"ring_seconds may be at most {policy.ring_timeout.total_seconds():g}")
    changed = replace(
        policy,
        hours=_hours(policy.hours, overrides, origin),
        caps=policy.caps + tuple(_cap(policy, cap, origin) for cap in overrides.caps),
        spacing=_spacing(policy.spacing, overrides.spacing, origin),
        ring_timeout=ring,
        ring_origin=origin if ring < policy.ring_timeout else policy.ring_origin,
    )
    return with_digest(changed)


def _hours(hours: CallingHours, overrides: Overrides, origin: Origin) -> CallingHours:
    changed = hours
    if overrides.days_without_calls:
        changed = replace(changed, holidays=hours.holidays | set(overrides.days_without_calls), holidays_origin=origin)
    if overrides.hours is None:
        return changed
    week = read_week(overrides.hours)
    for name, own, allowed in zip(DAYS, week, hours.week, strict=True):
        _refuse(
            not within(own, allowed),
            f"hours on {name} are {spell_windows(own)} and may lie only within {spell_windows(allowed)}",
        )
    return changed if week == hours.week else replace(changed, week=week, origin=origin)


def _cap(policy: Policy, given: CapOverride, origin: Origin) -> Cap:
    window = None if given.within_days is None else timedelta(days=given.within_days)
    for cap in policy.caps:
        is_same = (cap.window, cap.subject, cap.scope) == (window, given.subject, given.scope)
        _refuse(
            is_same and given.count > cap.count, f"caps: at most {cap.count} are allowed where {given.count} are asked"
        )
    return Cap(given.count, window, given.subject, given.scope, origin)


def _spacing(spacing: Spacing, given: SpacingOverride, origin: Origin) -> Spacing:
    default = spacing.default if given.hours is None else timedelta(hours=given.hours)
    _refuse(default < spacing.default, f"spacing.hours must be at least {_in_hours(spacing.default)}")
    # "at least 48 hours" holds after every outcome that the campaign does not name itself
    by_outcome = dict(spacing.by_outcome)
    if given.hours is not None:
        by_outcome = {outcome: max(span, default) for outcome, span in by_outcome.items()}
    for outcome, hours in given.after.items():
        least = spacing.by_outcome.get(outcome, spacing.default)
        by_outcome[outcome] = timedelta(hours=hours)
        _refuse(by_outcome[outcome] < least, f"spacing.after.{outcome.value} must be at least {_in_hours(least)}")
    if default == spacing.default and by_outcome == spacing.by_outcome:
        return spacing
    return Spacing(default, by_outcome, origin)


def _in_hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):g}"


def _refuse(is_looser: bool, what: str) -> None:
    if is_looser:
        raise Loosening(f"a campaign may only be stricter than the country: {what}")
