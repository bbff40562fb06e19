"""What a controller or campaign may change without asking: towards fewer, shorter and rarer calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from middleware.decision.model import (
    Basis,
    CalendarSpan,
    GateKind,
    NumberKind,
    Outcome,
    Scope,
    Standing,
    Subject,
)
from middleware.encoding import digest_of
from middleware.policies.loosening import Loosening
from tests.builders import a_register_gate, windows
from tests.overriding import COUNTRY, DAY, HOUR, binding, by, by_campaign, by_controller

LAW = binding(COUNTRY, Basis.LAW)


def test_without_overrides_the_countrys_figures_and_their_origins_stand() -> None:
    policy = by_campaign({})

    assert policy == replace(COUNTRY, digest=policy.digest)


def test_a_campaigns_hours_replace_the_countrys_and_name_the_campaign() -> None:
    policy = by_campaign({"hours": {"mon-thu": ["10:00-12:00", "14:00-16:00"]}}, LAW)

    assert policy.hours.week == (windows("10:00-12:00", "14:00-16:00"),) * 4 + ((),) * 3
    assert policy.hours.origin.set_by == "campaign spring"
    assert policy.hours.origin.basis is Basis.RECOMMENDED
    assert policy.hours.origin.loosens == ""
    assert policy.hours.holidays_origin == LAW.hours.holidays_origin


def test_a_stricter_figure_still_tells_how_binding_the_one_behind_it_is() -> None:
    source = by_campaign({"ring_seconds": 20}, LAW).ring_origin.source

    assert source == "The campaign's own figure, stricter than 30 seconds (law, country DK: A source)."


def test_a_campaigns_days_without_calls_are_added_and_the_countrys_stay_as_binding_as_they_were() -> None:
    policy = by_campaign({"days_without_calls": ["2026-07-15"]}, LAW)

    assert policy.hours.holidays == LAW.hours.holidays | {date(2026, 7, 15)}
    origin = policy.hours.holidays_origin
    assert (origin.basis, origin.set_by) == (Basis.LAW, "country DK, campaign spring")
    assert origin.source == "A source. The campaign's own days without calls: 2026-07-15."


def test_a_campaigns_early_closings_are_added() -> None:
    country = replace(COUNTRY, hours=replace(COUNTRY.hours, early_closings={"12-24": 12 * 60}))

    policy = by_campaign({"early_closings": {"12-24": "11:00", "12-31": "13:30"}}, country)

    assert policy.hours.early_closings == {"12-24": 11 * 60, "12-31": 13 * 60 + 30}
    with pytest.raises(Loosening, match="early_closings on 12-24 may be at 12:00 or earlier"):
        by_campaign({"early_closings": {"12-24": "12:01"}}, country)


def test_a_campaigns_caps_are_added_and_count_its_own_attempts_unless_said_otherwise() -> None:
    own = {"count": 2, "within_days": 14}
    person = {"count": 6, "within_days": "ever", "subject": "person", "scope": "controller"}
    daily = {"count": 1, "per": "day"}

    policy = by_campaign({"caps": [own, person, daily]})

    assert policy.caps[: len(COUNTRY.caps)] == COUNTRY.caps
    added = policy.caps[len(COUNTRY.caps) :]
    assert [(cap.count, cap.window, cap.calendar, cap.subject, cap.scope) for cap in added] == [
        (2, 14 * DAY, None, Subject.NUMBER, Scope.CAMPAIGN),
        (6, None, None, Subject.PERSON, Scope.CONTROLLER),
        (1, None, CalendarSpan.DAY, Subject.NUMBER, Scope.CAMPAIGN),
    ]
    assert {cap.origin.set_by for cap in added} == {"campaign spring"}


def test_a_lower_cap_of_the_same_kind_stands_beside_the_countrys() -> None:
    policy = by_campaign({"caps": [{"count": 3, "within_days": 30, "scope": "controller"}]}, LAW)

    assert [(cap.count, cap.origin.basis) for cap in policy.caps] == [(4, Basis.LAW), (3, Basis.RECOMMENDED)]


def test_more_hours_between_attempts_hold_after_every_outcome() -> None:
    policy = by_campaign({"spacing": {"hours": 48}})

    assert policy.spacing.default == 48 * HOUR
    assert policy.spacing.by_outcome == {Outcome.BUSY: 48 * HOUR}


def test_an_outcome_may_have_its_own_rest_at_least_as_long_as_the_countrys() -> None:
    given = {"spacing": {"hours": 48, "after": {"busy": 3, "rejected": 720}}}

    policy = by_campaign(given)

    assert policy.spacing.by_outcome == {Outcome.BUSY: 3 * HOUR, Outcome.REJECTED: 720 * HOUR}


@pytest.mark.parametrize(("given", "span"), [(61, 61 * DAY), ("until_asked", None)])
def test_who_declined_may_be_left_alone_for_longer(given: object, span: timedelta | None) -> None:
    rest = by_campaign({"refusal_rest_days": given}).refusal_rest

    assert rest is not None
    assert (rest.span, rest.origin.set_by) == (span, "campaign spring")


def test_a_shorter_ringing_is_the_campaigns() -> None:
    policy = by_campaign({"ring_seconds": 20})

    assert policy.ring_timeout == timedelta(seconds=20)
    assert policy.ring_origin.set_by == "campaign spring"


def test_a_call_may_have_to_ring_for_a_while() -> None:
    policy = by_campaign({"ring_at_least_seconds": 15})

    assert policy.ring_at_least == timedelta(seconds=15)
    assert policy.ring_at_least_origin is not None
    assert policy.ring_at_least_origin.set_by == "campaign spring"


def test_a_campaign_may_show_fewer_numbers_than_the_country_allows() -> None:
    bar = {"country": "DK", "kinds": ["mobile"], "except_prefixes": ["+4570"]}

    rules = by_campaign({"caller_id": {"standings": ["owned"], "needs_directory": True, "bars": [bar]}}).caller_id

    assert rules is not None
    assert rules.standings == {Standing.OWNED}
    assert rules.needs_directory
    (barred,) = rules.bars
    assert (barred.country, barred.kinds) == ("DK", frozenset({NumberKind.MOBILE}))
    assert barred.except_prefixes == ("+4570",)
    assert barred.origin.set_by == rules.origin.set_by == "campaign spring"


def test_a_bar_of_the_campaigns_own_leaves_the_origin_of_the_other_figures() -> None:
    rules = by_campaign({"caller_id": {"bars": [{"country": "DK"}]}}).caller_id

    assert rules is not None
    assert COUNTRY.caller_id is not None
    assert rules.origin == COUNTRY.caller_id.origin


def test_a_campaign_may_want_records_checked_more_often() -> None:
    data = by_campaign({"data_max_age_days": 180}).data

    assert data is not None
    assert COUNTRY.data is not None
    assert (data.max_age, data.age.set_by) == (180 * DAY, "campaign spring")
    assert data.source == COUNTRY.data.source


def test_a_campaign_closes_prefixes_of_its_own_once_each() -> None:
    policy = by_campaign({"closed_prefixes": ["+4590", "+4591", "+4590"]})

    assert [entry.prefix for entry in policy.closed_prefixes] == ["+4590", "+4591"]


def test_a_campaign_asks_for_consent_and_a_wash_beyond_what_the_country_asks() -> None:
    wash = {"kind": "register", "register": "dk_robinson", "valid_for_days": 30, "except_legal_forms": ["legal_person"]}

    policy = by_campaign({"gates": [{"kind": "consent", "except_customers_days": 30}, wash]})

    assert policy.gates[: len(COUNTRY.gates)] == COUNTRY.gates
    consent, register = policy.gates[len(COUNTRY.gates) :]
    assert (consent.kind, consent.origin.set_by) == (GateKind.CONSENT, "campaign spring")
    assert consent.except_customers_for == 30 * DAY
    assert (register.register, register.valid_for) == ("dk_robinson", 30 * DAY)


def test_a_fresher_wash_stands_beside_the_countrys() -> None:
    country = replace(LAW, gates=(replace(a_register_gate("be_dncm", 5 * DAY), origin=by(Basis.LAW)),))

    policy = by_campaign({"gates": [{"kind": "register", "register": "be_dncm", "valid_for_days": 2}]}, country)

    assert [(gate.valid_for, gate.origin.basis) for gate in policy.gates] == [
        (5 * DAY, Basis.LAW),
        (2 * DAY, Basis.RECOMMENDED),
    ]


def test_a_controllers_figures_hold_for_the_campaign_which_may_tighten_them_further() -> None:
    below = by_controller({"ring_seconds": 25, "spacing": {"hours": 36}})

    policy = by_campaign({"ring_seconds": 20}, below=below)

    assert policy.spacing.default == 36 * HOUR
    assert policy.spacing.origin.set_by == "controller acme"
    assert (policy.ring_timeout, policy.ring_origin.set_by) == (timedelta(seconds=20), "campaign spring")


def test_the_digest_is_that_of_the_changed_figures() -> None:
    policy = by_campaign({"ring_seconds": 20})

    assert policy.digest == digest_of(policy)
    assert policy.digest != by_campaign({"ring_seconds": 21}).digest


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"houres": {}}, "houres: is no key that is known here"),
        ({"hours": {"someday": []}}, "names no days"),
        ({"hours": "09:00-17:00"}, "hours: must hold keys and values"),
        ({"caps": [{"count": 0, "within_days": 1}]}, r"caps\.0\.count"),
        ({"caps": [{"count": 1}]}, r"caps\.0: give either within_days"),
        ({"caps": [{"count": 1, "within_days": 1, "per": "day"}]}, r"caps\.0: give either within_days"),
        ({"caps": [{"count": 1, "per": "day", "subject": "prefix"}]}, r"caps\.0\.subject: must be number, person"),
        ({"ring_seconds": "20"}, "ring_seconds: must be a whole number"),
        ({"spacing": {"after": {"sleepy": 1}}}, "spacing.after"),
        ({"days_without_calls": ["tomorrow"]}, r"days_without_calls\.0"),
        ({"days_without_calls": ["2026-07-15"], "days_with_calls": ["2026-07-15"]}, "a day stands both in"),
        ({"early_closings": {"24 Dec": "12:00"}}, "early_closings: '24 Dec' is no day of the year"),
        ({"early_closings": {"12-24": "noon"}}, "early_closings: 'noon' is no time of day"),
        ({"refusal_rest_days": 0}, "refusal_rest_days: must be a whole number of days, 1 to 3660, or until_asked"),
        ({"refusal_rest_days": None}, "refusal_rest_days: must be a whole number of days"),
        ({"caller_id": {"standings": ["unknown"]}}, r"caller_id\.standings: must be owned or verified"),
        ({"closed_prefixes": ["4590"]}, r"closed_prefixes\.0"),
        ({"gates": [{"kind": "register"}]}, r"gates\.0: register and valid_for_days"),
        ({"gates": [{"kind": "consent", "except_legal_forms": ["unknown"]}]}, "what is not known takes the stricter"),
        ({"reasons": {"hours": {"reason": "r", "approved_by": "me"}}}, r"reasons\.hours\.approved_on: is missing"),
        ({"reasons": {"hours": {"reason": " ", "approved_by": "me", "approved_on": "2026-01-01"}}}, "reasons.hours"),
        ({"reasons": {"holidays": {}}}, "reasons.holidays"),
    ],
)
def test_overrides_that_cannot_be_read_are_refused_with_their_place(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        by_campaign(given)
