"""Country, then controller, then campaign: how the book resolves a policy, and what it says where it cannot."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml

from middleware.decision.model import Audience, Policy, PolicyProblem, Reason
from middleware.encoding import digest_of
from middleware.policies.book import PolicyBook
from middleware.policies.overrides import Overrides
from middleware.settings import REPOSITORY
from tests.overriding import APPROVED

BOOK = PolicyBook(REPOSITORY / "config" / "countries")


def resolved(controller: dict[str, Any], campaign: dict[str, Any], country: str = "DK") -> Policy | PolicyProblem:
    return BOOK.resolve(country, Audience.B2B, controller, "acme", campaign, "spring")


def usable(controller: dict[str, Any], campaign: dict[str, Any], country: str = "DK") -> Policy:
    policy = resolved(controller, campaign, country)
    assert isinstance(policy, Policy), policy
    return policy


def test_the_controllers_figures_lie_over_the_countrys_and_the_campaigns_over_both() -> None:
    policy = usable({"ring_seconds": 25, "data_max_age_days": 200}, {"ring_seconds": 20})

    assert policy.data is not None
    assert (policy.data.max_age, policy.data.age.set_by) == (timedelta(days=200), "controller acme")
    assert (policy.ring_timeout, policy.ring_origin.set_by) == (timedelta(seconds=20), "campaign spring")
    assert policy.spacing.origin.set_by == "country DK"
    assert policy.digest == digest_of(policy)


def test_without_overrides_all_campaigns_share_the_countrys_policy() -> None:
    assert usable({}, {}) is BOOK.resolve("DK", Audience.B2B, {}, "globex", {}, "autumn")


def test_the_same_overrides_are_resolved_once_whatever_the_order_of_their_keys() -> None:
    first = usable({"ring_seconds": 25, "data_max_age_days": 200}, {"spacing": {"hours": 48}})
    second = usable({"data_max_age_days": 200, "ring_seconds": 25}, {"spacing": {"hours": 48}})

    assert first is second


def test_the_same_figures_of_two_campaigns_are_two_policies_that_name_their_campaigns() -> None:
    own = BOOK.resolve("DK", Audience.B2B, {}, "acme", {"ring_seconds": 20}, "autumn")

    assert isinstance(own, Policy)
    assert own.ring_origin.set_by == "campaign autumn"
    assert own.digest != usable({}, {"ring_seconds": 20}).digest


@pytest.mark.parametrize(
    ("controller", "campaign", "told"),
    [
        (
            {"ring_seconds": 31},
            {},
            "The overrides of controller acme cannot be used in DK: ring_seconds may be at most",
        ),
        (
            {},
            {"ring_seconds": 31},
            "The overrides of campaign spring cannot be used in DK: ring_seconds may be at most",
        ),
        (
            {"ring_seconds": 20},
            {"ring_seconds": 25},
            "at most 20 seconds (recommended, controller acme); to loosen that",
        ),
        ({}, {"hours": {"sometimes": []}}, "The overrides of campaign spring cannot be used in DK: hours: 'sometimes'"),
    ],
)
def test_overrides_that_do_not_fit_leave_no_policy_and_say_whose_they_are(
    controller: dict[str, Any], campaign: dict[str, Any], told: str
) -> None:
    problem = resolved(controller, campaign)

    assert isinstance(problem, PolicyProblem)
    assert problem.reason is Reason.POLICY_UNUSABLE
    assert told in problem.detail


def test_an_override_that_fits_one_country_closes_only_those_whose_law_it_goes_against() -> None:
    early = {"hours": {"mon-fri": ["08:00-10:00"]}, "reasons": {"hours": APPROVED}}

    assert usable({}, early, "DK").hours.origin.loosens
    refused = BOOK.resolve("FR", Audience.B2C, {}, "acme", early, "spring")
    assert isinstance(refused, PolicyProblem)
    assert "is law and cannot be loosened (Code de la consommation art. D. 223-9." in refused.detail
    other = BOOK.resolve("FR", Audience.B2B, {}, "acme", {"ring_seconds": 20}, "spring")
    assert isinstance(other, Policy)


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("country", BOOK.countries())
def test_every_country_takes_overrides_of_every_figure(country: str, audience: Audience) -> None:
    given = {
        "hours": {"mon-fri": ["11:00-12:00"]},
        "days_without_calls": ["2027-07-15"],
        "early_closings": {"12-23": "11:30"},
        "caps": [{"count": 1, "per": "day"}, {"count": 2, "within_days": 90, "subject": "company"}],
        "spacing": {"hours": 8784, "after": {"declined": 8784}},
        "refusal_rest_days": "until_asked",
        "ring_seconds": 15,
        "ring_at_least_seconds": 15,
        "caller_id": {"standings": ["owned"], "needs_directory": True, "bars": [{"prefixes": ["+4590"]}]},
        "data_max_age_days": 30,
        "closed_prefixes": ["+4590"],
        "gates": [{"kind": "consent"}],
    }

    policy = BOOK.resolve(country, audience, {}, "acme", given, "spring")

    assert isinstance(policy, Policy), policy
    segment: Policy | None = policy
    while segment is not None:
        assert (segment.ring_timeout, segment.closed_prefixes[-1].prefix) == (timedelta(seconds=15), "+4590")
        segment = segment.successor


def test_the_example_of_the_manual_can_be_used_and_the_manual_names_every_key() -> None:
    manual = (REPOSITORY / "middleware" / "policies" / "overrides.md").read_text(encoding="utf-8")
    example = yaml.safe_load(manual.partition("```yaml\n")[2].partition("```")[0])["overrides"]

    policy = usable({}, example)

    assert policy.hours.week[0][0].opens == 8 * 60
    named = set(re.findall(r"`(\w+)`", manual.partition("| key | figure")[2].partition("\n\n")[0]))
    assert set(Overrides.model_fields) - {"reasons"} <= named
