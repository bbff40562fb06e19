"""A worker killed with -9 while it sends a notice: before the hand-over it is sent again, after it never."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from middleware.services.delivery import AT_WORK
from middleware.store.database import Database
from tests.mail_server import MailServer
from tests.notice_office import NoticeOffice, transport_to
from tests.people import outbox_row_of, row_of_notice
from tests.rows import insert_campaign

REPOSITORY = Path(__file__).parents[3]
SECOND = timedelta(seconds=1)

WORKER = """
import os, signal, sys
from middleware.gateways.mail import SmtpTransport
from middleware.store.database import Database
from tests.notice_office import NoticeOffice

url, port, point = sys.argv[1:]


def here(name):
    if name == point:
        os.kill(os.getpid(), signal.SIGKILL)


class Dying(SmtpTransport):
    def send(self, message, before_handing_over):
        here("connecting")

        def hand_over():
            here("the body is sent")
            before_handing_over()
            here("the hand-over is noted")

        reply = super().send(message, hand_over)
        here("the server has taken it")
        return reply


relay = Dying("localhost", int(port), security="none", timeout_seconds=5, sender_host="calls.example")
print(NoticeOffice(Database(url), relay).work())
"""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.mark.faults
@pytest.mark.parametrize(
    ("point", "before", "after", "arrived"),
    [
        ("connecting", "due", "sent", 1),
        ("the body is sent", "due", "sent", 1),
        ("the hand-over is noted", "handed", "uncertain", 0),
        ("the server has taken it", "handed", "uncertain", 1),
    ],
)
def test_a_worker_killed_while_it_sends(
    store: Database, server: MailServer, point: str, before: str, after: str, arrived: int
) -> None:
    insert_campaign(store)
    office = NoticeOffice(store, transport_to(server))
    notice_id = office.owe()
    command = [sys.executable, "-c", WORKER, store.url, str(server.port), point]

    killed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, timeout=60, check=False)

    assert (killed.returncode, killed.stderr) == (-signal.SIGKILL, b"")
    assert row_of_notice(store, notice_id).state == before
    assert office.work(AT_WORK - SECOND) == 0  # for all we know it may still be at it
    assert office.work(SECOND) == 1
    row = row_of_notice(store, notice_id)
    assert row.state == after
    assert (row.state == "sent") == (row.sent_at is not None)
    assert outbox_row_of(store, notice_id).tries == 2

    office.notices.send(notice_id)
    assert office.work(timedelta(days=1)) == 0
    assert len(server.mails) == arrived
