"""Which texts mean what: a word counts where it is all there is, however it is decorated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.services.routes.text_words import Meaning, is_answered_by_twilio, meaning_of

STOPS = [
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "Opt out", "opt-out", "stop all"),
    *("AFMELD", "FRAMELD", "FRABED", "Ring ikke mere", "ingen flere opkald"),
    *("STOPP", "SLUTA", "AVSLUTA", "AVREGISTRERA", "Avanmäl", "sluta ringa", "ring inte mer"),
    *("ABMELDEN", "ENDE", "KEINE ANRUFE", "Keine Anrufe mehr!", "Aufhören", "Bitte nicht mehr anrufen."),
    *("STOPPEN", "AFMELDEN", "UITSCHRIJVEN", "Bel me niet meer", "beëindigen"),
    *("Don't call me", "don’t call", "stop calling me", "STOP STOP STOP", "stop. Stop! STOP"),
]
DECORATION = st.text(
    st.sampled_from(" \t\r\n.,;:!?…-–—_*~'\"’“”„‟«»‹›()[]{}<>#/\\|+=&%@^`´¡¿•·🛑🙏❌\u200b\ufe0f\u00a0")
)


@pytest.mark.parametrize("body", STOPS)
def test_a_stop_word_alone_is_a_stop(body: str) -> None:
    assert meaning_of(body) is Meaning.STOP


@given(st.sampled_from(STOPS), DECORATION, DECORATION, st.sampled_from([str.upper, str.lower, str.title, str]))
def test_a_stop_word_stays_one_however_it_is_decorated(body: str, before: str, after: str, spell: type[str]) -> None:
    assert meaning_of(f"{before}{spell(body)}{after}") is Meaning.STOP


@pytest.mark.parametrize(
    "body",
    [
        *(
            "don't stop",
            "Don't stop calling",
            "stop by tomorrow",
            "please do not stop",
            "stopping",
            "stopwatch",
            "nonstop",
        ),
        *("stop at 5 pm", "the end", "weekend", "I will cancel the meeting", "end of the month", "can you quit?"),
        *("Ring mig i morgen", "ring ikke før kl. 10", "Ja tak, stop ikke", "inte stopp", "ring inte före tio"),
        *("am Ende", "Ende der Woche", "nicht abmelden", "rufen Sie mich an", "bel me morgen", "niet stoppen"),
        *("", " ", "?", "🛑", "1", "ok", "ja", "YES", "123 stop", "stop 1"),
    ],
)
def test_a_sentence_that_only_holds_such_a_word_is_none(body: str) -> None:
    assert meaning_of(body) is Meaning.OTHER


@pytest.mark.parametrize("body", ["help", "HJÆLP", "hjaelp", "HJÄLP", "hja\u0308lp", "hjalp", "Hilfe!", "hulp", "Info"])
def test_help_is_understood_with_its_letters_spelled_either_way(body: str) -> None:
    assert meaning_of(body) is Meaning.HELP


@pytest.mark.parametrize("body", ["Avanmal", "AVANMAEL", "aufhoren", "aufhoeren", "AUFHÖREN", "auf­hören", "ＳＴＯＰ"])
def test_stop_words_too(body: str) -> None:
    assert meaning_of(body) is Meaning.STOP


@pytest.mark.parametrize("body", ["start", "UNSTOP", "»Start«"])
def test_start_is_understood_and_is_no_stop(body: str) -> None:
    assert meaning_of(body) is Meaning.START


@pytest.mark.parametrize(
    ("body", "opt_out_type", "meaning"),
    [
        ("basta", "STOP", Meaning.STOP),
        ("basta", "stop", Meaning.STOP),
        ("STOP", "HELP", Meaning.STOP),
        ("STOP", "START", Meaning.STOP),
        ("ja", "START", Meaning.START),
        ("eh", "HELP", Meaning.HELP),
        ("eh", "", Meaning.OTHER),
        ("eh", "OTHER", Meaning.OTHER),
    ],
)
def test_twilios_reading_counts_beside_ours_and_in_doubt_it_is_a_stop(
    body: str, opt_out_type: str, meaning: Meaning
) -> None:
    assert meaning_of(body, opt_out_type) is meaning


@pytest.mark.parametrize(
    ("body", "opt_out_type", "is_answered"),
    [
        ("STOP", None, True),
        (" stop\n", None, True),
        ("Stop!", None, False),
        ("AFMELD", None, False),
        ("AFMELD", "STOP", True),
        ("help", None, False),
        ("help", "HELP", True),
        ("start", "START", False),
    ],
)
def test_what_twilio_answers_by_itself_is_known(body: str, opt_out_type: str | None, is_answered: bool) -> None:
    assert is_answered_by_twilio(body, opt_out_type, meaning_of(body, opt_out_type)) is is_answered


@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=20)))
def test_any_text_at_all_means_something(body: str, opt_out_type: str | None) -> None:
    assert meaning_of(body, opt_out_type) in Meaning
