"""Tells a controller by mail that somebody who rang back left a message, and where it can be heard."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from middleware.clock import Clock
from middleware.errors import InvalidMailAddress, MailRefused, MailUncertain
from middleware.gateways.ports import MailTransport
from middleware.notices.message import Mailbox
from middleware.phone_numbers import masked, spaced
from middleware.services.routes.ring_backs import concerned
from middleware.store.database import Database
from middleware.store.ring_backs import ControllerAddress, RingBack, RingBackRepository, addresses_of

logger = logging.getLogger(__name__)
LANGUAGES = {"en": "English", "da": "Danish", "sv": "Swedish", "de": "German", "nl": "Dutch"}
_TEXT = """Somebody who was called on your behalf has rung back and left a message.

When:      {at:%d %B %Y, %H:%M} UTC
Number:    {number}
Rang:      {caller_id}
Language:  {language}
Length:    {seconds} seconds

Where it is: GET {url}
Ask with an API key of the role caller, auditor or admin. The answer has the whole number, and the recording's id
at Twilio ({recording_sid}).

Whoever rings the person goes through Ringfence like for any call.
"""


@dataclass(frozen=True, slots=True)
class RingBackMails:
    """`mail_from` is the technical sender. The mail has no more of the caller than is needed to find the message."""

    database: Database
    transport: MailTransport
    clock: Clock
    mail_from: str
    public_base_url: str

    def send(self, ring_back_id: str) -> None:
        """Send to the controller, or to all that it may concern. Raises `MailDeferred` when it may be tried again, and
        `NotFound`. A repeated mail has the same Message-ID."""
        with self.database.reading() as connection:
            ring_back = RingBackRepository(connection).by_id(ring_back_id)
            addresses = addresses_of(connection, concerned(connection, ring_back))
        for address in addresses:
            try:
                self.transport.send(self._message(ring_back, address), lambda: None)
            except (MailRefused, MailUncertain, InvalidMailAddress) as error:
                # sent again it would not arrive, or arrive twice; the message itself is in the list of ring-backs
                logger.error("ring-back %s: the mail about its message was not sent: %s", ring_back_id, error)

    def _message(self, ring_back: RingBack, address: ControllerAddress) -> EmailMessage:
        message = EmailMessage(SMTP)
        message["From"] = Mailbox(self.mail_from, "Ringfence").header()
        message["To"] = Mailbox(address.email, address.name).header()
        message["Subject"] = f"A message from somebody who rang back ({_number(ring_back)})"
        message["Date"] = self.clock.now()
        message["Message-ID"] = f"<ring-back.{ring_back.id}.{address.id}@{self.mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            _TEXT.format(
                at=ring_back.at,
                number=_number(ring_back),
                caller_id=spaced(ring_back.caller_id),
                language=LANGUAGES.get(ring_back.language, ring_back.language),
                seconds=ring_back.recording_seconds or 0,
                url=f"{self.public_base_url}/v1/ring-backs/{ring_back.id}",
                recording_sid=ring_back.recording_sid,
            ),
            cte="quoted-printable",
        )
        return message


def _number(ring_back: RingBack) -> str:
    return masked(ring_back.caller) if ring_back.caller else "withheld"
