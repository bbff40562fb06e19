"""What services ask of the outside world. Each gateway keeps one of these promises; tests keep them with fakes."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Protocol


class MailTransport(Protocol):
    """Hands one message to a mail server, and tells for certain what is known of its delivery."""

    def send(self, message: EmailMessage, before_handing_over: Callable[[], None]) -> str:
        """Send to the one address in `To`; returns the accepting server's reply text.

        `before_handing_over` is called once everything but the closing dot has been sent: the caller durably records
        there that the outcome is unknown should the process die now. If it was not called, nothing was delivered; if it
        raises, nothing is delivered either and its error goes up.

        Raises `MailDeferred` (certainly not delivered, may be repeated), `MailRefused` (certainly not delivered, and
        will not be taken) and `MailUncertain` (connection lost after the closing dot: may have been delivered, never
        repeat).
        """
