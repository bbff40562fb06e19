"""Everything that is said about a list is said in all five languages, with the same figures."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from string import Formatter

import pytest

from middleware.explanations import LANGUAGES
from middleware.leads.opening import open_list
from middleware.leads.records import Remark, RemarkKind
from middleware.services.scrubbing.answers import Order, Shared, Span, Verdict
from middleware.services.scrubbing.remark_titles import remark_title
from middleware.services.scrubbing.row_words import SENTENCES, said, same_as
from middleware.services.scrubbing.summary_words import WORDS, headline
from middleware.services.scrubbing.tally import Summary


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_and_repeat_has_its_sentence_with_the_same_figures(language: str) -> None:
    assert set(SENTENCES[language]) == {*(kind.value for kind in RemarkKind), *(shared.value for shared in Shared)}
    for key, text in SENTENCES[language].items():
        assert placeholders(text) == placeholders(SENTENCES["en"][key]), key
    assert len({remark_title(kind, language) for kind in RemarkKind}) == len(RemarkKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_summary_is_there(language: str) -> None:
    assert set(WORDS[language]) == set(WORDS["en"])
    for key, text in WORDS[language].items():
        assert placeholders(text) == placeholders(WORDS["en"][key]), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    assert [key for key, text in SENTENCES[language].items() if text == SENTENCES["en"][key]] == []
    assert [key for key, text in WORDS[language].items() if text == WORDS["en"][key]] in ([], ["callable_later"])


def test_a_remark_names_the_column_as_the_file_does_and_the_value() -> None:
    assert said(Remark(RemarkKind.IDENTIFIER_INVALID, "CVR-nr.", "13585627"), "da").startswith("CVR-nr.: 13585627 ")
    assert said(Remark(RemarkKind.CELLS, value="3/2"), "en").startswith(
        "The row has 3 cells where there are 2 headings"
    )


def test_a_long_value_is_cut_and_braces_in_it_are_harmless() -> None:
    assert "{x}" in said(Remark(RemarkKind.COUNTRY_UNKNOWN, "{Land}", "{x}"), "de")
    assert len(said(Remark(RemarkKind.COUNTRY_UNKNOWN, "Land", "x" * 5_000), "de")) < 200


def test_a_repeat_names_the_line() -> None:
    assert same_as(Shared.EMAIL, 12, "nl") == "Hetzelfde e-mailadres als in regel 12."


HEADLINES = {
    "en": "3,412 of 5,000 callable today; 611 suppressed; 212 duplicates; 7 within the next 6 days; 0 later; "
    "9 broken rows",
    "da": "3.412 af 5.000 kan ringes op i dag; 611 på stoplisten; 212 dubletter; 7 inden for de næste 6 dage; "
    "0 senere; 9 rækker, der ikke kan læses",
    "de": "3.412 von 5.000 dürfen heute angerufen werden; 611 auf der Sperrliste; 212 doppelt; "
    "7 in den nächsten 6 Tagen; 0 später; 9 unlesbare Zeilen",
}


@pytest.mark.parametrize(("language", "text"), HEADLINES.items())
def test_the_summary_in_one_line(language: str, text: str) -> None:
    summary = Summary.of(open_list(BytesIO(b"Phone\n")), Order("spring"))
    summary.rows, summary.suppressed = 5_000, 611
    summary.spans = Counter({Span.TODAY: 3_412, Span.WEEK: 7})
    summary.verdicts = Counter({Verdict.DUPLICATE: 212, Verdict.BROKEN: 9})

    assert headline(summary, language) == text
