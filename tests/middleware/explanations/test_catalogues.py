"""No sentence is missing in any language, and none says more than the reason knows."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from middleware.decision.model import CalendarSpan, Fact, NumberKind, Outcome, Reason, Scope, Standing, Subject
from middleware.decision.model.reasons import PARAMETERS
from middleware.explanations import LANGUAGES
from middleware.explanations.catalogues import CATALOGUES, path_of
from middleware.explanations.explaining import NAMED_SETTERS, SETTERS, WITHOUT_BASIS
from middleware.explanations.parameters import FORMS
from middleware.explanations.registers import NAMES

ROOT = Path(__file__).parents[3]
CODES = [reason.value for reason in Reason]
BY_WORD = {
    "kind": NumberKind,
    "outcome": Outcome,
    "subject": Subject,
    "scope": Scope,
    "standing": Standing,
    "fact": Fact,
    "window": CalendarSpan,
}
SHARED = [
    *(f"{family}.{word.value}" for family, words in BY_WORD.items() for word in words),
    *("missing.speaker", "missing.dialling", "window.rolling", "window.ever"),
    *(f"family.{code.partition('.')[0]}" for code in CODES),
    *("why.law", "why.code", "why.recommended", "why.ringfence", "why.source", "why.rule", "why.loosens", "lift"),
    *("why.own_choice", "why.other"),
    *WITHOUT_BASIS.values(),
    *SETTERS.values(),
    *NAMED_SETTERS.values(),
    *("set_by.other", "family.other", "when.from", "when.never", "overall.from", "overall.never", "overall.refused"),
    *(f"spoken.{key}" for key in ("refused", "unreachable", "more", "window", "from", "from_utc", "never")),
    *(f"spoken.{key}" for key in ("not_now", "not_ours", "no_campaign", "no_answer", "busy", "failed")),
    *("time.at", "time.at_utc", "time.local", "unknown.title", "unknown.what", "unknown.next"),
]
# Texts that hold nothing but what is put into them, so that they may be alike in two languages.
ONLY_VALUES = {"why.rule", "check.at"}
# No code of a reason has these endings.
OF_A_CODE = re.compile(r"(?P<code>[a-z_]+\.[a-z_]+)\.(?P<part>title|what|next|next_wait|never|what_without_[a-z_]+)")


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> dict[str, Message]:
    return {key_of(message): message for message in catalogue(language) if message.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_its_title_what_and_next_step(code: str, language: str) -> None:
    own = messages(language)

    assert [part for part in ("title", "what", "next") if f"{code}.{part}" not in own] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shared_word_is_there(language: str) -> None:
    assert set(SHARED) - set(messages(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_doubtful_or_left_over(language: str) -> None:
    whole = catalogue(language)

    assert whole.obsolete == {}
    assert [key for key, message in messages(language).items() if message.fuzzy] == []
    assert [key for key, message in messages(language).items() if not all(map(str.strip, texts(message)))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_texts(language: str) -> None:
    assert set(messages(language)) == set(messages("en"))


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_text_was_left_in_english(language: str) -> None:
    english = messages("en")
    alike = {key for key, message in messages(language).items() if texts(message) == texts(english[key])}

    assert alike - ONLY_VALUES == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_figures_stand_in_a_text_in_all_languages(language: str) -> None:
    english = messages("en")
    for key, message in messages(language).items():
        expected = placeholders(texts(english[key])[-1])
        for text in texts(message):
            assert placeholders(text) == expected, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_tells_all_that_its_reason_knows_and_no_more(language: str) -> None:
    own = messages(language)
    for reason in Reason:
        variants = [key for key in own if key.startswith(f"{reason.value}.what")]
        told = [placeholders(text) for key in variants for text in texts(own[key])]
        assert set().union(*told) | {"lifted_by"} == PARAMETERS[reason] | {"lifted_by"}, reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_to_do_is_said_without_figures_so_that_it_can_be_said_of_old_decisions_too(language: str) -> None:
    own = messages(language)
    without = [key for key in own if (of := OF_A_CODE.fullmatch(key)) and not of["part"].startswith("what")]

    assert len(without) > 2 * len(CODES)
    assert {key: found for key in without if (found := placeholders(texts(own[key])[0]))} == {}


def test_no_text_stands_there_for_a_reason_that_there_is_not() -> None:
    families = {code.partition(".")[0] for code in CODES}
    of_codes = [key for key in messages("en") if key.partition(".")[0] in families]

    for key in of_codes:
        found = OF_A_CODE.fullmatch(key)
        assert found is not None, key
        assert found["code"] in CODES
        without = found["part"].removeprefix("what_without_")
        assert without == found["part"] or without in PARAMETERS[Reason(found["code"])]


def test_every_parameter_that_a_reason_can_have_is_shown_in_its_own_way() -> None:
    assert set(FORMS) == set().union(*PARAMETERS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_a_language_lacks_is_said_in_english(language: str) -> None:
    assert CATALOGUES[language].text("no.such.text") is None
    assert CATALOGUES[language].say("no.such.text") == "no.such.text"


def registers_in(content: object) -> set[str]:
    if isinstance(content, dict):
        own = {content["register"]} if isinstance(content.get("register"), str) else set()
        return own.union(*map(registers_in, content.values()))
    return set().union(*map(registers_in, content)) if isinstance(content, list) else set()


def test_every_register_of_every_country_has_its_official_name() -> None:
    files = sorted((ROOT / "config" / "countries").glob("??.yaml"))
    asked_for = set().union(*(registers_in(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files))

    assert "be_dncm" in asked_for
    assert asked_for - set(NAMES) == set()
