"""A real worker on a real Valkey: what is owed gets done, though queue and worker die, and no mail goes out twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psutil
import pytest
from redis import Redis

from middleware.clock import Clock
from middleware.gateways.queue import RqQueue
from middleware.services.delivery import AT_WORK, IN_QUEUE, Relay
from middleware.store.database import Database
from tests.mail_server import Fault, MailServer, Stage
from tests.people import insert_contact, outbox_row_of, owe, row_of_notice
from tests.rows import insert_campaign

REPOSITORY = Path(__file__).parents[2]
DEADLINE = 40.0
SECRET = "a secret of the tests, and of nothing else but them"
pytestmark = pytest.mark.faults


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


class Site:
    """A store that owes notices, a queue, and workers that a test starts and kills."""

    def __init__(self, store: Database, server: MailServer, valkey: Redis, valkey_url: str) -> None:
        self.store, self.server, self.valkey = store, server, valkey
        self.queue = RqQueue(valkey_url)
        insert_campaign(store)
        self.environment = os.environ | {
            "RINGFENCE_DATABASE_URL": store.url,
            "RINGFENCE_REDIS_URL": valkey_url,
            "RINGFENCE_PUBLIC_BASE_URL": "https://calls.example",
            "RINGFENCE_PEPPER": SECRET,
            "RINGFENCE_LINK_SECRET": SECRET,
            "RINGFENCE_CREDENTIAL_SECRET": SECRET,
            "RINGFENCE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "RINGFENCE_TWILIO_AUTH_TOKEN": "x",
            "RINGFENCE_TWILIO_API_BASE_URL": "http://127.0.0.1:1",
            "RINGFENCE_MAIL_FROM": "notices@ringfence.example",
            "RINGFENCE_SMTP_HOST": "localhost",
            "RINGFENCE_SMTP_PORT": str(server.port),
            "RINGFENCE_SMTP_SECURITY": "none",
        }

    def owe(self, name: str = "anna") -> str:
        """A notice that is due now."""
        contact_id = insert_contact(self.store, email=f"{name}@boozt.example")
        notice_id = owe(self.store, contact_id, at=Clock().now() - timedelta(seconds=1))
        assert notice_id is not None
        return notice_id

    def relay(self, later: timedelta = timedelta()) -> int:
        """One pass of the relay, as if it were later."""
        return Relay(self.store, self.queue, Clock(later)).run()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """`ringfence worker`, in a group of its own that ends with the block, however it ends."""
        command = [sys.executable, "-m", "scripts.cli", "worker"]
        with subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, start_new_session=True) as process:
            try:
                yield process
            finally:
                end_group(process.pid)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Return when it is so; an AssertionError says what the store holds if that takes too long."""
        tick, deadline = threading.Event(), monotonic() + DEADLINE
        while not is_so():
            assert monotonic() < deadline, "it did not come to be in time"
            tick.wait(0.02)

    def until_done(self, notice_id: str) -> None:
        self.until(lambda: outbox_row_of(self.store, notice_id).state == "done")


def end_group(leader: int) -> None:
    """RQ's scheduler is a child of the worker and would outlive its kill."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.fixture
def site(store: Database, server: MailServer, valkey: Redis, valkey_url: str) -> Site:
    return Site(store, server, valkey, valkey_url)


@pytest.fixture
def sqlite_site(sqlite_store: Database, server: MailServer, valkey: Redis, valkey_url: str) -> Site:
    return Site(sqlite_store, server, valkey, valkey_url)


def test_a_queued_row_is_done_once_though_it_was_queued_twice_and_the_worker_ends_when_told(site: Site) -> None:
    notice_id = site.owe()
    assert site.relay() == 1
    site.queue.enqueue(outbox_row_of(site.store, notice_id).id, 1)

    with site.worker() as process:
        site.until_done(notice_id)
        other = site.owe("bo")
        assert site.relay() == 1
        site.until_done(other)  # the first job's double is behind it then
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        assert psutil.wait_procs(family, timeout=DEADLINE)[1] == []  # nobody is left behind

    assert row_of_notice(site.store, notice_id).state == "sent"
    assert [mail.rcpt_tos[0][:2] for mail in site.server.mails] == ["an", "bo"]


def test_what_the_queue_lost_is_queued_again_when_its_lease_ends(sqlite_site: Site) -> None:
    site = sqlite_site
    notices = [site.owe(f"person{place}") for place in range(5)]
    assert site.relay() == 5
    site.valkey.flushall()
    assert site.relay() == 0

    with site.worker():
        assert site.relay(later=IN_QUEUE) == 5
        for notice_id in notices:
            site.until_done(notice_id)

    assert sorted(mail.rcpt_tos[0] for mail in site.server.mails) == [f"person{n}@boozt.example" for n in range(5)]


@pytest.mark.parametrize(
    ("stage", "reached", "state", "arrived"),
    [
        ("rcpt", b"rcpt TO:", "sent", 1),  # before the hand-over: sent by the next worker
        ("dot", b"\r\n.\r\n", "uncertain", 0),  # after it: nobody can know, so nobody sends it again
    ],
)
def test_a_worker_killed_in_the_middle_of_a_mail(
    sqlite_site: Site, stage: Stage, reached: bytes, state: str, arrived: int
) -> None:
    site, server = sqlite_site, sqlite_site.server
    notice_id = site.owe()
    server.fault = Fault(stage, "hang")
    site.relay()
    with site.worker() as process:
        assert server.wait_until(lambda: reached in server.received, DEADLINE)
        process.kill()

    server.fault = None
    assert site.relay(later=IN_QUEUE) == 0
    assert site.relay(later=AT_WORK) == 1
    with site.worker():
        site.until_done(notice_id)

    row = row_of_notice(site.store, notice_id)
    assert row.state == state
    assert len(server.mails) == arrived
    assert outbox_row_of(site.store, notice_id).tries == 2
