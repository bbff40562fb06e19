"""The mail as it goes out: headers, two alternatives, and nothing a record can break."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.errors import InvalidMailAddress
from middleware.notices.message import Mailbox, compose, message_id_for
from middleware.notices.render import RenderedNotice

URL = "https://calls.example/objection/" + "0192f0a1-7c3b-7000-8000-000000000001." + "x" * 43
NOTICE = RenderedNotice("Über unseren Anruf", "Guten Tag,\n.\n.. Grüße\n", '<p title="=3D">Guten Tag, Grüße</p>\n')


def composed(notice: RenderedNotice = NOTICE, **changes: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "sender": Mailbox("privacy@nordlys.example", "Nordlys Software ApS"),
        "recipient": Mailbox("anna@boozt.example", "Anna Jensen"),
        "message_id": message_id_for("0192-abc", "calls.example"),
        "date": datetime(2026, 11, 24, 9, 5, tzinfo=UTC),
        "objection_url": URL,
        "language": "de",
        "reply_to": Mailbox("answers@nordlys.example"),
    }
    return compose(notice, **values | changes)


def as_received(message: EmailMessage) -> EmailMessage:
    received = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(received, EmailMessage)
    return received


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("From", "Nordlys Software ApS <privacy@nordlys.example>"),
        ("To", "Anna Jensen <anna@boozt.example>"),
        ("Reply-To", "answers@nordlys.example"),
        ("Subject", "Über unseren Anruf"),
        ("Date", "Tue, 24 Nov 2026 09:05:00 +0000"),
        ("Message-ID", "<notice.0192-abc@calls.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "de"),
        ("List-Unsubscribe", f"<{URL}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ],
)
def test_the_mail_has_each_header_once(header: str, value: str) -> None:
    assert [str(found) for found in as_received(composed()).get_all(header, [])] == [value]


def test_the_link_for_one_click_stands_unbroken_in_one_line() -> None:
    assert f"\r\nList-Unsubscribe: <{URL}>\r\n".encode() in composed().as_bytes()


def test_text_comes_first_and_html_beside_it_and_nothing_is_attached() -> None:
    received = as_received(composed())
    parts = list(received.iter_parts())

    assert received.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [NOTICE.text, NOTICE.html]
    assert [part.is_attachment() for part in parts] == [False, False]


def test_the_mail_is_seven_bit_lines_that_every_server_takes() -> None:
    raw = composed(sender=Mailbox("privacy@nordlys.example", "Nørdlys Søftware ÅS")).as_bytes()

    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "name",
    [
        "Anna\r\nBcc: everyone@example.com",
        "Anna\nX-Evil: 1",
        "Anna\r\n\r\n<script>",
        'Anna" <evil@example.com>, "x',
        "Anna\x00\x85\u2028Jensen",
        "=?utf-8?q?=0D=0ABcc:_x@y.example?=",
        "Jensen, Anna; (boss)",
        "Åse Østergård",
        "x" * 500,
        "",
    ],
)
def test_a_name_from_a_record_adds_no_header_and_no_recipient(name: str) -> None:
    expected = sorted(as_received(composed(recipient=Mailbox("anna@boozt.example"))).keys())

    received = as_received(composed(recipient=Mailbox("anna@boozt.example", name)))

    assert sorted(received.keys()) == expected
    assert [address.addr_spec for address in received["To"].addresses] == ["anna@boozt.example"]


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: x@y.example", "=?utf-8?q?=0D=0ABcc:_x@y.example?=", "==??utf-8?q?=0A=0DBcc:_x?="]
)
def test_a_subject_adds_no_header(subject: str) -> None:
    received = as_received(composed(RenderedNotice(subject, "text", "html")))

    assert sorted(received.keys()) == sorted(as_received(composed()).keys())


@given(name=st.text(max_size=80), subject=st.text(max_size=80))
@settings(max_examples=150)
def test_no_name_or_subject_whatever_changes_who_gets_the_mail(name: str, subject: str) -> None:
    message = composed(RenderedNotice(subject, "text", "html"), recipient=Mailbox("anna@boozt.example", name))

    received = as_received(message)

    assert [address.addr_spec for address in received["To"].addresses] == ["anna@boozt.example"]
    assert sorted(received.keys()) == sorted(as_received(composed()).keys())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@boozt.example",
        "anna@boozt.example\r\nBcc: x@y.example",
        "anna@boozt.example, x@y.example",
        "Anna <anna@boozt.example>",
        "anna jensen@boozt.example",
        "åse@boozt.example",
        "a..b@boozt.example",
        "anna@boozt..example",
        "anna@[127.0.0.1]",
        "a@b@boozt.example",
    ],
)
def test_what_is_no_plain_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InvalidMailAddress) as refusal:
        Mailbox(address)

    assert "boozt" not in str(refusal.value)


def test_an_international_domain_is_translated() -> None:
    assert Mailbox("anna@blåbær.example").address == "anna@xn--blbr-roah.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": "notice@calls.example"},
        {"message_id": "<a@b>\r\nBcc: x@y.example"},
        {"date": datetime(2026, 11, 24, 9, 5)},  # noqa: DTZ001  # that it is naive is the point
        {"objection_url": "https://calls.example/a>\r\nBcc: x@y.example"},
        {"language": "de\r\nBcc: x@y.example"},
        {"objection_url": "mailto:x@y.example"},
        {"objection_url": "https://calls.example/" + "x" * 990},
    ],
)
def test_what_cannot_stand_in_a_header_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        composed(**wrong)
