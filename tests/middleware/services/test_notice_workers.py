"""Several workers at one notice, slow ones included: one mail, and a duty that is settled or still owed."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from middleware.errors import MailDeferred
from middleware.services.delivery import AT_WORK
from middleware.store.database import Database
from tests.fakes import Killed, ScriptedTransport
from tests.notice_office import NoticeOffice
from tests.people import row_of_notice
from tests.rows import insert_campaign

DAY = timedelta(days=1)


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
