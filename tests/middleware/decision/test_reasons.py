"""Every reason can be given, and is given with exactly what its sentences are made from."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import (
    PARAMETERS,
    BalancingTest,
    CalleeFacts,
    CallerIdBar,
    CallerIdRules,
    CallFacts,
    Consent,
    Decision,
    Dialling,
    Gate,
    GateKind,
    NumberKind,
    Outcome,
    Policy,
    PolicyProblem,
    Reason,
    RefusalRest,
    Speaker,
    Standing,
    Subject,
)
from tests.builders import (
    NOON,
    ORIGIN,
    a_caller_id,
    a_cap,
    a_consent_gate,
    a_register_gate,
    a_request,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_hours,
    some_number,
    some_policy,
    utc,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MARCH_1 = date(2026, 3, 1)
POLICY = some_policy()
EVERY_GATE = some_policy(
    gates=[a_register_gate(), Gate(GateKind.PROSPECT_REASON, ORIGIN), Gate(GateKind.REGISTRATION, ORIGIN, "ca_dncl")]
)
STRICT_NUMBER = some_policy(
    caller_id=CallerIdRules(ORIGIN, frozenset({Standing.OWNED}), True, (CallerIdBar(ORIGIN, country="DK"),))
)
CONSENT_ONLY = some_policy(gates=[a_consent_gate()])


def number(**facts: object) -> CallFacts:
    return some_facts(number=replace(some_number(), **facts))  # type: ignore[arg-type]


def campaign(**facts: object) -> CallFacts:
    return some_facts(campaign=some_campaign(**facts))  # type: ignore[arg-type]


def callee(**facts: object) -> CallFacts:
    return some_facts(callee=CalleeFacts(**facts))  # type: ignore[arg-type]


def request(**facts: object) -> CallFacts:
    return some_facts(request=a_request(**facts))  # type: ignore[arg-type]


DECLINED = some_facts(attempts=[an_attempt(outcome=Outcome.DECLINED)])
OF_2025 = BalancingTest(date(2025, 1, 1), date(2025, 12, 31))
CASES: dict[Reason, tuple[CallFacts, Policy]] = {
    Reason.NUMBER_INVALID: (number(valid=False), POLICY),
    Reason.NUMBER_EMERGENCY: (number(emergency=True), POLICY),
    Reason.NUMBER_PREMIUM: (number(kind=NumberKind.PREMIUM), POLICY),
    Reason.NUMBER_HIGH_RISK: (number(closed_prefix="+4590"), some_policy(closed_prefixes=["+4590"])),
    Reason.NUMBER_NOT_DIALABLE: (number(kind=NumberKind.PAGER), POLICY),
    Reason.NUMBER_COUNTRY_CLOSED: (number(country="SE"), POLICY),
    **{
        Reason(f"suppression.{subject.value}"): (some_facts(suppressions=[a_suppression(subject)]), POLICY)
        for subject in Subject
    },
    Reason.REGISTER_LISTED: (callee(listed_in={"be_dncm": MARCH_1}), EVERY_GATE),
    Reason.REGISTER_NOT_WASHED: (some_facts(), EVERY_GATE),
    Reason.REGISTER_STALE: (campaign(washed_at={"be_dncm": NOON - 9 * DAY}), EVERY_GATE),
    Reason.LEGAL_BASIS_MISSING: (campaign(balancing_test=None), POLICY),
    Reason.LEGAL_BASIS_REVIEW_OVERDUE: (campaign(balancing_test=OF_2025), POLICY),
    Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING: (some_facts(), EVERY_GATE),
    Reason.LEGAL_BASIS_CONSENT_MISSING: (some_facts(), CONSENT_ONLY),
    Reason.LEGAL_BASIS_CONSENT_EXPIRED: (callee(call_consent=Consent(MARCH_1, True, MARCH_1)), CONSENT_ONLY),
    Reason.LEGAL_BASIS_NOT_REGISTERED: (some_facts(), EVERY_GATE),
    Reason.DATA_SOURCE_MISSING: (campaign(has_list_source=False), POLICY),
    Reason.DATA_OUTDATED: (campaign(list_checked_on=None), POLICY),
    Reason.DATA_ADVERT_PROTECTED: (callee(is_advert_protected=True), some_policy(advert_protection=ORIGIN)),
    Reason.HOURS_OUTSIDE_WINDOW: (some_facts(now=NOON + 9 * HOUR), POLICY),
    Reason.HOURS_HOLIDAY: (some_facts(), some_policy(hours=some_hours(holidays=[NOON.date()]))),
    Reason.HOURS_CALENDAR_ENDED: (some_facts(now=utc("2029-01-03 12:00")), POLICY),
    Reason.HOURS_ZONE_UNKNOWN: (number(zones=()), POLICY),
    Reason.HOURS_PROMISED_LATER: (callee(promised_at=NOON + DAY), POLICY),
    Reason.ATTEMPTS_CAP_REACHED: (some_facts(attempts=[an_attempt()]), some_policy(caps=[a_cap(1)])),
    Reason.ATTEMPTS_TOO_SOON: (some_facts(attempts=[an_attempt(NOON - HOUR)]), POLICY),
    Reason.ATTEMPTS_DECLINED: (DECLINED, POLICY),
    Reason.ATTEMPTS_LOCKED_OUT: (DECLINED, replace(POLICY, refusal_rest=RefusalRest(None, ORIGIN))),
    Reason.ATTEMPTS_IN_FLIGHT: (some_facts(attempts=[an_attempt(NOON - HOUR, outcome=None)]), POLICY),
    Reason.ATTEMPTS_CLOCK_WENT_BACK: (some_facts(attempts=[an_attempt(NOON + HOUR)]), POLICY),
    Reason.CALLER_ID_MISSING: (request(caller_id=None), POLICY),
    Reason.CALLER_ID_NOT_OURS: (request(caller_id=a_caller_id(standing=Standing.VERIFIED)), STRICT_NUMBER),
    Reason.CALLER_ID_NOT_IN_DIRECTORY: (request(caller_id=a_caller_id(in_directory=False)), STRICT_NUMBER),
    Reason.CALLER_ID_UNLAWFUL: (some_facts(), STRICT_NUMBER),
    Reason.AUTOMATION_NOT_STATED: (request(speaker=None), POLICY),
    Reason.AUTOMATION_NO_CONSENT: (request(speaker=Speaker.MACHINE), POLICY),
    Reason.AUTOMATION_NO_FREE_AGENT: (request(dialling=Dialling.PREDICTIVE), POLICY),
    Reason.CAMPAIGN_CLOSED: (campaign(is_open=False), POLICY),
    Reason.CAMPAIGN_NOT_STARTED: (campaign(starts_on=date(2026, 3, 9)), POLICY),
    Reason.CAMPAIGN_ENDED: (campaign(ends_on=MARCH_1), POLICY),
    Reason.CAMPAIGN_CONTROLLER_UNKNOWN: (campaign(is_controller_identified=False), POLICY),
    Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT: (campaign(is_agency=True), POLICY),
}


def parameters_of(decision: Decision, reason: Reason) -> Iterator[set[str]]:
    for verdict in decision.refusals:
        if verdict.reason is reason:
            yield set(verdict.parameters)


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.POLICY_UNUSABLE}))
def test_a_reason_is_given_with_exactly_what_its_sentences_are_made_from(reason: Reason) -> None:
    facts, policy = CASES[reason]

    assert list(parameters_of(decide(facts, policy), reason)) == [PARAMETERS[reason]]


def test_a_policy_that_cannot_be_used_says_what_to_mend() -> None:
    problem = PolicyProblem(Reason.POLICY_UNUSABLE, "DK.yaml, line 3: is missing")

    decision = refuse_without_policy(some_facts(), problem)

    assert [(verdict.reason, verdict.parameters) for verdict in decision.refusals] == [
        (Reason.POLICY_UNUSABLE, {"problem": "DK.yaml, line 3: is missing"})
    ]


def test_every_reason_says_what_it_tells() -> None:
    assert set(PARAMETERS) == set(Reason)
