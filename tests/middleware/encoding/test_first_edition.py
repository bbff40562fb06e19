"""Decisions of the first edition, in the very texts it kept, come out as its own rules made them.

`first_edition/decisions.jsonl` was written by the first edition: facts and policy as stored, and what it answered.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import FIRST_EDITION, Consent, Decision, Reason, Window
from middleware.encoding import (
    digest_of,
    facts_from_text,
    facts_to_text,
    is_first_edition,
    policy_from_text,
    policy_to_text,
)
from tests.builders import NOON

FOLDER = Path(__file__).parent / "first_edition"
KEPT: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "decisions.jsonl").read_text().splitlines()]

FACTS = """{"now":"2026-03-04T12:00:00+00:00","number":{"country":"DK","kind":"mobile","valid":true,"emergency":false,
"zones":["Europe/Copenhagen"]},"campaign":{"campaign_id":"spring","controller_id":"acme","audience":"b2b",
"is_open":true,"starts_on":null,"ends_on":null,"balancing_test":{"approved_on":"2026-01-02",
"review_due":"2028-12-31"},"washed_at":{"be_dncm":"2026-03-03T12:00:00+00:00"}},"callee":{"legal_form":"unknown",
"time_zone":null,"call_consent_on":"2026-02-01"},"suppressions":[{"entry_id":"e1","subject":"number",
"scope":"controller","reason":"objection","since":"2025-11-24T12:00:00+00:00"}],"histories":[{"scope":"controller",
"subject":"number","attempts":[{"attempt_id":"a1","campaign_id":"spring","reserved_at":"2026-03-01T10:00:00.500000+00:00",
"expires_at":"2026-03-01T10:01:00+00:00","placed_by":"us","is_placed":true,"outcome":"no-answer",
"ended_at":"2026-03-01T10:00:30+00:00"}]}]}""".replace("\n", "")

ORIGIN = '{"basis":"code","source":"a source","set_by":"country DK"}'
POLICY = f"""{{"country":"DK","audience":"b2b","hours":{{"week":[[[540,720],[780,1020]],[],[],[],[],[],[]],
"holidays":["2026-04-02"],"calendar_from":"2026-01-01","calendar_until":"2028-12-31","early_closings":{{"12-24":720}},
"origin":{ORIGIN},"holidays_origin":{ORIGIN}}},"caps":[{{"count":4,"window":2592000,"subject":"number",
"scope":"controller","origin":{ORIGIN}}},{{"count":30,"window":null,"subject":"number","scope":"campaign",
"origin":{ORIGIN}}}],"spacing":{{"default":86400,"by_outcome":{{"busy":5400.5}},"origin":{ORIGIN}}},
"gates":[{{"kind":"register","origin":{ORIGIN},"register":"be_dncm","valid_for":432000,
"except_legal_forms":["legal_person"]}}],"ring_timeout":30,"ring_origin":{ORIGIN},"digest":"{"d" * 64}"}}""".replace(
    "\n", ""
)


def told(decision: Decision) -> dict[str, object]:
    """What the first edition kept of an answer."""

    def instant(at: datetime | None) -> str | None:
        return None if at is None else at.isoformat()

    return {
        "not_before": instant(decision.not_before),
        "permitted_until": instant(decision.permitted_until),
        "attempts_left": decision.attempts_left,
        "refusals": [
            {
                "rule": verdict.rule,
                "reason": verdict.reason,
                "basis": verdict.origin and verdict.origin.basis.value,
                "source": verdict.origin and verdict.origin.source,
                "not_before": instant(verdict.not_before),
            }
            for verdict in decision.refusals
        ],
    }


@pytest.mark.parametrize("kept", KEPT, ids=range(len(KEPT)))
def test_a_decision_of_the_first_edition_comes_out_as_it_did_then(kept: dict[str, Any]) -> None:
    decision = decide(facts_from_text(kept["facts"]), policy_from_text(kept["policy"]))

    assert told(decision) == kept["expected"]


def test_all_reasons_that_the_first_edition_could_give_and_permits_are_among_them() -> None:
    later = {"register.listed", "number.high_risk", "suppression.prefix", "hours.promised_later", "policy.unusable"}
    later |= {"attempts.declined", "attempts.locked_out", "campaign.controller_unknown"}
    later |= {"campaign.no_processor_agreement"}
    families = {"data", "caller_id", "automation"}
    basis = {"legal_basis.prospect_reason_missing", "legal_basis.consent_expired", "legal_basis.not_registered"}
    first = {reason.value for reason in Reason if reason.value.split(".")[0] not in families} - later - basis

    given = {refusal["reason"] for kept in KEPT for refusal in kept["expected"]["refusals"]}

    assert given == first
    assert [kept for kept in KEPT if not kept["expected"]["refusals"] and kept["expected"]["permitted_until"]]


def test_facts_of_the_first_edition_read_as_what_they_meant() -> None:
    facts = facts_from_text(FACTS)

    assert is_first_edition(FACTS)
    assert facts.now == NOON
    assert facts.callee.call_consent == Consent(date(2026, 2, 1), has_source=True, ends_on=None)
    assert facts.campaign.washed_at == {"be_dncm": NOON - timedelta(days=1)}
    assert facts.histories[0].attempts[0].reserved_at.microsecond == 500000
    assert facts.suppressions[0].reason == "objection"
    assert facts_from_text(FACTS.replace('"2026-02-01"', "null")).callee.call_consent is None


def test_facts_of_the_first_edition_written_anew_are_the_same_facts() -> None:
    again = facts_to_text(facts_from_text(FACTS))

    assert not is_first_edition(again)
    assert facts_from_text(again) == facts_from_text(FACTS)


def test_a_policy_of_the_first_edition_reads_as_what_it_meant() -> None:
    policy = policy_from_text(POLICY)

    assert policy.edition == FIRST_EDITION
    assert policy.hours.week[0] == (Window(540, 720), Window(780, 1020))
    assert policy.hours.early_closings == {"12-24": 720}
    assert [cap.window for cap in policy.caps] == [timedelta(days=30), None]
    assert policy.spacing.by_outcome == {"busy": timedelta(seconds=5400.5)}
    assert policy.gates[0].valid_for == timedelta(days=5)
    assert policy.gates[0].except_legal_forms == {"legal_person"}
    assert policy.digest == "d" * 64
    later = (policy.refusal_rest, policy.caller_id, policy.automation, policy.data, policy.regional_hours)
    assert not any(later)


def test_a_policy_of_the_first_edition_written_anew_is_the_same_policy_and_stays_of_the_first() -> None:
    policy = policy_from_text(POLICY)

    assert policy_from_text(policy_to_text(policy)) == policy
    assert digest_of(policy_from_text(policy_to_text(policy))) == digest_of(policy)


@pytest.mark.parametrize(
    "text",
    [
        FACTS.replace('"callee":{', '"nobody":{'),
        FACTS.replace('"2026-02-01"', '"the first"'),
        FACTS.replace('"mobile"', '"carrier pigeon"'),
        FACTS[:-1],
    ],
)
def test_facts_that_nobody_wrote_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # each for its own reason
        facts_from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace('"hours":', '"opening":'),
        POLICY.replace("[540,720]", "[540]"),
        POLICY.replace("2592000", '"a month"'),
        "[]",
        "3",
        "",
    ],
)
def test_a_policy_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # each for its own reason
        policy_from_text(text)
