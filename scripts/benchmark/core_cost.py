"""What the pure parts of a check cost, in microseconds of CPU: no server, no store, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

import orjson
from middleware.decision.encoding import facts_to_json

from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    BalancingTest,
    CallFacts,
    CampaignFacts,
    Policy,
    Scope,
    Subject,
    SuppressionHit,
)
from middleware.phone_numbers import parse
from middleware.services.facts import counted_by, facts_from
from middleware.store.hot_path.model import GuardFound, HotReading
from scripts.benchmark.callees import CLEAN, country_at, number_at
from scripts.benchmark.people import CONTROLLER, NEEDS_LEGAL_FORM
from scripts.benchmark.wire import CAMPAIGN

Case = TypeVar("Case")
REPEATS = 7
CALLS = 400
MIDNIGHT = timedelta(hours=-10)  # from half past ten


@dataclass(frozen=True, slots=True)
class Cost:
    """Median of seven batches."""

    what: str
    microseconds: float


@dataclass(frozen=True, slots=True)
class _Case:
    number: str
    policy: Policy
    reading: HotReading
    campaign: CampaignFacts

    def facts(self) -> CallFacts:
        return facts_from(self.reading, parse(self.number).facts, self.campaign)


def core_costs(policies: dict[str, Policy], moment: datetime) -> list[Cost]:
    """Of what every check computes between its two statements, over callees of all countries.

    Raises RuntimeError when a case is not decided as its name says: then the figure would say something else.
    """
    cases = [_case(place, policies, moment) for place in CLEAN[:CALLS] if country_at(place) != NEEDS_LEGAL_FORM]
    permits = [(case.facts(), case.policy) for case in cases]
    hits = (SuppressionHit("entry", Subject.NUMBER, "everywhere", "objection", moment - timedelta(days=9)),)
    suppressed = [(replace(facts, suppressions=hits), policy) for facts, policy in permits]
    night = [(replace(facts, now=facts.now + MIDNIGHT), policy) for facts, policy in permits]
    _require(permits, is_permitted=True)
    _require(suppressed + night, is_permitted=False)
    cold = parse.__wrapped__
    return [
        _cost("parse a number not seen before", lambda case: cold(case.number), cases),
        _cost("parse a number seen before", lambda case: parse(case.number), cases),
        _cost("build the facts", _Case.facts, cases),
        _cost("decide: permitted", lambda case: decide(*case), permits),
        _cost("decide: refused, suppressed", lambda case: decide(*case), suppressed),
        _cost("decide: refused, outside hours", lambda case: decide(*case), night),
        _cost("write the facts as JSON", lambda case: orjson.dumps(facts_to_json(case[0])), permits),
    ]


def _case(place: int, policies: dict[str, Policy], moment: datetime) -> _Case:
    policy = policies[country_at(place)]
    test = BalancingTest((moment - timedelta(days=30)).date(), (moment + timedelta(days=300)).date())
    nothing: dict[tuple[Scope, Subject], list[GuardFound]] = {
        (each.scope, each.subject): [] for each in counted_by(policy)
    }
    return _Case(
        number=number_at(place),
        policy=policy,
        reading=HotReading(moment, 1, None, (), (), nothing),
        campaign=CampaignFacts(CAMPAIGN, CONTROLLER, Audience.B2B, is_open=True, balancing_test=test),
    )


def _require(cases: list[tuple[CallFacts, Policy]], is_permitted: bool) -> None:
    for facts, policy in cases:
        decision = decide(facts, policy)
        if decision.is_permitted is not is_permitted:
            reasons = ", ".join(str(verdict.reason) for verdict in decision.refusals)
            raise RuntimeError(f"a callee in {policy.country} was decided otherwise than expected: {reasons or 'none'}")


def _cost(what: str, work: Callable[[Case], object], cases: list[Case]) -> Cost:
    batches = []
    for _ in range(REPEATS):
        begun = time.process_time()
        for case in cases:
            work(case)
        batches.append((time.process_time() - begun) / len(cases) * 1e6)
    return Cost(what, median(batches))
