"""What a notice says: in the contact's language, in the campaign's words, in the callee's own time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from middleware.store.database import Database
from middleware.store.models import AttemptRow
from tests.mail_server import MailServer
from tests.notice_office import NoticeOffice, read, text_of, the_mail, transport_to
from tests.rows import insert_campaign

DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def office(sqlite_store: Database, server: MailServer) -> NoticeOffice:
    insert_campaign(sqlite_store)
    return NoticeOffice(sqlite_store, transport_to(server))


GREETINGS = {"en": "called you", "da": "ringede til dig", "sv": "ringde till dig", "de": "hat Sie", "nl": "heeft u"}


@pytest.mark.parametrize("language", GREETINGS)
def test_the_mail_is_in_the_contacts_language(office: NoticeOffice, server: MailServer, language: str) -> None:
    office.owe(language=language)

    office.work()

    mail = the_mail(server)
    assert mail["Content-Language"] == language
    assert GREETINGS[language] in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert f'lang="{language}"' in str(html.get_content())


@pytest.mark.parametrize("language", ["fr", "xx", "EN", ""])
def test_a_language_without_templates_is_answered_in_english(
    office: NoticeOffice, server: MailServer, language: str
) -> None:
    office.owe(language=language)

    office.work()

    assert the_mail(server)["Content-Language"] == "en"


def test_a_campaign_says_its_own_words_in_each_language_that_it_has_them_in(
    sqlite_store: Database, server: MailServer
) -> None:
    danish = {"purpose": "at tilbyde regnskabsprogrammer", "data_source": "CVR-registeret"}
    insert_campaign(sqlite_store, texts={"da": danish, "en": {"purpose": "to sell"}})
    office = NoticeOffice(sqlite_store, transport_to(server))

    said = {}
    for language in ("da", "sv", "fr"):
        office.owe(email=f"{language}@boozt.example", language=language)
        office.work()
        said[language] = text_of(read(server.mails[-1]))

    assert "at tilbyde regnskabsprogrammer" in said["da"]
    assert "CVR-registeret" in said["da"]
    assert "selling our software to companies that may need it" in said["da"]  # a word that Danish does not have
    assert "offering accounting software to companies" in said["sv"]
    assert "to sell" in said["fr"]
    assert "the Central Business Register" in said["fr"]


@pytest.mark.parametrize(
    ("callee", "zone", "said"),
    [
        ("+4533123456", None, "13.00"),
        ("+4533123456", "Europe/Helsinki", "14.00"),
        ("+447911123456", None, "12.00"),
        (None, None, "13.00"),
    ],
    ids=["by the number", "by the contact", "another country", "a callee that was erased"],
)
def test_the_time_of_the_call_is_the_callees_own(
    office: NoticeOffice, server: MailServer, callee: str | None, zone: str | None, said: str
) -> None:
    attempt = {"callee": callee} if callee else {}
    office.owe(time_zone=zone, attempt=attempt)
    if callee is None:
        with office.store.writing() as connection:
            connection.execute(update(AttemptRow).values(callee=None))

    office.work()

    assert f"kl. {said}" in text_of(the_mail(server))


def test_a_person_whose_name_and_company_are_not_known_is_greeted_without(
    office: NoticeOffice, server: MailServer
) -> None:
    office.owe(name=None)

    office.work()

    mail = the_mail(server)
    assert mail["To"] == "anna@boozt.example"
    assert text_of(mail).startswith("Goddag ")
