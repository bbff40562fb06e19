"""Makes a rendered notice into a mail: headers that identify it, say that a machine wrote it, and offer a way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy

from middleware.errors import InvalidMailAddress
from middleware.notices.one_line import one_line
from middleware.notices.render import RenderedNotice

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,900}")  # visible ASCII without angle brackets, short enough for a line


class _UnbrokenHeader(UnstructuredHeader, BaseHeader):
    """A header kept in one line: Python would encode a long link as if it were words, and nobody could follow it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("List-Unsubscribe", _UnbrokenHeader)
    return registry


_POLICY = SMTP.clone(header_factory=_headers())


def _header_words(text: str) -> str:
    """Text fit for a header. `=?` opens an encoded word, in which a line break and a header of its own could hide."""
    return one_line(text).replace("=?", "= ?")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name shown for it. A name may hold anything; what could break a header is taken out.

    Raises `InvalidMailAddress` for an address that is not plain ASCII mail (an international domain is translated).
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        local, _, domain = self.address.rpartition("@")
        try:
            address = f"{local}@{domain.encode('idna').decode('ascii')}"
        except UnicodeError:
            address = ""
        if not _ADDRESS.fullmatch(address) or ".." in address:
            raise InvalidMailAddress("this is not an e-mail address that mail can be sent to; correct it in the record")
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "name", _header_words(self.name))

    def header(self) -> Address:
        return Address(self.name, addr_spec=self.address)


def message_id_for(notice_id: str, domain: str) -> str:
    """The one Message-ID a notice ever has, so that a mail program shows a repeated one once."""
    return f"<notice.{notice_id}@{domain}>"


def compose(
    rendered: RenderedNotice,
    *,
    sender: Mailbox,
    recipient: Mailbox,
    message_id: str,
    date: datetime,
    objection_url: str,
    language: str,
    reply_to: Mailbox,
) -> EmailMessage:
    """The mail, text first and HTML beside it, in 7-bit lines that any server takes; nothing attached.

    `date` is aware; `message_id` stands in angle brackets. `objection_url` is offered for one click (RFC 8058): mail
    programs do so only where it is https and the relay's DKIM signature covers both List-Unsubscribe headers. Raises
    `ValueError` for a Message-ID, date, link or language that cannot stand in a header.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("message_id must look like <letters.digits@domain>")
    if date.utcoffset() is None:
        raise ValueError("date must be aware")
    if not _WEB_ADDRESS.fullmatch(objection_url):
        raise ValueError("objection_url must be an http(s) address of visible ASCII, at most 900 characters long")
    if not _LANGUAGE.fullmatch(language):
        raise ValueError("language must be a tag such as da or en-GB")
    message = EmailMessage(_POLICY)
    message["From"] = sender.header()
    message["To"] = recipient.header()
    message["Reply-To"] = reply_to.header()
    message["Subject"] = _header_words(rendered.subject)
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{objection_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = language  # last: a header of content set earlier would move into the text part
    return message
