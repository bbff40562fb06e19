import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from middleware.decision.encoding import (
    decision_to_json,
    digest_of,
    facts_from_json,
    facts_to_json,
    policy_from_json,
    policy_to_json,
    problem_from_json,
    problem_to_json,
    verdict_from_json,
    verdict_to_json,
)
from middleware.decision.replay import replay

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import Outcome, Policy, PolicyProblem, Reason, Verdict
from tests.builders import (
    NOON,
    ORIGIN,
    a_cap,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_hours,
    some_policy,
    utc,
)
from tests.strategies import facts, instants, policies


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_written_reads_back_equal(data: st.DataObject) -> None:
    now = data.draw(instants)
    call, policy = data.draw(facts(now)), data.draw(policies(now))

    assert facts_from_json(json.loads(json.dumps(facts_to_json(call)))) == call
    assert policy_from_json(json.loads(json.dumps(policy_to_json(policy)))) == policy


def test_facts_are_written_readably() -> None:
    body = facts_to_json(
        some_facts(attempts=[an_attempt(utc("2026-03-01 10:00:00.5"))], suppressions=[a_suppression()])
    )

    assert body["now"] == "2026-03-04T12:00:00+00:00"
    assert body["number"] == {
        "country": "DK",
        "kind": "mobile",
        "valid": True,
        "emergency": False,
        "zones": ["Europe/Copenhagen"],
    }
    assert body["histories"][0]["attempts"][0]["reserved_at"] == "2026-03-01T10:00:00.500000+00:00"
    assert body["histories"][0]["attempts"][0]["outcome"] == "no-answer"


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    copenhagen_noon = datetime(2026, 3, 4, 13, 0, tzinfo=timezone(timedelta(hours=1)))

    assert facts_to_json(some_facts(now=copenhagen_noon))["now"] == "2026-03-04T12:00:00+00:00"


def test_what_is_written_has_plain_values_only() -> None:
    def plain(value: object) -> bool:
        if type(value) is dict:
            return all(type(key) is str and plain(item) for key, item in value.items())
        if type(value) is list:
            return all(plain(item) for item in value)
        return type(value) in (str, int, float, bool, type(None))

    call, policy = some_facts(attempts=[an_attempt()], suppressions=[a_suppression()]), some_policy()

    assert plain(facts_to_json(call))
    assert plain(policy_to_json(policy))
    assert plain(decision_to_json(decide(call, policy)))


def test_registers_are_written_in_one_order_however_they_were_filled() -> None:
    forwards = some_facts(campaign=some_campaign(washed_at={"a": NOON, "b": NOON}))
    backwards = some_facts(campaign=some_campaign(washed_at={"b": NOON, "a": NOON}))

    assert json.dumps(facts_to_json(forwards)) == json.dumps(facts_to_json(backwards))


def test_a_verdict_and_a_problem_read_back_equal() -> None:
    verdict = Verdict("caps", Reason.ATTEMPTS_CAP_REACHED, "all are used", ORIGIN, NOON, None, 0)
    problem = PolicyProblem(Reason.POLICY_UNUSABLE, "DK.yaml, line 3: is missing")

    assert verdict_from_json(verdict_to_json(verdict)) == verdict
    assert problem_from_json(problem_to_json(problem)) == problem


def test_a_refusal_without_a_policy_can_be_made_again_too() -> None:
    problem = PolicyProblem(Reason.NUMBER_COUNTRY_CLOSED, "no file")
    call = some_facts(suppressions=[a_suppression()])

    assert replay(facts_to_json(call), problem_to_json(problem)) == refuse_without_policy(call, problem)


def test_the_digest_is_the_sha256_of_the_canonical_json_without_itself() -> None:
    policy = some_policy(digest="")
    text = json.dumps(policy_to_json(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert digest_of(policy) == hashlib.sha256(text.encode()).hexdigest()
    assert digest_of(replace(policy, digest="anything")) == digest_of(policy)


@pytest.mark.parametrize(
    "changed",
    [
        some_policy(caps=[a_cap(3)]),
        some_policy(spacing=timedelta(hours=25)),
        some_policy(spacing_after={Outcome.BUSY: timedelta(hours=24)}),
        some_policy(hours=some_hours(holidays=[date(2026, 3, 9)])),
        some_policy(hours=some_hours(early_closings={(12, 24): 720})),
        some_policy(hours=some_hours(calendar_until=date(2028, 12, 30))),
        some_policy(gates=[]),
        some_policy(ring_timeout=timedelta(seconds=29)),
        some_policy(country="SE"),
        replace(some_policy(), ring_origin=replace(ORIGIN, source="another")),
    ],
)
def test_any_other_figure_gives_another_digest(changed: Policy) -> None:
    assert digest_of(changed) != digest_of(some_policy())
