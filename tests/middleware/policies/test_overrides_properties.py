"""No override opens a call that the country's figures refuse unless somebody approved it, and never against law."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from middleware.decision.engine import decide
from middleware.decision.model import CallFacts, Outcome, Policy, Standing, Window
from middleware.encoding import policy_from_text, policy_to_text
from middleware.policies.loosening import Loosening
from middleware.policies.overriding import overridden
from middleware.policies.week import DAYS
from tests.overriding import APPROVED
from tests.strategies import likely_permits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOSENABLE = (
    "hours",
    "days_with_calls",
    "caps",
    "spacing",
    "refusal_rest_days",
    "ring_seconds",
    "data_max_age_days",
    "gates",
    "without_gates",
    "caller_id",
)
hours_of_rest = st.integers(0, 96)
gates = st.sampled_from(
    [
        {"kind": "documented_basis"},
        {"kind": "consent", "except_legal_forms": ["legal_person"]},
        {"kind": "register", "register": "be_dncm", "valid_for_days": 2},
        {"kind": "register", "register": "be_dncm", "valid_for_days": 9},
        {"kind": "registration", "register": "ca_operator"},
    ]
)


def spelled(window: Window, later: int = 0, earlier: int = 0) -> str:
    opens, closes = min(window.opens + later, 1439), max(window.closes - earlier, 1)
    if opens >= closes:
        opens, closes = window.opens, window.closes
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


@st.composite
def weeks(draw: st.DrawFn, policy: Policy) -> dict[str, list[str]]:
    """The country's windows, some of them later, shorter or gone, and now and then one that is not the country's."""
    minutes = st.sampled_from([0, 0, 5, 60])
    week = {
        name: [spelled(window, draw(minutes), draw(minutes)) for window in day if draw(st.integers(0, 5))]
        for name, day in zip(DAYS, policy.hours.week, strict=True)
    }
    if not draw(st.integers(0, 3)):
        week[draw(st.sampled_from(DAYS))] = ["06:00-22:00"]
    return week


@st.composite
def overrides(draw: st.DrawFn, policy: Policy, now: Any) -> dict[str, Any]:
    """Some figures of each kind around the country's, stricter ones and looser ones."""
    days = st.integers(-2, 5).map(lambda shift: (now + shift * DAY).date().isoformat())
    caps = st.fixed_dictionaries(
        {"count": st.integers(1, 6), "subject": st.sampled_from(["number", "person"])},
        optional={"scope": st.sampled_from(["controller", "campaign"])},
    )
    spans = st.one_of(
        st.integers(1, 31).map(lambda count: {"within_days": count}), st.just({"per": "day"}), st.just({"per": "week"})
    )
    some: dict[str, st.SearchStrategy[Any]] = {
        "hours": weeks(policy),
        "days_without_calls": st.lists(days, max_size=2, unique=True),
        "days_with_calls": st.lists(days, max_size=1),
        "caps": st.lists(st.builds(lambda cap, span: cap | span, caps, spans), max_size=2),
        "spacing": st.fixed_dictionaries(
            {"hours": hours_of_rest},
            optional={
                "after": st.dictionaries(st.sampled_from([each.value for each in Outcome]), hours_of_rest, max_size=2)
            },
        ),
        "refusal_rest_days": st.one_of(st.integers(1, 5), st.just("until_asked")),
        "ring_seconds": st.sampled_from([10, 25, 30, 35]),
        "caller_id": st.fixed_dictionaries(
            {}, optional={"standings": st.sampled_from([["owned"], [Standing.OWNED.value, "verified"]])}
        ),
        "data_max_age_days": st.sampled_from([1, 2, 100, 366]),
        "gates": st.lists(gates, max_size=2),
        "without_gates": st.lists(st.sampled_from([{"kind": "consent"}, {"kind": "register"}]), max_size=1),
    }
    names = draw(st.lists(st.sampled_from(sorted(some)), max_size=3, unique=True))
    chosen = {name: draw(some[name]) for name in names}
    if set(chosen.get("days_with_calls", ())) & set(chosen.get("days_without_calls", ())):
        del chosen["days_with_calls"]
    return chosen


def resolved(country: Policy, controllers: dict[str, Any], campaigns: dict[str, Any]) -> Policy:
    """The policy under both; what is refused is no policy to test."""
    try:
        below = overridden(country, country, controllers, "controller", "acme")
        return overridden(below, country, campaigns, "campaign", "spring")
    except Loosening:
        event("refused as a loosening")
    except ValueError:  # it goes without a gate that is not there
        event("refused as not fitting")
    assume(False)
    raise AssertionError


def assert_nothing_is_opened(facts: CallFacts, country: Policy, policy: Policy) -> None:
    ruling, of_country = policy.in_force(facts.now), country.in_force(facts.now)
    assert ruling.ring_timeout <= of_country.ring_timeout
    under_overrides, under_country = decide(facts, policy).verdicts, decide(facts, country).verdicts
    for own, countrys in zip(under_overrides, under_country, strict=True):  # rule by rule, so for the whole too
        if countrys.reason is not None:
            event(f"refused by {countrys.rule}")
            assert own.reason is not None, countrys


@given(st.data(), likely_permits())
def test_without_an_approval_no_call_is_permitted_that_the_country_refuses(
    data: st.DataObject, case: tuple[CallFacts, Policy]
) -> None:
    facts, country = case
    policy = resolved(country, data.draw(overrides(country, facts.now)), data.draw(overrides(country, facts.now)))

    assert_nothing_is_opened(facts, country, policy)


@given(st.data(), likely_permits())
def test_whatever_was_approved_no_call_is_permitted_that_law_refuses(
    data: st.DataObject, case: tuple[CallFacts, Policy]
) -> None:
    facts, country = case
    law = policy_from_text(policy_to_text(country).replace('"basis":"recommended"', '"basis":"law"'))
    approved = {"reasons": dict.fromkeys(LOOSENABLE, APPROVED)}
    policy = resolved(
        law, data.draw(overrides(law, facts.now)) | approved, data.draw(overrides(law, facts.now)) | approved
    )

    assert_nothing_is_opened(facts, law, policy)
