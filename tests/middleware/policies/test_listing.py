"""Every figure of a policy has its words and its origin, and what was loosened is told once."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from middleware.decision.model import (
    Audience,
    Basis,
    CalendarSpan,
    CallerIdBar,
    Cap,
    Gate,
    GateKind,
    LegalForm,
    NumberKind,
    Origin,
    Outcome,
    Policy,
    RegionalHours,
    Scope,
    Subject,
)
from middleware.policies.book import PolicyBook
from middleware.policies.listing import figures_of, loosened_figures
from middleware.policies.wording import (
    NOBODY,
    bar_in_words,
    cap_in_words,
    gate_in_words,
    rests_in_words,
    span_in_words,
    week_in_words,
)
from middleware.settings import REPOSITORY
from tests.builders import ORIGIN, a_register_gate, some_hours, some_policy, some_week
from tests.overriding import APPROVED, COUNTRY, by_campaign

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def origins_in(value: Any) -> set[Origin]:
    """Every origin that stands anywhere in a value."""
    if isinstance(value, Origin):
        return {value}
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in fields(value) if field.name != "successor"]
    elif isinstance(value, tuple):
        parts = list(value)
    elif isinstance(value, dict):
        parts = list(value.values())
    else:
        return set()
    return {origin for part in parts for origin in origins_in(part)}


@pytest.mark.parametrize("country", BOOK.countries())
def test_no_figure_of_a_country_is_left_out(country: str) -> None:
    for audience in Audience:
        policy = BOOK.resolve(country, audience, {}, "", {}, "")
        assert isinstance(policy, Policy)
        assert {figure.origin for figure in figures_of(policy)} >= origins_in(policy)


def test_hours_of_regions_stand_together_where_they_are_the_same() -> None:
    national = some_hours()
    shorter = replace(national, week=some_week("10:00-12:00"), origin=Origin(Basis.LAW, "State law.", "country DK"))
    holiday = replace(national, holidays=frozenset({date(2026, 6, 4)}))
    policy = some_policy(
        hours=national,
        regional_hours=RegionalHours(shorter, {"KY": shorter, "AL": shorter, "BY": holiday, "HH": national}),
    )

    listed = [(each.key, each.name, each.value) for each in figures_of(policy) if each.key.endswith(".regions")]

    assert listed == [
        ("hours.regions", "hours in AL, KY, a region that is not known", "mon-fri 10:00-12:00; sat-sun none"),
        ("holidays.regions", "days without calls by region", "in 2026, 2027, 2028: BY 1, 0, 0"),
    ]


def test_what_is_loosened_for_the_whole_country_is_told_once_and_not_by_region() -> None:
    country = replace(COUNTRY, regional_hours=RegionalHours(COUNTRY.hours, {"BY": COUNTRY.hours, "HH": COUNTRY.hours}))
    wider = {"hours": {"mon-fri": ["08:00-18:00"]}, "ring_seconds": 20, "reasons": {"hours": APPROVED}}

    assert [figure.key for figure in loosened_figures(by_campaign(wider, country))] == ["hours"]
    assert loosened_figures(by_campaign({"ring_seconds": 20}, country)) == ()


def test_a_day_that_is_opened_in_the_country_and_its_regions_is_told_once() -> None:
    hours = replace(COUNTRY.hours, holidays=frozenset({date(2026, 6, 5)}))
    bavaria = replace(hours, holidays=hours.holidays | {date(2026, 6, 4)})
    country = replace(COUNTRY, hours=hours, regional_hours=RegionalHours(bavaria, {"BY": bavaria}))
    given = {"days_with_calls": ["2026-06-05"], "reasons": {"days_with_calls": APPROVED}}

    assert [figure.key for figure in loosened_figures(by_campaign(given, country))] == ["holidays"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (span_in_words(30 * DAY), "30 days"),
        (span_in_words(DAY), "24 hours"),
        (span_in_words(36 * HOUR), "36 hours"),
        (span_in_words(timedelta(minutes=90)), "90 minutes"),
        (span_in_words(timedelta(seconds=1)), "1 second"),
        (span_in_words(timedelta()), "0 seconds"),
        (week_in_words(some_week("09:00-12:00", "13:00-17:00")), "mon-fri 09:00-12:00, 13:00-17:00; sat-sun none"),
        (week_in_words(((),) * 7), "mon-sun none"),
        (
            rests_in_words(DAY, {Outcome.BUSY: 2 * HOUR, Outcome.ANSWERED: 3 * DAY}),
            "24 hours; after answered 3 days; after busy 2 hours",
        ),
        (
            cap_in_words(Cap(1, None, Subject.PERSON, Scope.CAMPAIGN, ORIGIN, CalendarSpan.WEEK)),
            "1 attempt at a person in a calendar week, in one campaign",
        ),
        (
            cap_in_words(Cap(6, None, Subject.COMPANY, Scope.CONTROLLER, ORIGIN)),
            "6 attempts at a company ever, all campaigns of the controller together",
        ),
        (gate_in_words(a_register_gate()), "a wash against be_dncm, at most 5 days old"),
        (
            gate_in_words(replace(a_register_gate(), except_legal_forms=NOBODY)),
            "a wash against be_dncm, at most 5 days old: asked of nobody",
        ),
        (
            gate_in_words(
                Gate(
                    GateKind.CONSENT,
                    ORIGIN,
                    except_legal_forms=frozenset({LegalForm.LEGAL_PERSON}),
                    except_line_kinds=frozenset({NumberKind.FIXED}),
                    except_customers_for=30 * DAY,
                )
            ),
            "the callee's recorded consent; spares legal forms legal_person; lines fixed; customers while their "
            "contract runs and for 30 days after its end",
        ),
        (
            bar_in_words(CallerIdBar(ORIGIN, "FR", frozenset({NumberKind.MOBILE}), ("+336", "+337"))),
            "no numbers of FR that are mobile or begin with +336 or +337",
        ),
        (
            bar_in_words(CallerIdBar(ORIGIN, except_prefixes=("+33162",), only_automated=True)),
            "no numbers, but for those that begin with +33162, where a machine speaks or dials ahead",
        ),
    ],
)
def test_figures_read_as_people_would_say_them(words: str, said: str) -> None:
    assert words == said
