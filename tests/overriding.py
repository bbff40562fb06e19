"""A country's figures with several bases, and what controllers and campaigns lay over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from middleware.decision.model import Basis, Origin, Outcome, Policy
from middleware.policies.overriding import overridden
from tests.builders import some_hours, some_policy, some_week

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPROVED = {"reason": "the branch works early", "approved_by": "J. Jensen", "approved_on": "2026-11-02"}
COUNTRY = some_policy(
    hours=some_hours(week=some_week("09:00-12:00", "13:00-17:00", weekend=("10:00-14:00",))),
    spacing=24 * HOUR,
    spacing_after={Outcome.BUSY: 2 * HOUR},
)


def by(basis: Basis, source: str = "A source.") -> Origin:
    return Origin(basis, source, "country DK")


def binding(policy: Policy, basis: Basis) -> Policy:
    """The same figures, all of them of one basis."""
    origin = by(basis)
    assert policy.refusal_rest is not None
    assert policy.caller_id is not None
    assert policy.data is not None
    return replace(
        policy,
        hours=replace(policy.hours, origin=origin, holidays_origin=origin),
        caps=tuple(replace(cap, origin=origin) for cap in policy.caps),
        spacing=replace(policy.spacing, origin=origin),
        gates=tuple(replace(gate, origin=origin) for gate in policy.gates),
        ring_origin=origin,
        refusal_rest=replace(policy.refusal_rest, origin=origin),
        caller_id=replace(policy.caller_id, origin=origin),
        data=replace(policy.data, age=origin),
    )


def by_campaign(given: dict[str, Any], country: Policy = COUNTRY, below: Policy | None = None) -> Policy:
    """The country under the campaign `spring`, or under its controller's figures and then the campaign."""
    return overridden(below or country, country, given, "campaign", "spring")


def by_controller(given: dict[str, Any], country: Policy = COUNTRY) -> Policy:
    return overridden(country, country, given, "controller", "acme")
