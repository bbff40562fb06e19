"""Refusals as an agent hears them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.engine import decide
from middleware.decision.model import CallFacts, Policy, Reason
from middleware.explanations import LANGUAGES, say_voice, spoken, spoken_refusal
from middleware.services.asking import ReasonGiven, reasons_from_json, reasons_of, reasons_to_json
from tests.strategies import cases

DANE = "+4533123456"
NEXT_MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
SUPPRESSED = ReasonGiven("suppression.number", "suppression", None, None, None, {"since": "2026-11-01T09:00:00+00:00"})
OUT_OF_HOURS = ReasonGiven(
    "hours.outside_window",
    "hours",
    None,
    None,
    NEXT_MORNING,
    {"zone": "Europe/Copenhagen", "local_time": "2026-11-24T18:30:00", "windows": ["09:00-12:00", "13:00-17:00"]},
)


def of(code: str, **parameters: object) -> ReasonGiven:
    return ReasonGiven(code, code.partition(".")[0], None, None, None, parameters)


def test_an_agent_hears_that_it_may_not_be_why_and_from_when() -> None:
    assert spoken_refusal((OUT_OF_HOURS,), NEXT_MORNING, DANE, "en") == (
        "This call may not be made.",
        "In Copenhagen it is Tuesday, 24 November 2026 at 18:30. On that day calls are allowed only at these times:"
        " 09:00 to 12:00 and 13:00 to 17:00.",
        "All rules allow the call from Wednesday, 25 November 2026 at 09:00, local time in Copenhagen.",
    )


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("en", "This call may not be made.", "Waiting does not help."),
        ("da", "Dette opkald må ikke foretages.", "Det hjælper ikke at vente."),
        ("sv", "Det här samtalet får inte ringas.", "Det hjälper inte att vänta."),
        ("de", "Dieser Anruf darf nicht gemacht werden.", "Warten hilft nicht."),
        ("nl", "Dit gesprek mag niet worden gevoerd.", "Wachten helpt niet."),
    ],
)
def test_where_waiting_does_not_help_that_is_said_in_the_agents_language(language: str, first: str, last: str) -> None:
    said = spoken_refusal((SUPPRESSED,), None, DANE, language)

    assert (said[0], said[-1], len(said)) == (first, last, 3)


def test_a_language_that_nobody_speaks_here_is_english() -> None:
    assert spoken_refusal((), None, None, "fi") == spoken_refusal((), None, None, "en")
    assert say_voice("fi") == "en-GB"


def test_the_time_is_that_of_the_place_where_the_phone_is_even_if_no_reason_names_it() -> None:
    busy = of("attempts.in_flight")

    assert spoken_refusal((busy,), NEXT_MORNING, DANE, "de")[-1].endswith("um 09:00 Uhr, Ortszeit in Kopenhagen.")
    assert spoken_refusal((busy,), NEXT_MORNING, None, "de")[-1].endswith("um 08:00 Uhr Weltzeit.")


def test_the_first_whole_minute_is_never_too_early() -> None:
    just_after = NEXT_MORNING + timedelta(microseconds=1)

    assert " at 09:01, " in spoken_refusal((OUT_OF_HOURS,), just_after, DANE, "en")[-1]


def test_three_reasons_are_told_and_that_there_are_more() -> None:
    five = (of("campaign.closed"), OUT_OF_HOURS, SUPPRESSED, of("attempts.in_flight"), of("number.invalid"))

    said = spoken_refusal(five, None, DANE, "en")

    assert len(said) == 6
    assert said[1] == "The campaign is not open for calls."
    assert said[4] == spoken("more", "en")


def test_whom_nobody_knows_is_told_how_to_dial() -> None:
    assert spoken_refusal((), None, None, "en")[1].startswith("It is not known whom this would ring.")


def test_a_permit_that_has_been_used_gives_no_reason() -> None:
    assert spoken_refusal((), None, DANE, "en") == ("The call cannot be made now. Please try again later.",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [*(reason.value for reason in Reason), "new.unheard_of"])
def test_nothing_is_said_that_only_eyes_can_use(code: str, language: str) -> None:
    reason = of(code, problem="/etc/x.yaml, line 7: see https://example.com", windows=["09:00-17:00"])

    for sentence in spoken_refusal((reason,), None, DANE, language):
        assert code not in sentence
        assert re.search(r"https?:|/etc|[_{}<>–\\]", sentence) is None
        assert sentence.endswith(".")


@given(cases(), st.sampled_from(LANGUAGES))
def test_whatever_the_rules_refuse_can_be_said_aloud(case: tuple[CallFacts, Policy], language: str) -> None:
    facts, policy = case
    reasons = reasons_from_json(reasons_to_json(reasons_of(decide(facts, policy))))

    for sentence in spoken_refusal(reasons, None, DANE, language):
        assert re.search(r"https?:|[_{}<>–/\\#*@]", sentence) is None, sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_voice_of_its_own(language: str) -> None:
    assert say_voice(language).startswith(f"{language}-")
