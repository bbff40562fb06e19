"""Official do-not-call registers: the list was washed against each that binds, and none lists the callee."""

from __future__ import annotations

from datetime import timedelta

from middleware.decision.model import CallFacts, Gate, GateKind, Parameter, Policy, Reason, Verdict
from middleware.decision.rules.gates import binding, lifted_by, passage, while_consenting
from middleware.decision.rules.spans import Spans

_WASHED = Verdict("register_wash")
_UNLISTED = Verdict("register_entry")


def register_wash(facts: CallFacts, policy: Policy) -> Verdict:
    """The campaign's list was washed against every register of this country within the register's validity."""
    gates = binding(policy, facts, GateKind.REGISTER)
    if not gates:
        return _WASHED
    # a missing wash is told before a stale one
    ways = [(gate, _while_fresh(gate, facts)) for gate in sorted(gates, key=lambda gate: _is_washed(gate, facts))]
    way = passage(ways, facts)
    if way.shut is None:
        return _WASHED if way.changes_at is None else Verdict("register_wash", until=way.changes_at)
    parameters: dict[str, Parameter] = {
        "register": way.shut.register or "",
        "valid_for": way.shut.valid_for or timedelta(),
        "lifted_by": lifted_by(way.shut, facts),
    }
    if not _is_washed(way.shut, facts):
        return Verdict("register_wash", Reason.REGISTER_NOT_WASHED, parameters, way.shut.origin, way.changes_at)
    parameters["washed_at"] = facts.campaign.washed_at[way.shut.register or ""]
    return Verdict("register_wash", Reason.REGISTER_STALE, parameters, way.shut.origin, way.changes_at)


def register_entry(facts: CallFacts, policy: Policy) -> Verdict:
    """No register that binds lists the callee, unless the callee consented after having been listed."""
    listed_in = facts.callee.listed_in
    if not listed_in:
        return _UNLISTED
    gates = [gate for gate in binding(policy, facts, GateKind.REGISTER) if gate.register in listed_in]
    way = passage([(gate, _while_overridden(gate, facts)) for gate in gates], facts)
    if way.shut is None:
        return _UNLISTED if way.changes_at is None else Verdict("register_entry", until=way.changes_at)
    parameters: dict[str, Parameter] = {"register": way.shut.register or "", "lifted_by": lifted_by(way.shut, facts)}
    return Verdict("register_entry", Reason.REGISTER_LISTED, parameters, way.shut.origin, way.changes_at)


def _is_washed(gate: Gate, facts: CallFacts) -> bool:
    # a wash that lies ahead is a clock gone wrong, not something to wait for
    washed_at = facts.campaign.washed_at.get(gate.register or "")
    return washed_at is not None and washed_at <= facts.now


def _while_fresh(gate: Gate, facts: CallFacts) -> Spans:
    if not _is_washed(gate, facts):
        return ()
    washed_at = facts.campaign.washed_at[gate.register or ""]
    return ((washed_at, washed_at + (gate.valid_for or timedelta())),)


def _while_overridden(gate: Gate, facts: CallFacts) -> Spans:
    given = facts.callee.call_consent
    if given is None or given.given_on <= facts.callee.listed_in[gate.register or ""]:
        return ()
    return while_consenting(given)
