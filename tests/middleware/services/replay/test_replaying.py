"""Every logged decision can be made again from what it saw, with the identical answer; what cannot is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from middleware.decision.model import CallFacts, NumberKind, Policy, Reason
from middleware.services.replay.replaying import MOST_NAMED, ReplayReport, Replays
from middleware.store.database import Database
from middleware.store.decision_log import decision_pages
from middleware.store.policies import keep_policy
from tests.builders import NOON, a_suppression, an_attempt, some_campaign, some_facts, some_number, some_policy
from tests.decision_log import keep, log_decision, log_raw
from tests.strategies import cases

HOUR = timedelta(hours=1)
EVER = datetime.fromisoformat("2020-01-01T00:00+00:00"), datetime.fromisoformat("2035-01-01T00:00+00:00")


def replayed(store: Database, begins: datetime = EVER[0], ends: datetime = EVER[1]) -> ReplayReport:
    return Replays(store).over(begins, ends)


def said(store: Database) -> str:
    [difference] = replayed(store).differences
    return difference.what


def test_permits_and_refusals_come_out_as_they_were_logged(store: Database) -> None:
    policy = keep(store, some_policy())
    log_decision(store, some_facts(), policy)
    log_decision(store, some_facts(now=NOON + 9 * HOUR, attempts=[an_attempt(NOON)]), policy)
    log_decision(store, some_facts(suppressions=[a_suppression()]), policy)

    report = replayed(store)

    assert (report.decisions, report.differing, report.differences) == (3, 0, [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
def test_whatever_was_decided_is_decided_the_same_again(sqlite_store: Database, case: tuple[CallFacts, Policy]) -> None:
    facts, policy = case
    log_decision(sqlite_store, facts, keep(sqlite_store, policy))

    assert replayed(sqlite_store).differing == 0


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"is_permitted": False}, "verdict was refused, is permitted"),
        ({"not_before": NOON + HOUR}, "not before was 2026-03-04T13:00:00+00:00, is never"),
        ({"attempts_left": 3}, "attempts left was 3, is 4"),
        ({"policy_digest": "f" * 64}, f"its policy {'f' * 64} is not in the store"),
        ({"facts": "{}"}, "its facts cannot be read"),
        ({"facts": "no JSON"}, "its facts cannot be read"),
    ],
)
def test_a_row_that_somebody_changed_is_named_with_what_differs(
    store: Database, changes: dict[str, object], what: str
) -> None:
    policy = keep(store, some_policy())
    log_decision(store, some_facts(now=NOON - HOUR), policy)
    changed = log_decision(store, some_facts(), policy, changes)

    report = replayed(store)

    assert (report.decisions, report.differing) == (2, 1)
    assert (report.differences[0].decision_id, report.differences[0].what) == (changed, what)


@pytest.mark.parametrize("member", ["code", "rule", "basis", "source", "not_before", "parameters", "set_by"])
def test_a_changed_reason_is_found_whichever_part_of_it_was_changed(store: Database, member: str) -> None:
    policy = keep(store, some_policy())
    facts = some_facts(suppressions=[a_suppression()])
    log_decision(store, facts, policy)
    [[logged]] = decision_pages(store, *EVER)
    [reason] = orjson.loads(logged.refusals)
    forged = {"not_before": NOON.isoformat(), "parameters": {"since": "2026-01-01"}}.get(member, "another")
    log_decision(store, facts, policy, {"refusals": orjson.dumps([reason | {member: forged}]).decode()})

    assert replayed(store).differing == 1


def test_a_reason_that_was_taken_away_is_found(store: Database) -> None:
    policy = keep(store, some_policy())
    log_decision(store, some_facts(suppressions=[a_suppression()]), policy, {"refusals": "[]"})

    assert said(store) == "reasons was none, is suppression.number"


def test_a_refusal_for_want_of_a_policy_is_made_again_without_one(store: Database) -> None:
    facts = some_facts(number=some_number(country="GL", kind=NumberKind.PREMIUM))
    reasons = [
        a_reason("number.premium", "number_kind", {"kind": "premium"}),
        a_reason(Reason.NUMBER_COUNTRY_CLOSED.value, "policy", {"country": "GL"}),
    ]
    log_decision(
        store,
        facts,
        some_policy(),
        {
            "policy_digest": None,
            "is_permitted": False,
            "attempts_left": None,
            "not_before": None,
            "refusals": orjson.dumps(reasons).decode(),
        },
    )

    report = replayed(store)

    assert (report.decisions, report.differences) == (1, [])


def test_decisions_of_the_first_edition_come_out_as_they_did_then(store: Database) -> None:
    """Kept as that edition wrote them: a permit, a refusal for six reasons, and one for want of a policy."""
    kept = orjson.loads((Path(__file__).parent / "first_edition.json").read_bytes())
    digest, body = kept["policy"]["digest"], orjson.dumps(kept["policy"]).decode()
    with store.writing() as connection:
        keep_policy(connection, digest, body, "DK", "spring", NOON)
    for place, row in enumerate(kept["decisions"]):
        texts = {name: orjson.dumps(row[name]).decode() for name in ("facts", "refusals")}
        log_raw(store, NOON + place * HOUR, row | texts | {"not_before": instant(row["not_before"])})

    report = replayed(store)

    assert (report.decisions, report.differences) == (3, [])


def test_only_the_period_is_replayed_its_end_excluded(store: Database) -> None:
    policy = keep(store, some_policy())
    for at in (NOON - HOUR, NOON, NOON + HOUR):
        log_decision(store, some_facts(now=at), policy)

    assert replayed(store, NOON - HOUR, NOON + HOUR).decisions == 2
    assert replayed(store, NOON, NOON + timedelta(milliseconds=1)).decisions == 1
    assert replayed(store, NOON + 2 * HOUR, NOON + 3 * HOUR).decisions == 0


def test_all_differences_are_counted_and_the_first_hundred_named(sqlite_store: Database) -> None:
    policy = keep(sqlite_store, some_policy())
    for minute in range(MOST_NAMED + 5):
        log_decision(sqlite_store, some_facts(now=NOON + timedelta(minutes=minute)), policy, {"attempts_left": 9})

    report = replayed(sqlite_store)

    assert (report.differing, len(report.differences)) == (MOST_NAMED + 5, MOST_NAMED)


def test_progress_is_told_up_to_the_last_decision(sqlite_store: Database) -> None:
    policy = keep(sqlite_store, some_policy())
    for minute in range(7):
        log_decision(sqlite_store, some_facts(now=NOON + timedelta(minutes=minute)), policy)
    told: list[tuple[int, int]] = []

    Replays(sqlite_store).over(*EVER, lambda done, of: told.append((done, of)))

    assert told[-1] == (7, 7)


def test_a_campaign_is_named_so_that_its_owner_can_be_asked(store: Database) -> None:
    facts = some_facts(campaign=some_campaign(campaign_id="autumn"))
    log_decision(store, facts, keep(store, some_policy()), {"attempts_left": 1})

    assert replayed(store).differences[0].campaign_id == "autumn"


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def a_reason(code: str, rule: str, parameters: dict[str, object]) -> dict[str, object]:
    return {
        "code": code,
        "rule": rule,
        "basis": None,
        "source": None,
        "not_before": None,
        "parameters": parameters,
        "set_by": None,
    }
