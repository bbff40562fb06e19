"""What a country's file may say of its parts, its audiences and its figures, and what closes the country."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from middleware.decision.model import Audience, Basis, CalendarSpan, NumberKind, Outcome, Policy, Standing, Subject
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.builders import windows

COUNTRIES = REPOSITORY / "config" / "countries"

Change = Callable[..., PolicyBook]


@pytest.fixture
def rewritten(tmp_path: Path) -> Change:
    """A book of one country that ships, with passages of its file replaced."""

    def written(country: str, *passages: tuple[str, str]) -> PolicyBook:
        text = (COUNTRIES / f"{country}.yaml").read_text(encoding="utf-8")
        for old, new in passages:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / f"{country}.yaml").write_text(text, encoding="utf-8")
        return PolicyBook(tmp_path)

    return written


def policy_of(book: PolicyBook, country: str, audience: str = "b2b") -> Policy:
    policy = book.resolve(country, Audience(audience), {}, "acme", {}, "spring")
    assert isinstance(policy, Policy), policy
    return policy


CAP = "    - count: 4\n      within_days: 30\n"


@pytest.mark.parametrize(
    ("country", "old", "new", "problem"),
    [
        ("DK", CAP, "    - count: 4\n", "both.caps.0: give either within_days, a number of days or ever, or per"),
        ("DK", CAP, f"{CAP}      per: day\n", "both.caps.0: give either within_days, a number of days or ever, or per"),
        ("DK", CAP, "    - count: 4\n      per: year\n", "both.caps.0.per: must be 'day', 'week' or 'month'"),
        ("DK", CAP, f"{CAP}      subject: prefix\n", "both.caps.0.subject: must be number, person or company"),
        ("DK", "days: until_asked", "days: forever", "both.refusal_rest.days: must be a whole number of days"),
        ("DK", "days: until_asked", "days: 0", "both.refusal_rest.days: must be a whole number of days"),
        ("DK", "seconds: 30", "seconds: 10", "b2b: ring: a call would stop ringing before it has rung"),
        ("DK", "  refusal_rest:\n", "  refused:\n", "both.refused: is no key that is known here"),
        ("AT", "standings: [owned]", "standings: [unknown]", "both.caller_id.standings: must be owned or verified"),
        ("AT", "standings: [owned]", "standings: []", "both.caller_id.standings: "),
        ("IT", '["10:00-19:00"]', '["19:00-10:00"]', "both.before_holidays.windows: 19:00-10:00 closes before"),
        ("CH", 'except_prefixes: ["+41"]', "except_prefixes: ['0041']", "both.caller_id.bars.0.except_prefixes.0"),
        ("GB", 'prefix: "+4470"', "prefix: 4470", "both.closed_prefixes.0.prefix: must be text"),
        ("GB", "ENG: {name: England}", "ENG: {}", "regions.subdivisions.ENG.name: is missing"),
        ("GB", "ENG: {name: England}", "ENX: {name: England}", "calendar: "),
        ("DE", 'mon-fri: ["09:00-17:00"]', 'mon-fri: ["07:00-17:00"]', "b2b.hours: the suggested windows lie outside"),
        ("US", "    AL:\n      week:", "    XX:\n      week:", "b2c: regional_hours: XX: not among the subdivisions"),
    ],
)
def test_what_does_not_fit_closes_the_country_and_is_told_with_its_line(
    rewritten: Change, country: str, old: str, new: str, problem: str
) -> None:
    book = rewritten(country, (old, new))

    assert book.countries() == ()
    assert any(f": {problem}" in told and told.startswith(f"{country}.yaml, line ") for told in book.problems()), (
        book.problems()
    )


SPACING = """\
  spacing:
    hours: 24
    basis: recommended
    source: Our default, at least one day after every attempt.
    undecided: No Swedish figure was found.
"""


def test_a_figure_that_neither_both_nor_the_audience_gives_is_told_where_the_audience_stands(
    rewritten: Change,
) -> None:
    book = rewritten("SE", (SPACING, ""))

    lines = (COUNTRIES / "SE.yaml").read_text(encoding="utf-8").replace(SPACING, "").splitlines()
    assert book.problems() == tuple(
        f"SE.yaml, line {lines.index(f'{audience}:') + 1}: {audience}: spacing: missing here and under both"
        for audience in ("b2b", "b2c")
    )


def test_an_audience_has_its_own_figure_where_both_give_one(rewritten: Change) -> None:
    own = SPACING.replace("24", "48").replace("Swedish", "such")
    book = rewritten("SE", ("b2b:\n", f"b2b:\n{own}"))

    spans = [policy_of(book, "SE", audience).spacing.default.total_seconds() / 3600 for audience in ("b2b", "b2c")]
    assert spans == [48, 24]
    assert "b2b spacing: No such figure was found." in book.undecided("SE")
    assert "b2c spacing: No Swedish figure was found." in book.undecided("SE")


def test_caps_per_calendar_month_and_spacing_by_outcome_reach_the_policy(rewritten: Change) -> None:
    cap = "    - {count: 2, per: month, subject: company, basis: code, source: A code.}\n"
    book = rewritten(
        "SE", ("  caps:\n", f"  caps:\n{cap}"), ("    hours: 24\n", "    hours: 24\n    after: {busy: 1.5}\n")
    )

    policy = policy_of(book, "SE")
    first = policy.caps[0]
    assert (first.count, first.window, first.calendar, first.subject) == (2, None, CalendarSpan.MONTH, Subject.COMPANY)
    assert first.origin.basis is Basis.CODE
    assert {outcome: span.total_seconds() for outcome, span in policy.spacing.by_outcome.items()} == {
        Outcome.BUSY: 5400
    }


def test_numbers_that_may_not_be_shown_and_are_never_called_reach_the_policy(rewritten: Change) -> None:
    book = rewritten(
        "AT",
        (
            "    standings: [owned]\n",
            "    standings: [owned]\n    bars:\n"
            '      - {country: "AT", kinds: [mobile], prefixes: ["+4367"], basis: law, source: A law.}\n',
        ),
        ("both:\n", 'both:\n  closed_prefixes:\n    - {prefix: "+43720", basis: recommended, source: Ours.}\n'),
    )

    policy = policy_of(book, "AT")
    assert policy.caller_id is not None
    assert policy.caller_id.standings == {Standing.OWNED}
    bar = policy.caller_id.bars[0]
    assert (bar.country, bar.prefixes, bar.only_automated) == ("AT", ("+4367",), False)
    assert bar.kinds == {NumberKind.MOBILE}
    assert [entry.prefix for entry in policy.closed_prefixes] == ["+43720"]


def test_a_day_that_the_package_does_not_know_closes_its_own_part_and_those_that_are_not_known(
    rewritten: Change,
) -> None:
    book = rewritten("ES", ("{name: Madrid}", '{name: Madrid, extra: [{day: "05-15", name: San Isidro}]}'))

    regional = policy_of(book, "ES").regional_hours
    assert regional is not None
    closed = {code for code, hours in regional.by_subdivision.items() if "2026-05-15" in map(str, hours.holidays)}
    assert closed == {"MD"}
    assert "2027-05-15" in map(str, regional.unknown.holidays)


def test_a_part_with_days_of_its_own_says_how_binding_they_are(rewritten: Change) -> None:
    policy = policy_of(rewritten("US"), "US", "b2c")
    assert policy.regional_hours is not None
    states = policy.regional_hours.by_subdivision

    assert policy.hours.holidays_origin.basis is Basis.RECOMMENDED
    assert states["OH"].holidays_origin.basis is Basis.RECOMMENDED
    assert states["AL"].holidays_origin.basis is Basis.LAW
    assert policy.regional_hours.unknown.holidays_origin.basis is Basis.LAW
    assert "Alabama (law)" in policy.regional_hours.unknown.holidays_origin.source
    assert "The state is not known" in policy.regional_hours.unknown.origin.source


def test_a_part_cannot_be_opened_wider_by_the_hours_of_another(rewritten: Change) -> None:
    wide = "{week: {mon-sun: ['06:00-23:00']}, basis: law, source: A law.}"
    book = rewritten("GB", ("b2b:\n", f"b2b:\n  regional_hours: {{SCT: {wide}}}\n"))

    regional = policy_of(book, "GB").regional_hours
    assert regional is not None
    assert regional.by_subdivision["SCT"].week[6] == windows("06:00-23:00")
    assert regional.unknown.week == policy_of(book, "GB").hours.week
