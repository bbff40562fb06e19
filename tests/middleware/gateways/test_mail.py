"""SMTP against a real server that fails at every stage: a message arrives, certainly does not, or is told uncertain."""

from __future__ import annotations

import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from middleware.errors import MailDeferred, MailFault, MailRefused, MailUncertain
from middleware.gateways.mail import Security, SmtpTransport
from middleware.gateways.ports import MailTransport
from middleware.notices.message import Mailbox, compose
from middleware.notices.render import RenderedNotice
from tests.mail_server import Action, Fault, MailServer, Stage

TEXT = "Guten Tag,\n.\n..\n.hidden\nGrüße\n" + "x" * 2000 + "\n"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def transport(server: MailServer, security: Security = "none", **log_in: str) -> SmtpTransport:
    return SmtpTransport(
        "localhost", server.port, security=security, timeout_seconds=5, sender_host="calls.example", **log_in
    )


def some_mail(text: str = TEXT) -> EmailMessage:
    return compose(
        RenderedNotice("Über unseren Anruf", text, "<p>Guten Tag</p>\n"),
        sender=Mailbox("privacy@nordlys.example", "Nordlys"),
        recipient=Mailbox("anna@boozt.example", "Anna"),
        message_id="<notice.0192@calls.example>",
        date=datetime(2026, 11, 24, 9, 5, tzinfo=UTC),
        objection_url="https://calls.example/objection/abc",
        language="de",
        reply_to=Mailbox("privacy@nordlys.example"),
    )


class Calls:
    """Counts; stands for the record that the caller makes before the message is handed over."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def test_a_mail_arrives_once_as_it_was_written_and_the_servers_words_come_back(server: MailServer) -> None:
    called = Calls()
    mail = some_mail()

    reply = transport(server).send(mail, called)

    assert reply == "250 taken"
    assert called.count == 1
    [received] = server.mails
    assert (received.mail_from, received.rcpt_tos) == ("privacy@nordlys.example", ("anna@boozt.example",))
    assert received.content == mail.as_bytes()


def test_line_ends_and_lone_dots_in_a_body_cannot_end_the_message_early(server: MailServer) -> None:
    mail = some_mail()
    mail.set_payload("first\n.\nsecond\r.\rMAIL FROM:<x@y.example>\r\n.\r\nlast without end")

    transport(server).send(mail, Calls())

    [received] = server.mails
    assert received.content.endswith(b"last without end\r\n")
    assert received.content.count(b"\r\n.\r\n") == 3


def test_the_caller_is_asked_after_the_body_and_before_the_closing_dot(server: MailServer) -> None:
    seen: list[bytes] = []

    def before_handing_over() -> None:
        assert server.wait_until(lambda: server.received.endswith(b"--\r\n"))  # the end of the last part
        seen.append(bytes(server.received))
        assert server.mails == []

    transport(server).send(some_mail(), before_handing_over)

    assert seen[0].count(b"DATA\r\n") == 1
    assert bytes(server.received).removeprefix(seen[0]).startswith(b".\r\n")
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("stage", "action", "outcome"),
    [
        ("greeting", "defer", MailDeferred),
        ("greeting", "refuse", MailDeferred),
        ("greeting", "drop", MailDeferred),
        ("ehlo", "defer", MailDeferred),
        ("ehlo", "refuse", MailDeferred),
        ("ehlo", "drop", MailDeferred),
        ("mail", "defer", MailDeferred),
        ("mail", "refuse", MailRefused),
        ("mail", "drop", MailDeferred),
        ("rcpt", "defer", MailDeferred),
        ("rcpt", "refuse", MailRefused),
        ("rcpt", "drop", MailDeferred),
        ("data", "defer", MailDeferred),
        ("data", "refuse", MailRefused),
        ("data", "drop", MailDeferred),
    ],
)
def test_what_fails_before_the_body_is_certainly_undelivered_and_the_caller_is_not_asked(
    server: MailServer, stage: Stage, action: Action, outcome: type[MailFault]
) -> None:
    server.fault = Fault(stage, action)
    called = Calls()

    with pytest.raises(MailFault) as failure:
        transport(server).send(some_mail(), called)

    assert type(failure.value) is outcome
    assert called.count == 0
    assert server.mails == []
    if action != "drop":
        assert failure.value.code == int(server.fault.reply_text()[:3])
        assert failure.value.reason == server.fault.reply_text()[4:]


def test_a_connection_that_dies_under_the_body_leaves_nothing_delivered(server: MailServer) -> None:
    server.fault = Fault("body", "drop")
    called = Calls()

    with pytest.raises((MailDeferred, MailUncertain)) as failure:
        transport(server).send(some_mail("x" * 70 + "\n" * 200_000), called)

    assert server.mails == []
    # the network may bring the news of the end before the dot or after: uncertain is told only if it was handed over
    assert isinstance(failure.value, MailUncertain) == bool(called.count)


def test_a_server_that_hangs_up_while_the_body_comes_is_noticed_before_the_dot(server: MailServer) -> None:
    server.fault = Fault("body", "drop")
    outcomes = []

    for _ in range(10):  # the news of the end can be late once, not every time
        with pytest.raises(MailFault) as failure:
            transport(server).send(some_mail("short"), Calls())
        outcomes.append(type(failure.value))

    assert MailDeferred in outcomes


@pytest.mark.parametrize(
    ("action", "outcome", "delivered"),
    [
        ("defer", MailDeferred, 0),
        ("refuse", MailRefused, 0),
        ("drop", MailUncertain, 0),
        ("accept_then_drop", MailUncertain, 1),
    ],
)
def test_after_the_dot_an_answer_is_certain_and_a_lost_one_is_not(
    server: MailServer, action: Action, outcome: type[MailFault], delivered: int
) -> None:
    server.fault = Fault("dot", action)
    called = Calls()

    with pytest.raises(MailFault) as failure:
        transport(server).send(some_mail(), called)

    assert type(failure.value) is outcome
    assert called.count == 1
    assert len(server.mails) == delivered


@pytest.mark.parametrize(
    ("stage", "outcome"), [("greeting", MailDeferred), ("mail", MailDeferred), ("dot", MailUncertain)]
)
def test_a_server_that_falls_silent_is_given_up(server: MailServer, stage: Stage, outcome: type[MailFault]) -> None:
    server.fault = Fault(stage, "hang")
    impatient = SmtpTransport(
        "localhost", server.port, security="none", timeout_seconds=0.2, sender_host="calls.example"
    )

    with pytest.raises(outcome):
        impatient.send(some_mail(), Calls())


@pytest.mark.parametrize(
    ("stage", "reply", "outcome"),
    [
        ("mail", "421 shutting down", MailDeferred),
        ("mail", "530 5.7.0 log in first", MailDeferred),
        ("data", "250 no data wanted", MailDeferred),
        ("dot", "421 shutting down", MailDeferred),
        ("dot", "354 more please", MailUncertain),
        ("dot", "nonsense", MailUncertain),
        ("dot", "250" + "x" * 9000, MailUncertain),
    ],
)
def test_unusual_answers_are_read_on_the_safe_side(
    server: MailServer, stage: Stage, reply: str, outcome: type[MailFault]
) -> None:
    server.fault = Fault(stage, "defer", reply)

    with pytest.raises(MailFault) as failure:
        transport(server).send(some_mail(), Calls())

    assert type(failure.value) is outcome


def test_nothing_is_delivered_if_the_caller_cannot_record_the_handing_over(server: MailServer) -> None:
    class StoreGone(Exception):
        pass

    def before_handing_over() -> None:
        raise StoreGone

    with pytest.raises(StoreGone):
        transport(server).send(some_mail(), before_handing_over)

    assert server.wait_until(lambda: b"Guten Tag" in server.received)
    transport(server).send(some_mail(), Calls())
    assert len(server.mails) == 1


def test_a_process_killed_before_the_record_is_made_has_delivered_nothing(server: MailServer) -> None:
    program = f"""
import os
from middleware.gateways.mail import SmtpTransport
from tests.middleware.gateways.test_mail import some_mail
relay = SmtpTransport("localhost", {server.port}, security="none", timeout_seconds=5, sender_host="calls.example")
relay.send(some_mail(), lambda: os._exit(9))
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3], timeout=30, check=False)

    assert killed.returncode == 9
    assert server.wait_until(lambda: server.received.endswith(b"--\r\n"))
    transport(server).send(some_mail(), Calls())
    assert len(server.mails) == 1


def test_a_server_that_is_not_there_is_a_reason_to_try_again() -> None:
    with MailServer() as gone:
        port = gone.port
    called = Calls()

    with pytest.raises(MailDeferred):
        SmtpTransport("localhost", port, security="none", timeout_seconds=2, sender_host="x.example").send(
            some_mail(), called
        )

    assert called.count == 0


def test_no_address_reaches_a_log_or_an_error(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="middleware")
    server.fault = Fault("rcpt", "refuse", "550 5.1.1 <anna@boozt.example>: anna@boozt.example is unknown here")

    with pytest.raises(MailRefused) as refusal:
        transport(server).send(some_mail(), Calls())

    assert refusal.value.reason == "5.1.1 <<address>>: <address> is unknown here"
    chain = [refusal.value, refusal.value.__cause__, refusal.value.__context__ or ""]
    assert "anna" not in "".join(map(repr, chain))
    assert "anna" not in "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")


@pytest.mark.parametrize("header", ["To", "From"])
def test_a_message_to_nobody_or_to_many_is_the_callers_mistake(server: MailServer, header: str) -> None:
    nobody, many = some_mail(), some_mail()
    del nobody[header]
    many.replace_header(header, "a@b.example, c@d.example")

    for mail in (nobody, many):
        with pytest.raises(ValueError, match=f"one address in {header}"):
            transport(server).send(mail, Calls())


def test_the_transport_is_what_services_ask_for(server: MailServer) -> None:
    kept: MailTransport = transport(server)

    assert kept.send(some_mail(), Calls()) == "250 taken"


# ---------------------------------------------------------------- TLS and log-in


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context for `localhost`, under an authority that this machine trusts for the test."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that TLS began before it
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_out_encrypted_after_a_log_in(tls: ssl.SSLContext, security: Security) -> None:
    with MailServer(tls=tls, is_tls_from_start=security == "tls", log_in="relay:open sesame") as server:
        reply = transport(server, security, username="relay", password="open sesame").send(some_mail(), Calls())

        assert reply == "250 taken"
        assert len(server.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("stage", ["mail", "dot"])
def test_a_connection_lost_under_tls_is_told_as_without(tls: ssl.SSLContext, security: Security, stage: Stage) -> None:
    with MailServer(tls=tls, is_tls_from_start=security == "tls") as server:
        server.fault = Fault(stage, "drop")

        with pytest.raises(MailFault) as failure:
            transport(server, security).send(some_mail(), Calls())

        assert type(failure.value) is (MailUncertain if stage == "dot" else MailDeferred)


def test_a_wrong_password_defers_so_that_mending_it_sends_what_waits(tls: ssl.SSLContext) -> None:
    with MailServer(tls=tls, log_in="relay:open sesame") as server:
        with pytest.raises(MailDeferred) as failure:
            transport(server, "starttls", username="relay", password="wrong").send(some_mail(), Calls())

        assert failure.value.code == 535
        assert server.mails == []


def test_a_relay_that_does_not_offer_tls_gets_nothing(server: MailServer) -> None:
    with pytest.raises(MailDeferred, match="STARTTLS"):
        transport(server, "starttls").send(some_mail(), Calls())

    assert b"MAIL" not in server.received


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    tls: ssl.SSLContext, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with MailServer(tls=tls, is_tls_from_start=security == "tls") as server:
        with pytest.raises(MailDeferred, match="TLS"):
            transport(server, security).send(some_mail(), Calls())

        assert server.mails == []


@pytest.mark.parametrize(
    ("security", "log_in"),
    [
        ("none", {"username": "relay", "password": "x"}),
        ("tls", {"username": "relay"}),
        ("tls", {"password": "x"}),
    ],
)
def test_settings_that_cannot_work_or_would_show_a_password_are_refused(
    security: Security, log_in: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="SMTP"):
        SmtpTransport("localhost", 25, security=security, timeout_seconds=5, sender_host="x.example", **log_in)
