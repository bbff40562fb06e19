"""Somebody hears of calls that went round the gate: by mail, from the health report, and nobody by name or number."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from middleware.errors import MailDeferred
from middleware.gateways.mail import SmtpTransport
from middleware.policies.book import PolicyBook
from middleware.services.health import Health
from middleware.services.reconciliation.alarm import Alarms
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from middleware.store.violations import ViolationRepository
from tests.mail_server import Fault, MailServer
from tests.reserving import clock_showing

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLOCK = clock_showing(MORNING)
FROM, TO = "notices@gateway.example", "compliance@gateway.example"


@pytest.fixture
def found(sqlite_store: Database) -> Database:
    with sqlite_store.writing() as connection:
        violations = ViolationRepository(connection)
        for kind, subject in (("not_permitted", "CA1"), ("after_permit", "CA2"), ("never_placed", "an attempt")):
            violations.add(kind, subject, MORNING, MORNING, detail='{"to":"+45…56"}')
    return sqlite_store


def send(database: Database, server: MailServer, mail_to: str | None = TO) -> None:
    transport = SmtpTransport("127.0.0.1", server.port, security="none", timeout_seconds=5, sender_host="gateway")
    Alarms(database, transport, CLOCK, FROM, mail_to).send("2026-11-24")


def test_the_mail_counts_what_has_to_be_looked_at_and_says_how(found: Database) -> None:
    with MailServer() as server:
        send(found, server)

        (mail,) = server.mails
    message = message_from_bytes(mail.content, policy=policy.default)
    body = message.get_content()
    assert (mail.mail_from, mail.rcpt_tos) == (FROM, (TO,))
    assert message["Subject"] == "Ringfence: 2 calls of 2026-11-24 have to be looked at"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "1 x not_permitted" in body
    assert "never_placed" not in body
    assert "ringfence reconcile --day 2026-11-24" in body


def test_what_is_settled_by_then_is_not_sent(found: Database) -> None:
    with found.writing() as connection:
        violations = ViolationRepository(connection)
        for each in violations.between(MORNING, CLOCK.now(), ("not_permitted", "after_permit"), 10):
            violations.settle(each.id, MORNING, "Anna", "known")

    with MailServer() as server:
        send(found, server)

        assert server.mails == []


def test_without_an_address_no_mail_is_sent(found: Database) -> None:
    with MailServer() as server:
        send(found, server, None)

        assert server.mails == []


def test_a_mail_server_that_is_busy_is_tried_again(found: Database) -> None:
    with MailServer() as server:
        server.fault = Fault("rcpt", "defer")

        with pytest.raises(MailDeferred):
            send(found, server)


def test_health_warns_of_them_until_they_are_settled_and_calls_go_on(found: Database) -> None:
    report = Health(found, PolicyBook(REPOSITORY / "config" / "countries"), CLOCK).report()

    assert report.is_ready
    assert any(line.startswith("violations: 2 to be looked at") for line in report.warnings)
