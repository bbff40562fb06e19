"""Official do-not-call registers: the list was washed against each that binds, and none lists the callee."""

from __future__ import annotations

from datetime import datetime, timedelta

from middleware.decision.model import CallFacts, Gate, GateKind, Parameter, Policy, Reason, Verdict
from middleware.decision.rules.gates import binding, in_force

_WASHED = Verdict("register_wash")
_UNLISTED = Verdict("register_entry")


def register_wash(facts: CallFacts, policy: Policy) -> Verdict:
    """The campaign's list was washed against every register of this country within the register's validity."""
    until: datetime | None = None
    stale: Verdict | None = None
    for gate in binding(policy, facts, GateKind.REGISTER):
        washed_at = facts.campaign.washed_at.get(gate.register or "")
        if washed_at is None or washed_at > facts.now:
            return _refusal(gate, Reason.REGISTER_NOT_WASHED, {})
        ends = washed_at + (gate.valid_for or timedelta())
        if facts.now >= ends:
            stale = stale or _refusal(gate, Reason.REGISTER_STALE, {"washed_at": washed_at})
        until = ends if until is None else min(until, ends)
    if stale is not None:
        return stale
    return _WASHED if until is None else Verdict("register_wash", until=until)


def register_entry(facts: CallFacts, policy: Policy) -> Verdict:
    """No register that binds lists the callee, unless the callee consented after having been listed."""
    if not facts.callee.listed_in:
        return _UNLISTED
    given = facts.callee.call_consent
    for gate in binding(policy, facts, GateKind.REGISTER):
        listed_on = facts.callee.listed_in.get(gate.register or "")
        if listed_on is None:
            continue
        if given is None or not in_force(given, facts.now) or given.given_on <= listed_on:
            return Verdict("register_entry", Reason.REGISTER_LISTED, {"register": gate.register or ""}, gate.origin)
    return _UNLISTED


def _refusal(gate: Gate, reason: Reason, more: dict[str, Parameter]) -> Verdict:
    parameters = {"register": gate.register or "", "valid_for": gate.valid_for or timedelta(), **more}
    return Verdict("register_wash", reason, parameters, gate.origin)
