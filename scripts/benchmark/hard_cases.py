"""What the costliest decisions cost: many zones, many states, full histories, every paper on file.

Openings are worked out once for all calls of a minute, a quarter of an hour or a day; `nothing remembered` is the cost
of the very first call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from middleware.decision import calendar
from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    BalancingTest,
    CalleeFacts,
    CallerIdFacts,
    CallFacts,
    CampaignFacts,
    Consent,
    Customer,
    Dialling,
    GateKind,
    History,
    NumberKind,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    RequestFacts,
    Scope,
    Speaker,
    Standing,
    Subject,
)
from middleware.decision.rules import hours
from middleware.encoding import facts_from_text, facts_to_text, policy_from_text, policy_to_text
from middleware.phone_numbers import parse
from middleware.policies.book import PolicyBook
from scripts.benchmark.core_cost import Cost, cost_of

DAY = timedelta(days=1)
CALLS = 200
NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Callee:
    country: str
    audience: Audience
    number: str
    what: str


CALLEES = (
    _Callee("DE", Audience.B2B, "+4915112345678", "DE, Land unknown"),
    _Callee("US", Audience.B2B, "+12125551234", "US, state unknown"),
    _Callee("US", Audience.B2C, "+18005551234", "US, toll-free: 42 zones, state unknown"),
    _Callee("AU", Audience.B2B, "+61412345678", "AU, mobile: 8 zones, state unknown"),
    _Callee("FR", Audience.B2C, "+33612345678", "FR, consumer"),
)


def hard_costs(book: PolicyBook, moment: datetime, calls: int = CALLS) -> list[Cost]:
    """Decisions at the moment at which each call may be made, if there is one, and half a day later.

    Raises LookupError when one of the countries is closed.
    """
    costs: list[Cost] = []
    for callee in CALLEES:
        costs += _decisions(callee, _policy(book, callee), moment, calls)
    callee = CALLEES[1]
    policy = _policy(book, callee)
    return costs + list(_texts(_facts(callee, policy, moment), policy, calls))


def _policy(book: PolicyBook, callee: _Callee) -> Policy:
    policy = book.resolve(callee.country, callee.audience, {}, "", {}, "")
    if not isinstance(policy, Policy):
        raise LookupError(f"{callee.country} is closed: {policy.detail}")
    return policy


def _decisions(callee: _Callee, policy: Policy, moment: datetime, count: int) -> Iterator[Cost]:
    opening = decide(_facts(callee, policy, moment), policy).not_before or moment
    for at in (opening, opening + NIGHT):
        # the papers are those of the moment itself, so that time alone refuses
        calls = [replace(_facts(callee, policy, at), now=at + timedelta(milliseconds=call)) for call in range(count)]
        answer = "permitted" if decide(calls[0], policy).is_permitted else "refused, outside hours"
        what = f"decide: {callee.what}, {answer}"
        yield cost_of(what, lambda facts: decide(facts, policy), calls)
        yield cost_of(f"{what}, nothing remembered", lambda facts: _decide_anew(facts, policy), calls[:20])


def _decide_anew(facts: CallFacts, policy: Policy) -> None:
    for module in (calendar, hours):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
    decide(facts, policy)


def _texts(facts: CallFacts, policy: Policy, count: int) -> Iterator[Cost]:
    facts_text, policy_text = facts_to_text(facts), policy_to_text(policy)
    yield cost_of("read the facts from JSON", facts_from_text, [facts_text] * count)
    yield cost_of("write a policy as JSON", policy_to_text, [policy] * count)
    yield cost_of("read a policy from JSON", policy_from_text, [policy_text] * count)


def _facts(callee: _Callee, policy: Policy, now: datetime) -> CallFacts:
    number, day = parse(callee.number).facts, now.date()
    registers = [gate.register or "" for gate in policy.gates if gate.kind is GateKind.REGISTER]
    campaign = CampaignFacts(
        "spring",
        "bench",
        callee.audience,
        is_open=True,
        starts_on=day - 30 * DAY,
        ends_on=day + 300 * DAY,
        balancing_test=BalancingTest(day - 30 * DAY, day + 300 * DAY),
        washed_at=dict.fromkeys(registers, now - DAY),
        is_controller_identified=True,
        is_agency=True,
        processor_agreement_on=day - 300 * DAY,
        registrations=("ca_dncl",),
        list_checked_on=day - 30 * DAY,
    )
    known = CalleeFacts(
        line_kind=NumberKind.MOBILE,
        call_consent=Consent(day - 90 * DAY, ends_on=day + 90 * DAY),
        customer=Customer(day - 900 * DAY),
        prospect_reason_on=day - 90 * DAY,
        has_source=True,
        checked_on=day - 90 * DAY,
    )
    shown = CallerIdFacts("+33162345678", number.country, NumberKind.FIXED, Standing.OWNED, in_directory=True)
    request = RequestFacts(Speaker.HUMAN, Dialling.PREVIEW, None, shown)
    return CallFacts(now, number, campaign, known, request, histories=_histories(now))


def _histories(now: datetime) -> tuple[History, ...]:
    """Three earlier attempts at the number, the person and the company, in this campaign and others."""
    past = tuple(_attempt(now - days * DAY) for days in (5, 12, 20))
    subjects = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)
    return tuple(History(scope, subject, past) for scope in Scope for subject in subjects)


def _attempt(at: datetime) -> PastAttempt:
    return PastAttempt("earlier", "spring", at, at + timedelta(minutes=1), PlacedBy.US, True, Outcome.NO_ANSWER, at)
