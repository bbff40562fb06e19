"""What the pure parts of a check cost, in microseconds of CPU: no server, no store, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    BalancingTest,
    CallerIdFacts,
    CallFacts,
    CampaignFacts,
    Dialling,
    PlacedBy,
    Policy,
    Scope,
    Speaker,
    Standing,
    Subject,
    SuppressionHit,
)
from middleware.encoding import facts_to_text
from middleware.phone_numbers import parse
from middleware.services.asked_facts import as_asked
from middleware.services.asking import Question
from middleware.services.facts import counted_by, facts_from
from middleware.store.catalogue import Campaign
from middleware.store.hot_path.contact_facts import ContactFacts
from middleware.store.hot_path.model import ContactFound, GuardFound, HotReading
from scripts.benchmark.callees import CLEAN, country_at, number_at
from scripts.benchmark.people import CONTROLLER
from scripts.benchmark.wire import CALLER_ID, CAMPAIGN

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
    campaign: Campaign
    question: Question

    def facts(self) -> CallFacts:
        read = facts_from(self.reading, parse(self.number).facts, self.campaign.facts)
        return as_asked(read, self.question, self.campaign, self.policy, len(self.reading.contacts))


def core_costs(policies: dict[str, Policy], moment: datetime) -> list[Cost]:
    """Of what every check computes between its two statements, over callees of all countries.

    Raises RuntimeError when a case is not decided as its name says: then the figure would say something else.
    """
    campaign = _campaign(moment)
    cases = [_case(place, policies, moment, campaign) for place in CLEAN[:CALLS]]
    permits = [(case.facts(), case.policy) for case in cases]
    hits = (SuppressionHit("entry", Subject.NUMBER, "everywhere", "objection", moment - timedelta(days=9)),)
    suppressed = [(replace(facts, suppressions=hits), policy) for facts, policy in permits]
    night = [(replace(facts, now=facts.now + MIDNIGHT), policy) for facts, policy in permits]
    _require(permits, is_permitted=True)
    _require(suppressed + night, is_permitted=False)
    cold = parse.__wrapped__
    return [
        cost_of("parse a number not seen before", lambda case: cold(case.number), cases),
        cost_of("parse a number seen before", lambda case: parse(case.number), cases),
        cost_of("build the facts", _Case.facts, cases),
        cost_of("decide: permitted", lambda case: decide(*case), permits),
        cost_of("decide: refused, suppressed", lambda case: decide(*case), suppressed),
        cost_of("decide: refused, outside hours", lambda case: decide(*case), night),
        cost_of("write the facts as JSON", lambda case: facts_to_text(case[0]), permits),
    ]


def _case(place: int, policies: dict[str, Policy], moment: datetime, campaign: Campaign) -> _Case:
    policy, number = policies[country_at(place)], number_at(place)
    nothing: dict[tuple[Scope, Subject], list[GuardFound]] = {
        (each.scope, each.subject): [] for each in counted_by(policy)
    }
    return _Case(
        number=number,
        policy=policy,
        reading=HotReading(moment, 1, None, (_contact(moment),), (), nothing),
        campaign=campaign,
        question=Question(CAMPAIGN, number, PlacedBy.DIALER, "api", "", caller_id=CALLER_ID),
    )


def _campaign(moment: datetime) -> Campaign:
    """As the measured stores hold it."""
    checked_on = (moment - timedelta(days=30)).date()
    facts = CampaignFacts(
        CAMPAIGN,
        CONTROLLER,
        Audience.B2B,
        is_open=True,
        balancing_test=BalancingTest(checked_on, (moment + timedelta(days=300)).date()),
        washed_at={"dk_robinson": moment - timedelta(days=10)},
        is_controller_identified=True,
        has_list_source=True,
        list_checked_on=checked_on,
    )
    shown = parse(CALLER_ID).facts
    on_file = CallerIdFacts(CALLER_ID, shown.country, shown.kind, Standing.OWNED, in_directory=True)
    return Campaign(facts, "Spring", {}, {}, (on_file,), Speaker.HUMAN, Dialling.PREVIEW)


def _contact(moment: datetime) -> ContactFound:
    """As the measured stores hold one for every callee."""
    day = (moment - timedelta(days=100)).date()
    facts = ContactFacts(
        line_kind="mobile",
        has_source=True,
        checked_on=day,
        call_consent_source="made up for measuring",
        prospect_reason_on=day,
        is_advert_protected=False,
    )
    return ContactFound("contact", "company", "person", "company", "legal_person", None, day.isoformat(), facts)


def _require(cases: list[tuple[CallFacts, Policy]], is_permitted: bool) -> None:
    for facts, policy in cases:
        decision = decide(facts, policy)
        if decision.is_permitted is not is_permitted:
            reasons = ", ".join(str(verdict.reason) for verdict in decision.refusals)
            raise RuntimeError(f"a callee in {policy.country} was decided otherwise than expected: {reasons or 'none'}")


def cost_of(what: str, work: Callable[[Case], object], cases: list[Case]) -> Cost:
    """The median of seven batches, divided by the number of cases."""
    batches = []
    for _ in range(REPEATS):
        begun = time.process_time()
        for case in cases:
            work(case)
        batches.append((time.process_time() - begun) / len(cases) * 1e6)
    return Cost(what, median(batches))
