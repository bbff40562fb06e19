"""The information mail, sent to a real server: once, in the right language, or still owed with its reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from middleware.errors import UnknownNotice
from middleware.notices.render import NoticeTemplates
from middleware.services.delivery import AT_WORK
from middleware.store.database import Database
from middleware.store.models import ContactRow, ControllerRow
from tests.builders import NOON
from tests.mail_server import Action, Fault, MailServer, Stage
from tests.notice_office import LINKS, MAIL_FROM, NoticeOffice, text_of, the_mail, transport_to
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


def test_a_second_call_for_another_campaign_sends_nothing_more(office: NoticeOffice, server: MailServer) -> None:
    insert_campaign(office.store, "autumn")
    contact_id = insert_contact(office.store)
    assert owe(office.store, contact_id)
    office.work()

    assert owe(office.store, contact_id, campaign_id="autumn") is None
    office.work(DAY)

    assert len(server.mails) == 1


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
