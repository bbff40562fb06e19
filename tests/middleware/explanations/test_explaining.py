"""The text of a refusal answers why, which rule says so, how binding it is, and when; in every language, always."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import Basis, Reason
from middleware.decision.model.reasons import PARAMETERS
from middleware.explanations import LANGUAGES, explain, title_of
from middleware.services.asking import ReasonGiven
from tests.refusals import MONDAY_AT_NINE, SOURCE, a_refusal, at_every_edge, typed

# What a reader understands "the law", "not a law" and "waiting does not help" by.
LAW = {"en": "The law says so", "da": "i loven", "sv": "i lagen", "de": "das Gesetz vor", "nl": "in de wet"}
CODE = {
    "en": "industry code",
    "da": "brancheregelsæt",
    "sv": "branschregler",
    "de": "Branchenkodex",
    "nl": "branchecode",
}
OURS = {
    "en": "our own recommendation, not a law",
    "da": "vores egen anbefaling og ikke en lov",
    "sv": "vår egen rekommendation, ingen lag",
    "de": "unsere eigene Empfehlung, kein Gesetz",
    "nl": "onze eigen aanbeveling, geen wet",
}
BINDING = {Basis.LAW: LAW, Basis.CODE: CODE, Basis.RECOMMENDED: OURS}
DENMARK = {"en": "Denmark", "da": "Danmark", "sv": "Danmark", "de": "Dänemark", "nl": "Denemarken"}
NEVER = {
    "en": "Waiting does not help",
    "da": "Det hjælper ikke at vente",
    "sv": "Det hjälper inte att vänta",
    "de": "Warten hilft nicht",
    "nl": "Wachten helpt niet",
}
NINE_IN_COPENHAGEN = {
    "en": "Monday, 23 November 2026 at 09:00 (local time in Copenhagen)",
    "da": "mandag den 23. november 2026 kl. 09.00 (lokal tid i København)",
    "sv": "måndag 23 november 2026 kl. 09:00 (lokal tid i Köpenhamn)",
    "de": "Montag, 23. November 2026 um 09:00 Uhr (Ortszeit in Kopenhagen)",
    "nl": "maandag 23 november 2026 om 09:00 uur (plaatselijke tijd in Kopenhagen)",
}
# Reasons whose end is said otherwise than by a time or by "waiting does not help".
ENDS_BY_ITSELF = {Reason.ATTEMPTS_IN_FLIGHT, Reason.AUTOMATION_NO_FREE_AGENT}
ZONE = "Europe/Copenhagen"
UNFILLED = re.compile(r"[{}]|\b[a-z_]+\.[a-z_]+\.(what|next|title)\b|\bNone\b|duration-")

every_reason = pytest.mark.parametrize("reason", list(Reason))
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@every_reason
@pytest.mark.parametrize("basis", list(Basis))
def test_a_refusal_says_which_rule_how_binding_whose_and_where_to_check_it(
    reason: Reason, basis: Basis, language: str
) -> None:
    why = explain(a_refusal(reason, basis=basis), language).why

    assert BINDING[basis][language] in why
    assert [other for other in Basis if other is not basis and BINDING[other][language] in why] == []
    assert DENMARK[language] in why
    assert why.endswith(SOURCE)
    assert re.match(r"[^:]{4,}: ", why)


@every_language
@every_reason
def test_a_refusal_that_rests_on_no_figure_says_that_no_law_is_behind_it(reason: Reason, language: str) -> None:
    why = explain(a_refusal(reason, basis=None), language).why

    assert [basis for basis in Basis if BINDING[basis][language] in why] == []
    assert re.search(r"Ringfence|campa|Campaign|kampagne|Kampagne|kampanj|promise|løfte|löfte|Zusage|belofte", why)


@every_language
@every_reason
def test_a_refusal_says_when_the_call_may_be_made(reason: Reason, language: str) -> None:
    own_zone: dict[str, Any] = {"zone": ZONE} if "zone" in PARAMETERS[reason] else {}

    step = explain(a_refusal(reason, not_before=MONDAY_AT_NINE, **own_zone), language, ZONE).next_step

    assert NINE_IN_COPENHAGEN[language] in step
    assert NEVER[language] not in step


@every_language
@every_reason
def test_a_refusal_that_waiting_does_not_lift_says_so_and_what_to_do_instead(reason: Reason, language: str) -> None:
    step = explain(a_refusal(reason), language).next_step

    assert (NEVER[language] in step) == (reason not in ENDS_BY_ITSELF)
    assert len(step) > len(NEVER[language]) + 10
    assert "2026 " not in step


@every_language
@every_reason
def test_every_sentence_can_be_said_at_every_edge_of_its_figures(reason: Reason, language: str) -> None:
    for parameters in at_every_edge(reason):
        said = explain(a_refusal(reason, **parameters), language, ZONE)
        for text in (said.what, said.why, said.next_step, said.message, title_of(reason.value, language)):
            assert UNFILLED.search(text) is None, text
            assert "  " not in text
            assert text.strip() == text
        assert said.what.endswith((".", ")"))
        assert said.what != f"{title_of(reason.value, language)}."


@every_language
@every_reason
def test_a_kept_reason_is_told_in_the_words_of_the_moment_of_the_decision(reason: Reason, language: str) -> None:
    for parameters in at_every_edge(reason):
        kept, fresh = a_refusal(reason, **parameters), typed(reason, parameters)
        assert explain(kept, language, ZONE).message == explain(fresh, language, ZONE).message


@every_language
def test_every_reason_has_a_title_of_its_own(language: str) -> None:
    titles = [title_of(reason.value, language) for reason in Reason]

    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 70 for title in titles), max(titles, key=len)


@every_language
def test_a_fact_that_would_lift_a_refusal_is_named(language: str) -> None:
    form = {"en": "legal form", "da": "selskabsform", "sv": "juridiska form", "de": "Rechtsform", "nl": "rechtsvorm"}
    reason = Reason.LEGAL_BASIS_CONSENT_MISSING

    with_fact = explain(a_refusal(reason, lifted_by=("legal_form",)), language).next_step
    without = explain(a_refusal(reason, lifted_by=()), language).next_step

    assert form[language] in with_fact
    assert form[language] not in without


@every_language
def test_an_exception_that_loosens_a_figure_is_said(language: str) -> None:
    exception = "spacing.hours from 24 (recommended) to 12; approved by A. Jensen on 2026-11-01"

    why = explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, set_by="campaign spring", loosens=exception), language).why

    assert exception in why
    assert "spring" in why
    assert exception not in explain(a_refusal(Reason.ATTEMPTS_TOO_SOON), language).why


@every_language
@pytest.mark.parametrize("setter", ["controller acme", "campaign spring"])
def test_what_the_callers_chose_themselves_is_not_called_our_recommendation(setter: str, language: str) -> None:
    no_law = {"en": "not a law", "da": "ikke en lov", "sv": "ingen lag", "de": "kein Gesetz", "nl": "geen wet"}

    chosen = explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, basis=Basis.RECOMMENDED, set_by=setter), language).why
    by_law = explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, basis=Basis.LAW, set_by=setter), language).why

    assert OURS[language] not in chosen
    assert no_law[language] in chosen
    assert LAW[language] in by_law


@every_language
@pytest.mark.parametrize("setter", ["controller acme", "campaign spring-dk", "an auditor", "country"])
def test_whoever_set_a_figure_is_named(setter: str, language: str) -> None:
    assert setter.split()[-1] in explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, set_by=setter), language).why


@every_language
@every_reason
def test_a_reason_of_the_first_edition_keeps_its_sentence_and_gets_a_next_step(reason: Reason, language: str) -> None:
    kept = ReasonGiven(reason.value, "some_rule", "law", SOURCE, None, message="In Copenhagen it is Monday 21:12.")

    said = explain(kept, language)

    assert said.what == "In Copenhagen it is Monday 21:12."
    assert LAW[language] in said.why
    assert said.why.endswith(SOURCE)
    assert (NEVER[language] in said.next_step) == (reason not in ENDS_BY_ITSELF)


@every_language
def test_what_this_version_does_not_know_is_said_plainly(language: str) -> None:
    said = explain(ReasonGiven("moon.full", "moon_phase", "astrology", SOURCE, None, {"phase": 1}), language)

    assert "moon.full" in said.what
    assert "why." not in said.why
    assert SOURCE in said.why
    assert NEVER[language] in said.next_step
    assert title_of("moon.full", language) != "moon.full.title"


def test_a_figure_that_was_not_kept_costs_the_figures_alone() -> None:
    kept = ReasonGiven("attempts.too_soon", "spacing", "law", SOURCE, None, {"outcome": "busy"})

    assert explain(kept, "en").what == "Too soon after the last attempt."


def test_a_language_that_there_is_not_is_english() -> None:
    refusal = a_refusal(Reason.NUMBER_EMERGENCY)

    assert explain(refusal, "tlh") == explain(refusal, "en")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner),
    max_leaves=4,
)


@given(
    code=st.sampled_from([*(reason.value for reason in Reason), "moon.full", ""]),
    parameters=st.dictionaries(
        st.sampled_from(["window", "count", "zone", "windows", "since", "rest", "day"]), ANYTHING
    ),
    texts=st.tuples(*[st.none() | st.text(max_size=8)] * 5),
    language=st.sampled_from([*LANGUAGES, "xx", ""]),
    zone=st.none() | st.text(max_size=12),
    not_before=st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_no_reason_that_was_ever_kept_can_break_the_answer_to_a_dialer(
    code: str,
    parameters: dict[str, Any],
    texts: tuple[str | None, ...],
    language: str,
    zone: str | None,
    not_before: datetime | None,
) -> None:
    basis, source, set_by, message, loosens = texts
    kept = ReasonGiven(code, "rule", basis, source, not_before, parameters, set_by, message, loosens)

    said = explain(kept, language, zone)

    assert said.why
    assert said.next_step


def test_the_wait_is_given_up_to_the_minute_in_which_the_call_may_be_made() -> None:
    late = MONDAY_AT_NINE + timedelta(seconds=1)

    assert "09:01" in explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, not_before=late), "en", ZONE).next_step
    assert "09:00" in explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, not_before=MONDAY_AT_NINE), "en", ZONE).next_step


def test_without_a_zone_times_are_said_to_be_utc() -> None:
    assert "08:00 (UTC)" in explain(a_refusal(Reason.ATTEMPTS_TOO_SOON, not_before=MONDAY_AT_NINE), "en").next_step
