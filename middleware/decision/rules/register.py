"""Official do-not-call registers: the list was washed against each one that the country asks for, recently enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from middleware.decision.model import CallFacts, Gate, GateKind, Policy, Reason, Verdict

_PERMIT = Verdict("register_wash")


def register_wash(facts: CallFacts, policy: Policy) -> Verdict:
    """The campaign's list was washed against every register of this country within the register's validity."""
    until: datetime | None = None
    stale: Verdict | None = None
    for gate in policy.gates:
        if gate.kind is not GateKind.REGISTER or facts.callee.legal_form in gate.except_legal_forms:
            continue
        washed_at = facts.campaign.washed_at.get(gate.register or "")
        if washed_at is None or washed_at > facts.now:
            return _refusal(gate, Reason.REGISTER_NOT_WASHED, "has not been washed")
        ends = washed_at + (gate.valid_for or timedelta())
        if facts.now >= ends:
            stale = stale or _refusal(gate, Reason.REGISTER_STALE, "was last washed too long ago")
        until = ends if until is None else min(until, ends)
    if stale is not None:
        return stale
    return _PERMIT if until is None else Verdict("register_wash", until=until)


def _refusal(gate: Gate, reason: Reason, what: str) -> Verdict:
    age = gate.valid_for or timedelta()
    detail = (
        f"The campaign's list {what} against the register {gate.register}. A wash is good for "
        f"{age.days} days: wash the list again; waiting does not help."
    )
    return Verdict("register_wash", reason, detail, gate.origin)
