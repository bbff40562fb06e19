"""Lays the overrides of a controller or a campaign over a policy, for every time that its figures are known for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from middleware.decision.model import Policy
from middleware.encoding import digest_of
from middleware.policies.attempt_overrides import caps_under, refusal_rest_under, spacing_under
from middleware.policies.call_overrides import caller_id_under, closed_prefixes_under, data_under, rung_under
from middleware.policies.gate_overrides import gates_under
from middleware.policies.hour_overrides import hours_under
from middleware.policies.loosening import Layer, Level, Loosening
from middleware.policies.overrides import Overrides
from middleware.policies.sentences import sentence
from middleware.policies.wording import day_of_change

__all__ = ["Level", "Loosening", "overridden"]


def overridden(policy: Policy, country: Policy, given: Mapping[str, object], level: Level, id_: str) -> Policy:
    """A policy under one more level of overrides, with its own digest.

    `policy` is what stands below that level, `country` the country's own. An override holds for the figures of today
    as for those of every change of the law that is known; where it fits one of them and not the other, it is refused.
    Raises ValueError with a sentence for each thing that cannot be read, `Loosening` for one that would loosen what
    it may not.
    """
    try:
        overrides = Overrides.model_validate(dict(given))
    except ValidationError as error:
        raise ValueError("; ".join(sentence(problem) for problem in error.errors())) from None
    during = f"until {day_of_change(policy.changes_at)}, " if policy.changes_at else ""
    changed = _under(policy, country, overrides, Layer(level, id_, overrides.reasons, during))
    return replace(changed, digest=digest_of(changed))


def _under(policy: Policy, country: Policy, overrides: Overrides, layer: Layer) -> Policy:
    hours, regional = hours_under(policy, country, overrides, layer)
    changed = replace(
        rung_under(policy, country, overrides, layer),
        hours=hours,
        regional_hours=regional,
        caps=caps_under(policy, country, overrides.caps, layer),
        spacing=spacing_under(policy.spacing, country.spacing, overrides.spacing, layer),
        refusal_rest=refusal_rest_under(policy.refusal_rest, country.refusal_rest, overrides, layer),
        gates=gates_under(policy, country, overrides, layer),
        caller_id=caller_id_under(policy.caller_id, country.caller_id, overrides.caller_id, layer),
        data=data_under(policy.data, country.data, overrides.data_max_age_days, layer),
        closed_prefixes=closed_prefixes_under(policy.closed_prefixes, overrides.closed_prefixes, layer),
        digest="",
    )
    if policy.successor is None or policy.changes_at is None:
        return changed
    later = replace(layer, during=f"from {day_of_change(policy.changes_at)} on, ")
    return replace(changed, successor=_under(policy.successor, country.successor or country, overrides, later))
