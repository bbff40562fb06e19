"""What rules about gates share: whom a gate binds, while what it is open, which unknown facts might open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from middleware.decision.model import (
    CallFacts,
    Consent,
    DirectoryMark,
    Fact,
    Gate,
    GateKind,
    LegalForm,
    NumberKind,
    Policy,
)
from middleware.decision.rules.spans import DAY, Spans, day_begins_somewhere, standing

_UNCLEAR_KINDS = frozenset({NumberKind.FIXED_OR_MOBILE, NumberKind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether all gates of a kind are open now, or which is shut.

    `changes_at`: where one is shut, no instant before it finds all open, None: waiting does not help; where all are
    open, the first instant at which one shuts, None: none does.
    """

    shut: Gate | None = None
    changes_at: datetime | None = None


_NOTHING_BINDS = Passage()


def binding(policy: Policy, facts: CallFacts, kind: GateKind) -> list[Gate]:
    """The gates of one kind that bind what this callee is; facts that are not known except nobody."""
    return [gate for gate in policy.gates if gate.kind is kind and not _excepts(gate, facts)]


def passage(gates: Iterable[tuple[Gate, Spans]], facts: CallFacts) -> Passage:
    """The way through gates that are each open in some spans, and as long as the callee is a customer it spares."""
    shut: Gate | None = None
    opens: list[datetime | None] = []
    shuts: list[datetime] = []
    for gate, spans in gates:
        is_open, changes_at = standing(spans + _customer(gate, facts), facts.now)
        if not is_open:
            shut = shut or gate
            opens.append(changes_at)
        elif changes_at is not None:
            shuts.append(changes_at)
    if shut is not None:
        known = [at for at in opens if at is not None]
        return Passage(shut, max(known) if len(known) == len(opens) else None)
    return Passage(None, min(shuts)) if shuts else _NOTHING_BINDS


def while_consenting(consent: Consent | None) -> Spans:
    """When a consent holds: from its day on, if its source is on file, through its last day where days end first."""
    if consent is None or not consent.has_source:
        return ()
    ends = None if consent.ends_on is None else day_begins_somewhere(consent.ends_on + DAY)
    return ((day_begins_somewhere(consent.given_on), ends),)


def lifted_by(gate: Gate, facts: CallFacts) -> tuple[str, ...]:
    """Facts that are not known and might except this callee from the gate."""
    callee = facts.callee
    unknown = (
        (Fact.LEGAL_FORM, bool(gate.except_legal_forms) and callee.legal_form is LegalForm.UNKNOWN),
        (Fact.LINE_KIND, bool(gate.except_line_kinds) and _line_kind(facts) in _UNCLEAR_KINDS),
        (Fact.DIRECTORY_MARK, bool(gate.except_marks) and callee.directory_mark is DirectoryMark.UNKNOWN),
        (Fact.CUSTOMER, gate.except_customers_for is not None and callee.customer is None),
    )
    return tuple(fact.value for fact, is_unknown in unknown if is_unknown)


def _excepts(gate: Gate, facts: CallFacts) -> bool:
    callee = facts.callee
    return (
        callee.legal_form in gate.except_legal_forms
        or callee.directory_mark in gate.except_marks
        or (bool(gate.except_line_kinds) and _line_kind(facts) in gate.except_line_kinds)
    )


def _line_kind(facts: CallFacts) -> NumberKind:
    looked_up = facts.callee.line_kind
    return facts.number.kind if looked_up in {None, NumberKind.UNKNOWN} else looked_up


def _customer(gate: Gate, facts: CallFacts) -> Spans:
    customer, after = facts.callee.customer, gate.except_customers_for
    if customer is None or after is None:
        return ()
    ends = None if customer.ended_on is None else day_begins_somewhere(customer.ended_on) + after
    return ((day_begins_somewhere(customer.since), ends),)
