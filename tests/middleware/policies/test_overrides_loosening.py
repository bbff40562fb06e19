"""What loosens: law never, the rest with a reason, an approver and a date; and that it stays visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from middleware.decision.model import Basis, Gate, GateKind, LegalForm, Policy, Standing
from middleware.policies.loosening import Loosenable, Loosening
from tests.builders import a_register_gate
from tests.overriding import APPROVED, COUNTRY, DAY, HOUR, binding, by, by_campaign, by_controller

CLOSED = date(2026, 6, 5)
CODE = binding(
    replace(
        COUNTRY,
        hours=replace(COUNTRY.hours, holidays=frozenset({CLOSED, date(2026, 12, 24)})),
        gates=(a_register_gate("be_dncm", 5 * DAY),),
        ring_at_least=timedelta(seconds=15),
        ring_at_least_origin=by(Basis.CODE),
    ),
    Basis.CODE,
)
LAW = replace(binding(CODE, Basis.LAW), ring_at_least_origin=by(Basis.LAW))
WASH = {"kind": "register", "register": "be_dncm", "valid_for_days": 10}

# key of the approval, what is given, what the refusal says of the limit
LOOSENINGS: list[tuple[str, dict[str, Any], str]] = [
    ("hours", {"hours": {"mon": ["08:00-10:00"]}}, "hours on mon are 08:00-10:00 and may lie only within 09:00-12:00"),
    ("hours", {"hours": {"fri": ["11:00-14:00"]}}, "hours on fri"),
    ("hours", {"hours": {"sun": ["09:00-14:00"]}}, "hours on sun"),
    ("days_with_calls", {"days_with_calls": ["2026-06-05"]}, "nobody is called on 2026-06-05"),
    (
        "caps",
        {"caps": [{"count": 5, "within_days": 30, "scope": "controller"}]},
        "at most 4 are allowed where 5 are asked",
    ),
    ("spacing", {"spacing": {"hours": 23}}, "spacing.hours must be at least 24"),
    ("spacing", {"spacing": {"after": {"busy": 1}}}, "spacing.after.busy must be at least 2"),
    ("spacing", {"spacing": {"after": {"rejected": 12}}}, "spacing.after.rejected must be at least 24"),
    ("refusal_rest_days", {"refusal_rest_days": 59}, "refusal_rest_days must be at least 60 days"),
    ("ring_seconds", {"ring_seconds": 31}, "ring_seconds may be at most 30"),
    ("ring_at_least_seconds", {"ring_at_least_seconds": 14}, "ring_at_least_seconds must be at least 15"),
    ("data_max_age_days", {"data_max_age_days": 366}, "data_max_age_days may be at most 365"),
    ("gates", {"gates": [WASH]}, "gates may be at most 5 days"),
    (
        "without_gates",
        {"without_gates": [{"kind": "register", "register": "be_dncm"}]},
        "a wash against be_dncm, at most 5 days old is asked for",
    ),
]


@pytest.mark.parametrize(("key", "given", "limit"), LOOSENINGS)
def test_what_law_says_is_loosened_by_nobody_whatever_was_approved(key: str, given: dict[str, Any], limit: str) -> None:
    with pytest.raises(Loosening, match=limit) as refusal:
        by_campaign({**given, "reasons": {key: APPROVED}}, LAW)

    assert "is law and cannot be loosened" in str(refusal.value)


@pytest.mark.parametrize(("key", "given", "limit"), LOOSENINGS)
def test_what_is_no_law_is_not_loosened_in_silence_either(key: str, given: dict[str, Any], limit: str) -> None:
    with pytest.raises(Loosening, match=limit) as refusal:
        by_campaign(given, CODE)

    assert "(code, country DK)" in str(refusal.value)
    assert f"add reasons.{key} with reason, approved_by and approved_on" in str(refusal.value)


@pytest.mark.parametrize(("key", "given", "_limit"), LOOSENINGS)
def test_the_approval_of_one_figure_opens_no_other(key: str, given: dict[str, Any], _limit: str) -> None:
    others = {each: APPROVED for each, _, _ in LOOSENINGS if each != key}

    with pytest.raises(Loosening, match=f"add reasons.{key}"):
        by_campaign({**given, "reasons": others}, CODE)


@pytest.mark.parametrize(("key", "given", "_limit"), LOOSENINGS)
def test_with_an_approval_it_rules_and_shows_what_it_loosens_why_and_by_whom(
    key: str, given: dict[str, Any], _limit: str
) -> None:
    policy = by_campaign({**given, "reasons": {key: APPROVED}}, CODE)

    (origin,) = [each for each in origins_of(policy) if each.loosens]
    assert origin.set_by.endswith("campaign spring")
    assert "(code, country DK: A source)" in origin.loosens
    assert "; approved by J. Jensen on 2026-11-02, because: the branch works early" in origin.loosens


def test_everything_that_can_be_loosened_is_tried_here() -> None:
    assert {key for key, _, _ in LOOSENINGS} | {"caller_id"} == set(get_args(Loosenable))


def origins_of(policy: Policy) -> list[Any]:
    assert policy.refusal_rest is not None
    assert policy.caller_id is not None
    assert policy.data is not None
    return [
        policy.hours.origin,
        policy.hours.holidays_origin,
        *(cap.origin for cap in policy.caps),
        policy.spacing.origin,
        *(gate.origin for gate in policy.gates),
        policy.ring_origin,
        policy.ring_at_least_origin,
        policy.refusal_rest.origin,
        policy.caller_id.origin,
        policy.data.age,
    ]


def test_approved_figures_replace_the_countrys() -> None:
    reasons = dict.fromkeys((key for key, _, _ in LOOSENINGS), APPROVED)

    policy = by_campaign(
        {
            "hours": {"mon": ["08:00-18:00"]},
            "days_with_calls": ["2026-06-05"],
            "caps": [{"count": 6, "within_days": 30, "scope": "controller"}],
            "spacing": {"hours": 12},
            "refusal_rest_days": 30,
            "ring_seconds": 40,
            "ring_at_least_seconds": 10,
            "data_max_age_days": 400,
            "gates": [WASH],
            "reasons": reasons,
        },
        CODE,
    )

    assert policy.hours.week[0][0].opens == 8 * 60
    assert policy.hours.holidays == {date(2026, 12, 24)}
    assert policy.hours.holidays_origin.basis is Basis.CODE
    assert [cap.count for cap in policy.caps] == [6]
    assert policy.spacing.default == 12 * HOUR
    assert policy.refusal_rest is not None
    assert policy.refusal_rest.span == 30 * DAY
    assert (policy.ring_timeout, policy.ring_at_least) == (timedelta(seconds=40), timedelta(seconds=10))
    assert policy.data is not None
    assert policy.data.max_age == 400 * DAY
    assert [gate.valid_for for gate in policy.gates] == [10 * DAY]


def test_a_gate_that_is_dropped_stays_to_be_seen_and_asks_nobody() -> None:
    policy = by_campaign({"without_gates": [{"kind": "register"}], "reasons": {"without_gates": APPROVED}}, CODE)

    (gate,) = policy.gates
    assert gate.except_legal_forms == frozenset(LegalForm)
    assert gate.origin.loosens.startswith("a wash against be_dncm, at most 5 days old (code, country DK")


def test_a_gate_that_is_not_there_cannot_be_gone_without() -> None:
    with pytest.raises(ValueError, match="there is no gate consent to go without"):
        by_campaign({"without_gates": [{"kind": "consent"}], "reasons": {"without_gates": APPROVED}}, CODE)


@pytest.mark.parametrize("kind", [GateKind.CONSENT, GateKind.DOCUMENTED_BASIS])
def test_consent_and_a_documented_basis_that_law_asks_for_are_never_gone_without(kind: GateKind) -> None:
    country = replace(CODE, gates=(Gate(kind, by(Basis.LAW)),))

    with pytest.raises(Loosening, match="is law"):
        by_campaign({"without_gates": [{"kind": kind.value}], "reasons": {"without_gates": APPROVED}}, country)


@pytest.mark.parametrize(
    "given", [{"standings": ["owned", "verified"]}, {"needs_directory": False}], ids=["standing", "directory"]
)
def test_what_the_number_shown_must_be_is_loosened_with_an_approval_alone(given: dict[str, Any]) -> None:
    assert CODE.caller_id is not None
    strict = replace(CODE.caller_id, standings=frozenset({Standing.OWNED}), needs_directory=True)
    country = replace(CODE, caller_id=strict)
    law = replace(CODE, caller_id=replace(strict, origin=by(Basis.LAW)))

    for refusing, reasons in ((country, {}), (law, {"caller_id": APPROVED})):
        with pytest.raises(Loosening):
            by_campaign({"caller_id": given, "reasons": reasons}, refusing)
    rules = by_campaign({"caller_id": given, "reasons": {"caller_id": APPROVED}}, country).caller_id

    assert rules is not None
    assert "owned; listed in the public directory (code" in rules.origin.loosens


def test_nothing_rings_for_less_than_it_has_to() -> None:
    with pytest.raises(Loosening, match="ring_seconds must be at least 15 seconds"):
        by_campaign({"ring_seconds": 14}, LAW)


def test_a_campaign_undoes_what_its_controller_tightened_with_an_approval_alone() -> None:
    below = by_controller({"ring_seconds": 20}, LAW)

    with pytest.raises(Loosening, match=r"may be at most 20 seconds \(recommended, controller acme\)"):
        by_campaign({"ring_seconds": 25}, LAW, below)
    policy = by_campaign({"ring_seconds": 25, "reasons": {"ring_seconds": APPROVED}}, LAW, below)

    assert policy.ring_timeout == timedelta(seconds=25)
    assert policy.ring_origin.loosens.startswith("20 seconds (recommended, controller acme")


def test_where_its_controller_tightened_a_campaign_goes_back_to_the_countrys_figure_and_no_further() -> None:
    below = by_controller({"ring_seconds": 20}, CODE)
    reasons = {"ring_seconds": APPROVED}

    assert by_campaign({"ring_seconds": 30, "reasons": reasons}, CODE, below).ring_timeout == timedelta(seconds=30)
    with pytest.raises(Loosening, match="goes back as far as that and no further"):
        by_campaign({"ring_seconds": 31, "reasons": reasons}, CODE, below)


def test_what_its_controller_loosened_a_campaign_may_use_and_tighten_and_it_still_shows() -> None:
    below = by_controller({"spacing": {"hours": 12}, "reasons": {"spacing": APPROVED}}, CODE)

    same, tighter = (by_campaign(given, CODE, below) for given in ({}, {"spacing": {"hours": 18}}))

    assert same.spacing.origin == below.spacing.origin
    assert tighter.spacing.origin.set_by == "campaign spring"
    assert tighter.spacing.origin.loosens == below.spacing.origin.loosens != ""
    assert by_campaign({"spacing": {"hours": 24}}, CODE, below).spacing.origin.loosens == ""


def test_what_its_controller_loosened_a_campaign_loosens_further_with_an_approval_of_its_own() -> None:
    below = by_controller({"spacing": {"hours": 12}, "reasons": {"spacing": APPROVED}}, CODE)

    with pytest.raises(Loosening, match=r"add reasons\.spacing"):
        by_campaign({"spacing": {"hours": 6}}, CODE, below)
    policy = by_campaign({"spacing": {"hours": 6}, "reasons": {"spacing": APPROVED}}, CODE, below)

    assert policy.spacing.origin.loosens.startswith("24 hours; after busy 2 hours (code, country DK")


def test_days_that_are_opened_on_two_levels_are_all_told() -> None:
    reasons = {"days_with_calls": APPROVED}
    below = by_controller({"days_with_calls": ["2026-06-05"], "reasons": reasons}, CODE)

    policy = by_campaign({"days_with_calls": ["2026-12-24"], "reasons": reasons}, CODE, below)

    assert policy.hours.holidays == frozenset()
    assert policy.hours.holidays_origin.set_by == "country DK, controller acme, campaign spring"
    for day in ("2026-06-05", "2026-12-24"):
        assert f"no calls on {day} (code" in policy.hours.holidays_origin.loosens


# the French consumer hours: ours until the law's come, at midnight in Paris
CHANGES_AT = datetime(2026, 8, 10, 22, tzinfo=UTC)
CHANGING = replace(CODE, changes_at=CHANGES_AT, successor=replace(LAW, ring_timeout=timedelta(seconds=25)))


def test_overrides_hold_before_and_after_a_change_of_the_law() -> None:
    policy = by_campaign({"ring_seconds": 20, "spacing": {"hours": 48}}, CHANGING)

    assert policy.successor is not None
    for figures in (policy, policy.successor):
        assert (figures.ring_timeout, figures.spacing.default) == (timedelta(seconds=20), 48 * HOUR)
    assert "30 seconds (code" in policy.ring_origin.source
    assert "25 seconds (law" in policy.successor.ring_origin.source


def test_what_a_change_of_the_law_will_forbid_is_refused_with_the_day_on_which_it_comes() -> None:
    given = {"ring_seconds": 28, "reasons": {"ring_seconds": APPROVED}}

    with pytest.raises(Loosening, match=r"^from 2026-08-11 on, ring_seconds may be at most 25 seconds, which is law"):
        by_campaign(given, CHANGING)


def test_what_is_refused_until_a_change_of_the_law_names_that_day() -> None:
    with pytest.raises(Loosening, match=r"^until 2026-08-11, ring_seconds may be at most 30 seconds"):
        by_campaign({"ring_seconds": 31}, CHANGING)
