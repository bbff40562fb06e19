"""The policy by which one call is decided, and what it makes of the number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import Policy, PolicyProblem, Reason, Scope, Subject
from middleware.phone_numbers import parse
from middleware.policies.book import PolicyBook
from middleware.services.policies import UsedPolicies
from middleware.services.sources import Ruling
from middleware.settings import REPOSITORY
from middleware.store.catalogue import Campaign
from middleware.store.database import Database
from middleware.store.policies import policy_body
from tests.builders import NOON, some_campaign, some_facts, some_policy
from tests.overriding import by_campaign
from tests.rows import migrated

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
NUMBER = "+4590123456"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def policies(database: Database) -> UsedPolicies:
    return UsedPolicies(BOOK, database)


def campaign(overrides: dict[str, Any], controller_overrides: dict[str, Any] | None = None) -> Campaign:
    return Campaign(some_campaign(), "Spring", overrides, controller_overrides or {})


def reasons(ruling: Ruling) -> list[Reason]:
    assert isinstance(ruling.policy, Policy)
    decision = decide(some_facts(number=ruling.number), ruling.policy)
    return [verdict.reason for verdict in decision.refusals if verdict.reason is not None]


def test_a_call_is_decided_by_the_figures_of_the_country_the_controller_and_the_campaign(
    policies: UsedPolicies,
) -> None:
    policy = policies.resolve(campaign({"ring_seconds": 20}, {"spacing": {"hours": 48}}), parse(NUMBER)).policy

    assert isinstance(policy, Policy)
    assert (policy.country, policy.ring_timeout) == ("DK", timedelta(seconds=20))
    assert (policy.spacing.default, policy.spacing.origin.set_by) == (timedelta(hours=48), "controller acme")


@pytest.mark.parametrize(
    ("closed", "longest"),
    [
        (["+4590"], "+4590"),
        (["+4590", "+459012", "+45"], "+459012"),
        ([NUMBER], NUMBER),
        (["+4591", "+45901234567"], None),
        ([], None),
    ],
)
def test_a_number_that_begins_as_a_closed_prefix_does_is_refused_for_the_longest_of_them(
    policies: UsedPolicies, closed: list[str], longest: str | None
) -> None:
    ruling = policies.resolve(campaign({"closed_prefixes": closed}), parse(NUMBER))

    assert ruling.number == replace(parse(NUMBER).facts, closed_prefix=longest)
    assert (Reason.NUMBER_HIGH_RISK in reasons(ruling)) is (longest is not None)


def test_a_prefix_that_only_a_change_to_come_closes_is_closed_already(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = some_policy(closed_prefixes=["+4590"])
    changing = replace(some_policy(), changes_at=NOON + timedelta(days=9), successor=later)
    book = PolicyBook(REPOSITORY / "config" / "countries")
    monkeypatch.setattr(book, "_resolved", lambda *_question: changing)

    ruling = UsedPolicies(book, database).resolve(campaign({}), parse(NUMBER))

    assert ruling.number.closed_prefix == "+4590"


def test_attempts_are_counted_as_far_back_as_the_campaigns_own_caps_ask(policies: UsedPolicies) -> None:
    own = {"caps": [{"count": 9, "per": "month", "subject": "company"}]}

    counted = policies.resolve(campaign(own), parse(NUMBER)).counted

    newest = {(each.scope, each.subject): each.newest for each in counted}
    assert newest[Scope.CAMPAIGN, Subject.COMPANY] == 9


@pytest.mark.parametrize("callee", ["+299321000", "no number", "112"])
def test_a_number_without_a_policy_keeps_its_facts_and_says_why_there_is_none(
    policies: UsedPolicies, callee: str
) -> None:
    ruling = policies.resolve(campaign({}), parse(callee))

    assert isinstance(ruling.policy, PolicyProblem)
    assert ruling.policy.reason is Reason.NUMBER_COUNTRY_CLOSED
    assert ruling.number == parse(callee).facts


def test_a_policy_is_kept_under_its_digest_before_a_decision_names_it(
    policies: UsedPolicies, database: Database
) -> None:
    policy = by_campaign({"ring_seconds": 20})
    policies.keep(policy, "spring", NOON)

    with database.reading() as connection:
        assert policy_body(connection, policy.digest) is not None
