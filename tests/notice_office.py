"""The service that sends notices, with everything around it, over a real or a scripted way to a mail server.

office = NoticeOffice(store, SmtpTransport("localhost", server.port, ...))
notice_id = office.owe(email="anna@boozt.example")
office.work()
"""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from middleware.gateways.mail import SmtpTransport
from middleware.gateways.ports import MailTransport
from middleware.notices.links import ObjectionLinks
from middleware.notices.render import NoticeTemplates
from middleware.services.delivery import Delivery, Relay
from middleware.services.notices import Notices
from middleware.store.database import Database
from middleware.store.notices import SEND_NOTICE
from tests.builders import NOON
from tests.hand_queue import HandQueue
from tests.mail_server import MailServer, ReceivedMail
from tests.people import insert_contact, owe
from tests.stopped_clock import StoppedClock

MAIL_FROM = "notices@ringfence.example"
BASE_URL = "https://calls.example"
TEMPLATES = NoticeTemplates(Path(__file__).parents[1] / "config" / "notices")
LINKS = ObjectionLinks("a link secret for tests, and for tests alone", BASE_URL)


def transport_to(server: MailServer, seconds: float = 5.0) -> SmtpTransport:
    """To a server of a test, in clear."""
    return SmtpTransport(
        "localhost", server.port, security="none", timeout_seconds=seconds, sender_host="calls.example"
    )


class NoticeOffice:
    """It is noon, and stays so until `clock` is moved; nothing happens unless `work` is called."""

    def __init__(self, store: Database, transport: MailTransport, templates: NoticeTemplates = TEMPLATES) -> None:
        self.store = store
        self.clock = StoppedClock(NOON)
        self.queue = HandQueue()
        self.relay = Relay(store, self.queue, self.clock)
        self.notices = Notices(store, transport, templates, LINKS, self.clock, MAIL_FROM)
        self.delivery = Delivery(store, self.clock, {SEND_NOTICE: self.notices.send})

    def owe(self, *, attempt: dict[str, Any] | None = None, **contact: Any) -> str:
        """A contact and an answered call to it, of campaign `spring`; the notice that is owed now."""
        notice_id = owe(self.store, insert_contact(self.store, **contact), at=self.clock.now(), **(attempt or {}))
        assert notice_id is not None
        return notice_id

    def work(self, later: timedelta = timedelta()) -> int:
        """Do all that is due by then; returns how many rows were done."""
        self.clock.move(later)
        done = 0
        while self.relay.run():
            while self.queue.jobs:
                done += self.delivery.run(*self.queue.jobs.popleft())
        return done


def the_mail(server: MailServer) -> EmailMessage:
    """The only one that arrived."""
    [received] = server.mails
    return read(received)


def read(received: ReceivedMail) -> EmailMessage:
    """A mail as its reader's program sees it."""
    mail = message_from_bytes(received.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    """Its plain text, line breaks and all kinds of blanks as one blank."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())
