"""What callers who ring back hear, and what stands of it in the document."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from middleware.explanations import LANGUAGES
from middleware.explanations.catalogues import CATALOGUES, path_of
from middleware.explanations.ringing_back import choices, who_called, whose_number

DOCUMENT = Path(__file__).parents[3] / "webhooks" / "docs" / "ring-backs.md"
AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_quotes_every_sentence(language: str) -> None:
    with path_of(language).open("rb") as file:
        keys = [message.id for message in read_po(file, locale=language) if message.id]
    document = DOCUMENT.read_text(encoding="utf-8")
    ours = [key for key in keys if isinstance(key, str) and key.startswith(("ring_back.", "text."))]

    assert len(ours) == 25
    assert [key for key in ours if f"| {CATALOGUES[language].text(key)} |" not in document] == []


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("en", "We last called you on Wednesday, 25 November 2026 at 00:30."),
        ("da", "Vi ringede senest til dig onsdag den 25. november 2026 klokken 00.30."),
        ("sv", "Vi ringde dig senast onsdag 25 november 2026 klockan 00:30."),
        ("de", "Zuletzt haben wir Sie am Mittwoch, 25. November 2026 um 00:30 Uhr angerufen."),
        ("nl", "We hebben u het laatst gebeld op woensdag 25 november 2026 om 00:30 uur."),
    ],
)
def test_when_is_told_on_the_callers_clock_as_their_language_writes_it(language: str, when: str) -> None:
    assert who_called("Acme", "x", AT, "Europe/Copenhagen", language)[2] == when


def test_no_time_is_told_where_nobody_knows_the_callers_clock() -> None:
    assert len(who_called("Acme", "x", AT, None, "en")) == 2


@pytest.mark.parametrize("purpose", [None, "", "  "])
def test_no_purpose_is_told_where_there_is_none(purpose: str | None) -> None:
    assert who_called("Acme", purpose, AT, None, "en") == ("Thank you for calling back. It was Acme that called you.",)


def test_full_stops_of_names_and_purposes_are_not_said_twice() -> None:
    said = who_called("Acme Inc.", "selling software.", AT, None, "en")

    assert said == (
        "Thank you for calling back. It was Acme Inc that called you.",
        "The reason for our call: selling software.",
    )
    assert whose_number(1, "Acme Inc.", "en") == "Hello. This is the number of Acme Inc."


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_in_a_name_are_said_as_they_are(language: str) -> None:
    assert "{day}" in who_called("A {day} B", "x", AT, None, language)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whose_number_is_withheld_is_not_offered_what_cannot_be_done(language: str) -> None:
    shown, withheld = choices(language, is_withheld=False), choices(language, is_withheld=True)

    assert shown[1:] == withheld[1:]
    assert "1" in shown[0]
    assert "1" not in withheld[0]
