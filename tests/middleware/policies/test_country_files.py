"""The countries that ship: their figures, their gates, and their days without calls against the law's own dates."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    Basis,
    CalendarSpan,
    CalleeFacts,
    GateKind,
    LegalForm,
    Origin,
    Policy,
    Reason,
    Scope,
    Subject,
)
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.builders import some_campaign, some_facts, some_number, utc, windows

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
B2B, B2C = Audience.B2B, Audience.B2C
OFFICE, LONG_DAY = "09:00-17:00", "09:00-20:00"


def policy_of(country: str, audience: Audience = B2B) -> Policy:
    policy = BOOK.resolve(country, audience, {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy


def test_every_file_that_ships_is_usable() -> None:
    assert BOOK.problems() == ()
    assert BOOK.countries() == tuple(
        "AT AU BE CA CH CZ DE DK ES FI FR GB IE IT LU NL NO PL PT SE US".split()  # noqa: SIM905
    )


@pytest.mark.parametrize(
    ("country", "audience", "weekdays", "saturday", "basis"),
    [
        ("DK", B2B, OFFICE, None, Basis.RECOMMENDED),
        ("DK", B2C, LONG_DAY, None, Basis.RECOMMENDED),
        ("SE", B2B, OFFICE, None, Basis.RECOMMENDED),
        ("SE", B2C, LONG_DAY, None, Basis.RECOMMENDED),
        ("DE", B2B, "08:00-20:00", "09:00-18:00", Basis.CODE),
        ("DE", B2C, "08:00-20:00", "09:00-18:00", Basis.CODE),
        ("BE", B2B, OFFICE, None, Basis.RECOMMENDED),
        ("BE", B2C, LONG_DAY, None, Basis.RECOMMENDED),
        ("NL", B2B, OFFICE, None, Basis.RECOMMENDED),
        ("NL", B2C, "09:00-22:00", "10:00-16:00", Basis.CODE),
    ],
)
def test_hours(country: str, audience: Audience, weekdays: str, saturday: str | None, basis: Basis) -> None:
    hours = policy_of(country, audience).hours

    assert hours.week[:5] == (windows(weekdays),) * 5
    assert hours.week[5:] == (windows(saturday) if saturday else (), ())
    assert hours.origin.basis is basis
    assert hours.origin.set_by == f"country {country}"


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("country", ["DK", "SE", "DE", "BE", "NL"])
def test_everywhere_four_attempts_in_thirty_days_and_a_day_between_them(country: str, audience: Audience) -> None:
    policy = policy_of(country, audience)

    cap = policy.caps[0]
    assert (cap.count, cap.window, cap.subject, cap.scope) == (4, timedelta(days=30), Subject.NUMBER, Scope.CONTROLLER)
    assert cap.origin.basis is Basis.RECOMMENDED
    assert policy.spacing.default == timedelta(hours=24)
    assert not policy.spacing.by_outcome


def test_germanys_code_has_further_caps() -> None:
    caps = [(cap.count, cap.window, cap.calendar, cap.scope, cap.origin.basis) for cap in policy_of("DE").caps[1:]]

    assert caps == [
        (3, None, CalendarSpan.DAY, Scope.CONTROLLER, Basis.CODE),
        (15, None, CalendarSpan.WEEK, Scope.CONTROLLER, Basis.CODE),
        (30, None, None, Scope.CAMPAIGN, Basis.CODE),
    ]


@pytest.mark.parametrize(
    ("country", "seconds", "basis"),
    [
        ("DK", 30, Basis.RECOMMENDED),
        ("SE", 30, Basis.RECOMMENDED),
        ("DE", 40, Basis.CODE),
        ("BE", 35, Basis.RECOMMENDED),
        ("NL", 30, Basis.RECOMMENDED),
    ],
)
def test_ringing(country: str, seconds: int, basis: Basis) -> None:
    policy = policy_of(country)

    assert policy.ring_timeout == timedelta(seconds=seconds)
    assert policy.ring_origin.basis is basis


DOCUMENTED, CONSENT, REGISTER = GateKind.DOCUMENTED_BASIS, GateKind.CONSENT, GateKind.REGISTER
PROSPECT = GateKind.PROSPECT_REASON


@pytest.mark.parametrize(
    ("country", "audience", "gates"),
    [
        ("DK", B2B, {(DOCUMENTED, None, None), (REGISTER, "dk_robinson", 90)}),
        ("DK", B2C, {(CONSENT, None, None)}),
        ("SE", B2B, {(DOCUMENTED, None, None)}),
        ("SE", B2C, {(DOCUMENTED, None, None), (REGISTER, "se_nix", 60)}),
        ("DE", B2B, {(DOCUMENTED, None, None), (PROSPECT, None, None)}),
        ("DE", B2C, {(CONSENT, None, None)}),
        ("BE", B2B, {(DOCUMENTED, None, None), (REGISTER, "be_dncm", 5)}),
        ("BE", B2C, {(DOCUMENTED, None, None), (REGISTER, "be_dncm", 5)}),
        ("NL", B2B, {(DOCUMENTED, None, None), (CONSENT, None, None)}),
        ("NL", B2C, {(CONSENT, None, None)}),
    ],
)
def test_gates(country: str, audience: Audience, gates: set[tuple[GateKind, str | None, int | None]]) -> None:
    found = policy_of(country, audience).in_force(utc("2026-11-25 12:00")).gates

    assert {(gate.kind, gate.register, gate.valid_for and gate.valid_for.days) for gate in found} == gates


@pytest.mark.parametrize(
    ("country", "audience", "form", "reasons"),
    [
        ("DK", B2B, LegalForm.UNKNOWN, [Reason.REGISTER_NOT_WASHED]),
        ("DK", B2B, LegalForm.LEGAL_PERSON, []),
        ("DK", B2B, LegalForm.SOLE_TRADER, [Reason.REGISTER_NOT_WASHED]),
        ("DK", B2C, LegalForm.UNKNOWN, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("SE", B2B, LegalForm.SOLE_TRADER, []),
        ("SE", B2C, LegalForm.UNKNOWN, [Reason.REGISTER_NOT_WASHED]),
        ("DE", B2B, LegalForm.LEGAL_PERSON, [Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING]),
        ("DE", B2C, LegalForm.UNKNOWN, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("BE", B2B, LegalForm.LEGAL_PERSON, [Reason.REGISTER_NOT_WASHED]),
        ("NL", B2B, LegalForm.LEGAL_PERSON, []),
        ("NL", B2B, LegalForm.SOLE_TRADER, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("NL", B2B, LegalForm.PARTNERSHIP, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("NL", B2B, LegalForm.UNKNOWN, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("NL", B2C, LegalForm.LEGAL_PERSON, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
    ],
)
def test_a_cold_call_on_a_working_morning(
    country: str, audience: Audience, form: LegalForm, reasons: list[Reason]
) -> None:
    facts = some_facts(
        now=utc("2026-03-04 09:00"),
        number=some_number(country=country, zones=["Europe/Brussels"]),
        campaign=some_campaign(audience=audience),
        callee=CalleeFacts(legal_form=form),
    )

    decision = decide(facts, policy_of(country, audience))

    assert [verdict.reason for verdict in decision.refusals] == reasons


def test_the_dutch_code_closes_early_on_three_evenings_and_only_towards_consumers() -> None:
    half_past_six = 18 * 60 + 30

    closings = policy_of("NL", B2C).hours.early_closings
    assert closings == {"05-04": half_past_six, "12-05": half_past_six, "12-24": half_past_six}
    assert not policy_of("NL", B2B).hours.early_closings


# Easter Sunday falls on 5 April 2026, 28 March 2027 and 16 April 2028.
@pytest.mark.parametrize(
    ("country", "closed"),
    [
        (
            "DK",
            "2026-01-01 2026-04-02 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-06-05 2026-12-24 "
            "2026-12-25 2026-12-31 2027-03-25 2027-03-26 2027-03-29 2027-05-06 2027-05-17 2028-04-13 2028-04-14 "
            "2028-04-17 2028-05-25 2028-06-05 2028-12-26",
        ),
        (
            "SE",
            "2026-01-01 2026-01-06 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-06-19 2026-12-24 2026-12-25 "
            "2026-12-31 2027-01-06 2027-03-26 2027-03-29 2027-05-06 2027-06-25 2028-04-14 2028-04-17 2028-05-25 "
            "2028-06-06 2028-06-23",
        ),
        (
            "DE",
            "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-10-03 2026-12-25 2026-12-26 "
            "2027-03-26 2027-03-29 2027-05-06 2027-05-17 2028-04-14 2028-04-17 2028-05-01 2028-05-25 2028-06-05",
        ),
        (
            "BE",
            "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-15 2026-05-25 2026-07-21 2026-08-15 "
            "2026-11-11 2026-12-25 2027-03-29 2027-05-06 2027-05-07 2027-07-21 2027-11-01 2028-05-26 2028-06-05",
        ),
        (
            "NL",
            "2026-01-01 2026-04-03 2026-04-06 2026-04-27 2026-05-05 2026-05-14 2026-05-25 2026-12-25 2027-03-29 "
            "2027-04-27 2027-05-05 2027-05-06 2028-04-17 2028-04-27 2028-05-05 2028-06-05",
        ),
    ],
)
def test_days_without_calls(country: str, closed: str) -> None:
    holidays = policy_of(country).hours.holidays

    assert {date.fromisoformat(day) for day in closed.split()} <= holidays


@pytest.mark.parametrize(
    ("country", "working"),
    [
        ("DK", "2026-05-15 2027-04-23 2028-05-12"),  # the last two would be great prayer day, abolished in 2024
        ("SE", "2026-04-02 2026-05-15 2026-05-25 2026-06-05"),
        ("DE", "2026-01-06 2026-06-04 2026-08-15 2026-10-31 2026-11-01 2026-12-24 2026-12-31"),
        ("BE", "2026-04-02 2026-07-11 2026-09-27 2026-12-24"),
        ("NL", "2026-04-02 2026-05-01 2026-05-04 2026-05-15 2026-12-24 2026-12-31"),
    ],
)
def test_days_that_are_ordinary(country: str, working: str) -> None:
    holidays = policy_of(country).hours.holidays

    assert not {date.fromisoformat(day) for day in working.split()} & holidays


def test_the_years_that_somebody_checked_end_the_calendar() -> None:
    for country in BOOK.countries():
        hours = policy_of(country).hours
        assert (hours.calendar_from, hours.calendar_until) == (date(2026, 1, 1), date(2028, 12, 31))


def test_every_figure_names_its_source() -> None:
    for country in BOOK.countries():
        for audience in Audience:
            origins = [origin for segment in segments(policy_of(country, audience)) for origin in origins_of(segment)]
            assert len(origins) >= 12
            assert all(origin.source and origin.set_by == f"country {country}" for origin in origins)


def segments(policy: Policy) -> Iterator[Policy]:
    """The policy, and what it changes to."""
    yield policy
    if policy.successor is not None:
        yield from segments(policy.successor)


def origins_of(part: object) -> Iterator[Origin]:
    """Every origin that stands in a policy, but in its successor."""
    if isinstance(part, Origin):
        yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from origins_of(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from origins_of(value)
    elif is_dataclass(part):
        for field in fields(part):
            if field.name != "successor":
                yield from origins_of(getattr(part, field.name))


def test_what_research_did_not_find_is_shown_to_the_administrator() -> None:
    assert "b2b and b2c hours: No statute or code on hours was found." in BOOK.undecided("DK")
    assert any("tightened in 2016" in sentence for sentence in BOOK.undecided("DE"))
    assert BOOK.undecided("QQ") == ()
