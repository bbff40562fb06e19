"""A stricter figure never permits more, and knowing more about a callee never closes what not knowing had open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.engine import decide
from middleware.decision.model import (
    CalleeFacts,
    CallerIdBar,
    CallFacts,
    CallingHours,
    Customer,
    DirectoryMark,
    Gate,
    GateKind,
    LegalForm,
    NumberKind,
    Policy,
    Standing,
    Window,
)
from middleware.decision.rules.catalogue import RULES
from tests.builders import ORIGIN, a_cap, a_register_gate
from tests.strategies import cases, likely_permits

EVERY_DAY = [f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32)]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Case = tuple[CallFacts, Policy]
Tighten = Callable[[Policy], Policy]


def shorter(hours: CallingHours) -> CallingHours:
    """Every window ends half an hour earlier."""
    week = tuple(
        tuple(Window(window.opens, window.closes - 30) for window in day if window.closes - window.opens > 30)
        for day in hours.week
    )
    return replace(hours, week=week)


def every_gate(policy: Policy, **changes: object) -> Policy:
    return replace(policy, gates=tuple(replace(gate, **changes) for gate in policy.gates))  # type: ignore[arg-type]


def every_hours(policy: Policy, change: Callable[[CallingHours], CallingHours]) -> Policy:
    regional = policy.regional_hours
    if regional is not None:
        by_subdivision = {code: change(hours) for code, hours in regional.by_subdivision.items()}
        regional = replace(regional, unknown=change(regional.unknown), by_subdivision=by_subdivision)
    return replace(policy, hours=change(policy.hours), regional_hours=regional)


def longer_rest(policy: Policy) -> Policy:
    rest = policy.refusal_rest
    assert rest is not None
    return replace(policy, refusal_rest=replace(rest, span=None if rest.span is None else rest.span + 9 * HOUR))


def with_caller_id(policy: Policy, **changes: object) -> Policy:
    assert policy.caller_id is not None
    return replace(policy, caller_id=replace(policy.caller_id, **changes))  # type: ignore[arg-type]


def longer_spacing(policy: Policy) -> Policy:
    by_outcome = {outcome: span + HOUR for outcome, span in policy.spacing.by_outcome.items()}
    return replace(
        policy, spacing=replace(policy.spacing, default=policy.spacing.default + HOUR, by_outcome=by_outcome)
    )


def younger_data(policy: Policy) -> Policy:
    assert policy.data is not None
    return replace(policy, data=replace(policy.data, max_age=policy.data.max_age / 2, advert_protection=ORIGIN))


def early_every_day(hours: CallingHours) -> CallingHours:
    """Nobody is called after 11:40, nor later on days that close even earlier."""
    days = (f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))
    return replace(hours, early_closings={day: min(hours.early_closings.get(day, 700), 700) for day in days})


TIGHTER: dict[str, Tighten] = {
    "shorter windows": lambda policy: every_hours(policy, shorter),
    "an early closing every day": lambda policy: every_hours(policy, early_every_day),
    "shorter days before holidays": lambda policy: every_hours(policy, lambda hours: replace(hours, eve=())),
    "another cap": lambda policy: replace(policy, caps=(*policy.caps, a_cap(1))),
    "smaller caps": lambda policy: replace(
        policy, caps=tuple(replace(cap, count=max(cap.count - 1, 0)) for cap in policy.caps)
    ),
    "longer windows of caps": lambda policy: replace(
        policy, caps=tuple(replace(cap, window=cap.window and cap.window + DAY) for cap in policy.caps)
    ),
    "more rest between attempts": longer_spacing,
    "more rest after a refusal": longer_rest,
    "another register": lambda policy: replace(policy, gates=(*policy.gates, a_register_gate("third"))),
    "consent asked for": lambda policy: replace(policy, gates=(*policy.gates, Gate(GateKind.CONSENT, ORIGIN))),
    "washes that last for a day": lambda policy: every_gate(policy, valid_for=DAY),
    "no legal form spared": lambda policy: every_gate(policy, except_legal_forms=frozenset()),
    "no line kind spared": lambda policy: every_gate(policy, except_line_kinds=frozenset()),
    "no mark spared": lambda policy: every_gate(policy, except_marks=frozenset()),
    "no customer spared": lambda policy: every_gate(policy, except_customers_for=None),
    "numbers of our own only": lambda policy: with_caller_id(policy, standings=frozenset({Standing.OWNED})),
    "numbers in the directory only": lambda policy: with_caller_id(policy, needs_directory=True),
    "another barred range": lambda policy: with_caller_id(policy, bars=(CallerIdBar(ORIGIN, prefixes=("+4570",)),)),
    "younger data": younger_data,
}


@pytest.mark.parametrize("tighten", TIGHTER.values(), ids=TIGHTER)
@settings(max_examples=25, deadline=None)
@given(case=st.one_of(cases(), likely_permits()))
def test_a_stricter_figure_permits_nothing_more_and_nothing_earlier(tighten: Tighten, case: Case) -> None:
    facts, policy = case
    policy = replace(policy, changes_at=None, successor=None)
    if policy.caller_id is not None and policy.caller_id.bars:
        policy = with_caller_id(policy, bars=())  # a bar put in place of others would not be stricter

    before, after = decide(facts, policy), decide(facts, tighten(policy))

    if not before.is_permitted:
        assert not after.is_permitted
        assert after.not_before is None or (before.not_before is not None and after.not_before >= before.not_before)


UNKNOWN = CalleeFacts()
KNOWN: dict[str, list[dict[str, object]]] = {
    "legal_form": [{"legal_form": form} for form in LegalForm],
    "directory_mark": [{"directory_mark": mark} for mark in DirectoryMark],
    "line_kind": [{"line_kind": kind} for kind in (NumberKind.FIXED, NumberKind.MOBILE, NumberKind.VOIP)],
    "subdivision": [{"subdivision": code} for code in ("BY", "NW", "SN", "HH")],
}


@pytest.mark.parametrize("fact", KNOWN)
@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_knowing_a_fact_closes_no_gate_and_is_asked_for_exactly_where_it_could_open_one(fact: str, case: Case) -> None:
    facts, policy = case
    unclear = replace(facts.number, kind=NumberKind.FIXED_OR_MOBILE)
    ignorant = replace(facts, number=unclear, callee=replace(facts.callee, **{fact: getattr(UNKNOWN, fact)}))
    ruling = policy.in_force(facts.now)
    for rule in RULES:
        verdict = rule(ignorant, ruling)
        known = [
            rule(replace(ignorant, callee=replace(ignorant.callee, **told)), ruling)  # type: ignore[arg-type]
            for told in KNOWN[fact]
        ]
        if verdict.reason is None:
            assert all(other.reason is None for other in known), verdict
        elif any(other.reason is None for other in known):
            assert fact in verdict.parameters["lifted_by"], verdict  # type: ignore[operator]


@settings(max_examples=80, deadline=None)
@given(case=cases())
def test_knowing_that_somebody_is_a_customer_closes_nothing(case: Case) -> None:
    facts, policy = case
    stranger = replace(facts, callee=replace(facts.callee, customer=None))
    customer = replace(facts, callee=replace(facts.callee, customer=Customer(facts.now.date() - 9 * DAY)))

    assert decide(customer, policy).is_permitted or not decide(stranger, policy).is_permitted
