"""A text with a stop word is an objection, in force before it is answered; nothing else is, and no text is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import MetaData, select, update

from middleware.store.models import SuppressionRow
from tests.builders import NOON
from tests.people import insert_contact
from tests.webhooks.twilio.ringing_back import ACMES, NOBODYS, SHARED, Line, a_number, an_open_line

SWEDE, GERMAN, DUTCH, BRITON = "+46701740699", "+4915112345678", "+31612345678", "+442079460000"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with an_open_line(tmp_path_factory.mktemp("texts")) as line:
        yield line


@pytest.mark.parametrize("word", ["AFMELD", "»Stopp!«", "abmelden", "Niet meer bellen.", "do not call me"])
def test_who_writes_a_stop_word_is_called_no_more_at_any_number_of_theirs(line: Line, word: str) -> None:
    sender, desk = a_number(), a_number()
    insert_contact(line.gateway.services.database, email=f"{sender}@boozt.example", numbers=(sender, desk))
    assert line.calls(sender)["permitted"]

    answers = line.writes(sender, word)

    assert answers == [
        "Det er noteret og gælder fra nu af: Acme ApS ringer ikke til dig mere. Spørgsmål: privacy@acme.example"
    ]
    assert "suppression.number" in line.refused_because(sender)
    assert "suppression.person" in line.refused_because(desk)
    assert line.suppressions(sender) == [("controller", "acme", "objection", "text message")]


@pytest.mark.parametrize(
    ("sender", "language"),
    [(SWEDE, "Det är noterat"), (GERMAN, "Das ist vermerkt"), (DUTCH, "Dat is genoteerd"), (BRITON, "This is noted")],
)
def test_the_answer_is_in_the_language_of_the_senders_country(line: Line, sender: str, language: str) -> None:
    (answer,) = line.writes(sender, "frabed")

    assert answer.startswith(language)


@pytest.mark.parametrize("body", ["STOP", "stop", " Unsubscribe \n", "OPTOUT"])
def test_what_twilio_answers_by_itself_is_not_answered_twice(line: Line, body: str) -> None:
    sender = a_number()

    assert line.writes(sender, body) == []
    assert line.refused_because(sender) == {"suppression.number"}


def test_twilios_own_reading_of_a_stop_counts_whatever_the_word(line: Line) -> None:
    sender = a_number()

    assert line.writes(sender, "basta", OptOutType="STOP") == []
    assert line.refused_because(sender) == {"suppression.number"}


def test_at_a_shared_number_it_bars_all_who_share_it(line: Line) -> None:
    sender = a_number()
    line.calls(sender, "autumn")

    (answer,) = line.writes(sender, "frabed", SHARED)

    assert answer == "Det er noteret og gælder fra nu af: Du bliver ikke ringet op fra dette nummer mere."
    assert [scope_id for _, scope_id, _, _ in line.suppressions(sender)] == ["acme", "beta"]


def test_at_a_number_that_is_on_file_for_nobody_it_bars_everybody(line: Line) -> None:
    sender = a_number()

    line.writes(sender, "STOP", NOBODYS)

    assert line.suppressions(sender) == [("everywhere", None, "objection", "text message")]


@pytest.mark.parametrize(
    ("sender", "word", "answer"),
    [
        ("+4531000001", "HJÆLP", "Dette nummer tilhører Acme ApS. Svar STOP"),
        (SWEDE, "hjälp", "Det här numret tillhör Acme ApS. Svara STOPP"),
        (GERMAN, "Hilfe?", "Diese Nummer gehört Acme ApS. Wenn"),
        (DUTCH, "help", "Dit nummer is van Acme ApS. Wilt"),
        (BRITON, "INFO", "This is the number of Acme ApS. If"),
    ],
)
def test_help_tells_who_we_are_and_how_to_object(line: Line, sender: str, word: str, answer: str) -> None:
    before = line.suppressions(sender)

    (told,) = line.writes(sender, word)

    assert told.startswith(answer)
    assert "privacy@acme.example" in told
    assert "https://acme.example/privacy" in told
    assert line.suppressions(sender) == before


@pytest.mark.parametrize("further", [{}, {"OptOutType": "START"}])
def test_start_lifts_nothing_and_tells_whom_to_write_to(line: Line, further: dict[str, str]) -> None:
    sender = a_number()
    line.writes(sender, "STOP")

    (answer,) = line.writes(sender, "START", **further)

    assert answer == (
        "En sms fjerner dig ikke fra vores stopliste. Vil du ringes op igen, så skriv til privacy@acme.example"
    )
    assert line.refused_because(sender) == {"suppression.number"}


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("hjælp", "Fra dette nummer bliver der ringet på vegne af flere virksomheder. Svar STOP"),
        ("start", "En sms fjerner dig ikke fra en stopliste."),
    ],
)
def test_a_shared_number_names_nobody(line: Line, word: str, answer: str) -> None:
    (told,) = line.writes(a_number(), word, SHARED)

    assert told.startswith(answer)
    assert "acme" not in told.lower()


def test_anything_else_is_for_people_to_read_and_is_answered_with_nothing(line: Line) -> None:
    sender = a_number()

    assert line.writes(sender, "Please don't stop calling, I want an offer") == []
    assert line.calls(sender)["permitted"]
    assert line.texts(ACMES)[-1].meaning == "other"


def test_a_message_delivered_twice_has_one_effect_and_the_same_answer(line: Line) -> None:
    sender, sid = a_number(), "SM" + "7" * 32

    first = line.writes(sender, "afmeld", MessageSid=sid)
    entries = line.suppressions(sender)

    assert line.writes(sender, "afmeld", MessageSid=sid) == first
    assert line.suppressions(sender) == entries
    assert len([row for row in line.texts(ACMES) if row.message_sid == sid]) == 1


def test_a_late_repetition_does_not_bar_again_whose_entry_somebody_has_lifted(line: Line) -> None:
    sender, sid = a_number(), "SM" + "8" * 32
    line.writes(sender, "afmeld", MessageSid=sid)
    with line.gateway.services.database.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=NOON))

    line.writes(sender, "afmeld", MessageSid=sid)
    assert line.calls(sender)["permitted"]

    line.writes(sender, "afmeld")
    assert "suppression.number" in line.refused_because(sender)


@pytest.mark.parametrize("sender", ["ACME", "12345", "", "anonymous"])
def test_a_sender_without_a_number_is_not_told_that_it_is_barred(
    line: Line, sender: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert line.writes(sender, "afmeld") == []
    assert "nobody can be put on the stop list" in caplog.text


def test_a_message_without_a_sid_is_not_taken(line: Line) -> None:
    assert line.post("/twilio/sms", {"From": a_number(), "To": ACMES, "Body": "STOP"}).status_code == 422


def test_what_a_text_says_is_neither_kept_nor_logged(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = "xylophone 4711 in the sickroom"

    line.writes(a_number(), body)

    assert "xylophone" not in caplog.text
    database = line.gateway.services.database
    tables = MetaData()
    tables.reflect(database.engine)
    with database.reading() as connection:
        for table in tables.sorted_tables:
            assert "xylophone" not in str(connection.execute(select(table)).all()), table.name
