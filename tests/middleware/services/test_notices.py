"""The information mail, sent to a real server: once, in the right language, or still owed with its reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from middleware.errors import MailDeferred, UnknownNotice
from middleware.notices.render import NoticeTemplates
from middleware.services.delivery import AT_WORK
from middleware.store.database import Database
from middleware.store.models import AttemptRow, ContactRow, ControllerRow
from tests.builders import NOON
from tests.fakes import Killed, ScriptedTransport
from tests.mail_server import Action, Fault, MailServer, ReceivedMail, Stage
from tests.notice_office import LINKS, MAIL_FROM, NoticeOffice, transport_to
from tests.people import insert_company, insert_contact, outbox_row_of, owe, row_of_notice
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


def the_mail(server: MailServer) -> EmailMessage:
    """The only one that arrived."""
    [received] = server.mails
    return read(received)


def read(received: ReceivedMail) -> EmailMessage:
    mail = message_from_bytes(received.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    """Its plain text, line breaks and all kinds of blanks as one blank."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


# ---------------------------------------------------------------- one mail


def test_a_first_answered_call_sends_one_mail_that_says_who_called_and_how_to_object(
    store: Database, server: MailServer
) -> None:
    insert_campaign(store)
    office = NoticeOffice(store, transport_to(server))
    notice_id = office.owe(company_id=insert_company(store))

    assert office.work() == 1
    assert office.work(AT_WORK) == 0

    mail = the_mail(server)
    [received] = server.mails
    assert (received.mail_from, received.rcpt_tos) == (MAIL_FROM, ("anna@boozt.example",))
    assert mail["From"] == f"Acme ApS <{MAIL_FROM}>"
    assert mail["To"] == "Anna Jensen <anna@boozt.example>"
    assert mail["Reply-To"] == "Acme ApS <privacy@acme.example>"
    assert mail["Message-ID"] == f"<notice.{notice_id}@ringfence.example>"
    assert mail["List-Unsubscribe"] == f"<{LINKS.url_for(notice_id)}>"
    text = text_of(mail)
    for said in (
        "Acme ApS ringede til dig hos Boozt & Co A/S onsdag den 4. marts 2026 kl. 13.00",
        "+45 70 12 34 99",
        "offering accounting software to companies",
        "the Central Business Register, publicly accessible",
        "twelve months after the last call",
        "Datatilsynet",
        LINKS.url_for(notice_id),
    ):
        assert said in text
    row = row_of_notice(store, notice_id)
    assert (row.state, row.sent_at, row.detail, row.message_id) == ("sent", NOON, "250 taken", mail["Message-ID"])
    assert outbox_row_of(store, notice_id).state == "done"


def test_sending_again_sends_nothing(office: NoticeOffice, server: MailServer) -> None:
    notice_id = office.owe()
    office.work()

    office.notices.send(notice_id)

    assert len(server.mails) == 1


def test_a_notice_that_was_erased_is_unknown(office: NoticeOffice) -> None:
    with pytest.raises(UnknownNotice):
        office.notices.send("019cb8b8-1e00-7000-8000-000000000000")


def test_each_person_gets_a_mail_of_their_own(office: NoticeOffice, server: MailServer) -> None:
    for name in ("anna", "bo", "carl"):
        office.owe(email=f"{name}@boozt.example", name=name.title())

    assert office.work() == 3
    assert sorted(mail.rcpt_tos[0] for mail in server.mails) == [f"{n}@boozt.example" for n in ("anna", "bo", "carl")]


# ---------------------------------------------------------------- what goes wrong

# stage, action -> how it stands then, and whether one arrived; "due" ones are tried again
EARLY: tuple[Stage, ...] = ("greeting", "ehlo")
LATER: tuple[Stage, ...] = ("mail", "rcpt", "data")
PASSING: tuple[Action, ...] = ("defer", "drop")
FAULTS: list[tuple[Stage, Action, str, int]] = [
    *((stage, action, "due", 0) for stage in (*EARLY, *LATER) for action in PASSING),
    *((stage, "refuse", "due", 0) for stage in EARLY),
    *((stage, "refuse", "refused", 0) for stage in LATER),
    ("dot", "defer", "due", 0),
    ("dot", "refuse", "refused", 0),
    ("dot", "drop", "uncertain", 0),
    ("dot", "accept_then_drop", "uncertain", 1),
]


@pytest.mark.parametrize(("stage", "action", "state", "arrived"), FAULTS)
def test_a_mail_that_fails_is_due_refused_or_uncertain_with_its_reason_and_never_sent_twice(
    office: NoticeOffice, server: MailServer, stage: Stage, action: Action, state: str, arrived: int
) -> None:
    notice_id = office.owe()
    server.fault = Fault(stage, action)

    assert office.work() == (0 if state == "due" else 1)

    assert row_of_notice(office.store, notice_id).state == state
    assert len(server.mails) == arrived
    is_due = state == "due"
    reason = (
        outbox_row_of(office.store, notice_id).last_error if is_due else row_of_notice(office.store, notice_id).detail
    )
    assert reason
    if action in {"defer", "refuse"}:
        assert f"told to at {stage}" in reason

    server.fault = None
    office.work(DAY)
    assert row_of_notice(office.store, notice_id).state == ("sent" if state == "due" else state)
    assert len(server.mails) == (1 if state == "due" else arrived)


def test_a_server_that_is_silent_after_the_dot_leaves_it_uncertain(sqlite_store: Database, server: MailServer) -> None:
    insert_campaign(sqlite_store)
    office = NoticeOffice(sqlite_store, transport_to(server, seconds=0.2))
    notice_id = office.owe()
    server.fault = Fault("dot", "hang")

    office.work()

    assert row_of_notice(sqlite_store, notice_id).state == "uncertain"


def test_a_server_that_is_not_there_is_waited_for(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store)
    with MailServer() as gone:
        transport = transport_to(gone)
    office = NoticeOffice(sqlite_store, transport)
    notice_id = office.owe()

    assert office.work() == 0
    assert row_of_notice(sqlite_store, notice_id).state == "due"


def test_a_mail_relay_that_takes_nothing_for_a_weekend_loses_nothing(
    script: tuple[NoticeOffice, ScriptedTransport],
) -> None:
    office, transport = script
    notice_id = office.owe()
    transport.plans = ["defers"] * 120
    while transport.plans:
        office.work(timedelta(minutes=30))
    assert row_of_notice(office.store, notice_id).state == "due"

    assert office.work(timedelta(minutes=30)) == 1
    assert len(transport.delivered) == 1


@pytest.mark.parametrize(
    ("contact", "controller", "reason"),
    [
        ({"email": "anna.boozt.example"}, {}, "not an e-mail address"),
        ({"email": "anna@boozt.example\r\nBcc: all@world.example"}, {}, "not an e-mail address"),
        ({}, {"email": "nobody"}, "not an e-mail address"),
        ({}, {"address": " ", "complaint_url": "ask somebody"}, "controller.address, controller.complaint_url"),
        ({"time_zone": "Europe"}, {}, "callee_time_zone"),
    ],
    ids=[
        "no address",
        "a header in the address",
        "a controller without address",
        "an incomplete controller",
        "no zone",
    ],
)
def test_a_notice_that_cannot_be_written_is_refused_and_says_what_to_mend(
    office: NoticeOffice, server: MailServer, contact: dict[str, Any], controller: dict[str, Any], reason: str
) -> None:
    notice_id = office.owe(**contact)
    if controller:
        with office.store.writing() as connection:
            connection.execute(update(ControllerRow).values(**controller))

    assert office.work() == 1

    row = row_of_notice(office.store, notice_id)
    assert row.state == "refused"
    assert reason in str(row.detail)
    assert server.mails == []


def test_a_broken_template_is_named(sqlite_store: Database, server: MailServer, tmp_path: Path) -> None:
    (tmp_path / "da").mkdir()
    for part in ("subject.txt", "notice.html"):
        (tmp_path / "da" / part).write_text("x", encoding="utf-8")
    (tmp_path / "da" / "notice.txt").write_text("{{ contact_nmae }}", encoding="utf-8")
    insert_campaign(sqlite_store)
    office = NoticeOffice(sqlite_store, transport_to(server), NoticeTemplates(tmp_path))
    notice_id = office.owe()

    office.work()

    assert "da/notice.txt" in str(row_of_notice(sqlite_store, notice_id).detail)


def test_a_contact_erased_in_the_meantime_gets_no_mail_and_the_duty_stays_visible(
    office: NoticeOffice, server: MailServer
) -> None:
    notice_id = office.owe()
    with office.store.writing() as connection:
        connection.execute(update(ContactRow).values(email=None, name=None))

    office.work()

    assert row_of_notice(office.store, notice_id).state == "refused"
    assert server.mails == []


def test_neither_address_nor_number_reaches_the_log_or_the_reasons(
    office: NoticeOffice, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="middleware")
    server.fault = Fault("rcpt", "refuse", "550 <anna@boozt.example> unknown, says anna@boozt.example")
    notice_id = office.owe()

    office.work()

    said = f"{row_of_notice(office.store, notice_id).detail} " + " ".join(
        record.getMessage() for record in caplog.records if record.name.startswith("middleware")
    )
    assert notice_id in said
    assert "is refused and still owed" in said
    assert "anna" not in said
    assert "33123456" not in said


# ---------------------------------------------------------------- several processes


@pytest.fixture
def script(sqlite_store: Database) -> tuple[NoticeOffice, ScriptedTransport]:
    """An office whose mails fare as a test plans; while a slow one waits, others do all that is due."""
    insert_campaign(sqlite_store)
    transport = ScriptedTransport()
    office = NoticeOffice(sqlite_store, transport)

    def meanwhile() -> None:
        with suppress(Killed):
            office.work(AT_WORK)

    transport.meanwhile = meanwhile
    return office, transport


@pytest.mark.parametrize(
    ("plans", "state", "arrived"),
    [
        (["slow takes"], "sent", 1),  # another sends it while this one waits for its turn at the server
        (["slow defers"], "sent", 1),
        (["slow refuses"], "sent", 1),
        (["slow defers", "dies delivered"], "uncertain", 1),  # another handed it over: it is not due again
        (["slow refuses", "dies delivered"], "uncertain", 1),
        (["slow defers", "lost"], "uncertain", 1),
        (["slow late takes"], "sent", 1),  # given up as uncertain, and then the answer came after all
        (["slow late lost"], "uncertain", 1),
        (["slow late refuses late"], "uncertain", 0),
        (["defers late", "defers", "takes"], "sent", 1),
    ],
)
def test_two_workers_at_one_notice_send_one_mail(
    script: tuple[NoticeOffice, ScriptedTransport], plans: list[str], state: str, arrived: int
) -> None:
    office, transport = script
    notice_id = office.owe()
    transport.plans = list(plans)

    for _ in range(6):
        office.work(timedelta(minutes=30))

    assert row_of_notice(office.store, notice_id).state == state
    assert len(transport.delivered) == arrived


@pytest.mark.parametrize("fault", ["defers", "defers late"])
def test_a_deferred_mail_is_told_so_that_it_is_tried_again(
    script: tuple[NoticeOffice, ScriptedTransport], fault: str
) -> None:
    office, transport = script
    notice_id = office.owe()
    transport.plans = [fault]

    with pytest.raises(MailDeferred):
        office.notices.send(notice_id)

    assert row_of_notice(office.store, notice_id).state == "due"


# ---------------------------------------------------------------- languages and words

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


def test_a_second_call_for_another_campaign_sends_nothing_more(office: NoticeOffice, server: MailServer) -> None:
    insert_campaign(office.store, "autumn")
    contact_id = insert_contact(office.store)
    assert owe(office.store, contact_id)
    office.work()

    assert owe(office.store, contact_id, campaign_id="autumn") is None
    office.work(DAY)

    assert len(server.mails) == 1
