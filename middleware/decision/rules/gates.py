"""What rules about gates share: whom a gate binds, whether a consent holds, which unknown facts might open it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from middleware.decision.model import (
    CalleeFacts,
    CallFacts,
    Consent,
    Customer,
    DirectoryMark,
    Fact,
    Gate,
    GateKind,
    LegalForm,
    NumberKind,
    Policy,
)

# A recorded day carries no zone. It has begun once it has begun anywhere on Earth, at UTC+14 first.
EARLIEST_ZONE = timedelta(hours=14)
_DAY = timedelta(days=1)
_UNCLEAR_KINDS = frozenset({NumberKind.FIXED_OR_MOBILE, NumberKind.UNKNOWN})


def day_begins_somewhere(day: date) -> datetime:
    """The first instant at which any wall clock on Earth shows this day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EARLIEST_ZONE


def binding(policy: Policy, facts: CallFacts, kind: GateKind) -> Iterator[Gate]:
    """The gates of one kind that bind this callee; facts that are not known except nobody."""
    for gate in policy.gates:
        if gate.kind is kind and not _excepts(gate, facts):
            yield gate


def in_force(consent: Consent | None, now: datetime) -> bool:
    """Whether a consent has been given with a source on file, and has neither expired nor been withdrawn."""
    if consent is None or not consent.has_source or now < day_begins_somewhere(consent.given_on):
        return False
    ends = consent_ends(consent)
    return ends is None or now < ends


def consent_ends(consent: Consent) -> datetime | None:
    """The first instant at which a consent no longer holds; its last day is over where days end first."""
    return None if consent.ends_on is None else day_begins_somewhere(consent.ends_on + _DAY)


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
    callee: CalleeFacts = facts.callee
    return (
        callee.legal_form in gate.except_legal_forms
        or callee.directory_mark in gate.except_marks
        or (bool(gate.except_line_kinds) and _line_kind(facts) in gate.except_line_kinds)
        or (
            gate.except_customers_for is not None
            and callee.customer is not None
            and _is_customer(callee.customer, gate.except_customers_for, facts.now)
        )
    )


def _line_kind(facts: CallFacts) -> NumberKind:
    return facts.callee.line_kind or facts.number.kind


def _is_customer(customer: Customer, after: timedelta, now: datetime) -> bool:
    if now < day_begins_somewhere(customer.since):
        return False
    return customer.ended_on is None or now < day_begins_somewhere(customer.ended_on) + after
