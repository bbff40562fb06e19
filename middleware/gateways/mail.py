"""Mail over SMTP, in steps small enough to know at each whether the message can have been delivered."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from typing import Literal

from middleware.errors import MailDeferred, MailRefused, MailUncertain

Security = Literal["none", "starttls", "tls"]

_START_OF_DATA = 354
_ABOUT_US = {530, 534, 535, 538}  # log in, or log in otherwise: the relay's setting is wrong, not this message
_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_LONGEST_REASON = 300


class SmtpTransport:
    """Sends through one relay, with one connection for each message; keeps the promise of `ports.MailTransport`.

    `security`: "tls" from the first byte, "starttls" (never without it), or "none", which takes no password.
    `sender_host` is the name we greet with. What the relay refuses before it has seen the message (greeting, TLS,
    log-in) is our own setting at fault: deferred, so that mending it sends what waits. No address is ever logged, nor
    put into an error. Raises `ValueError` for settings that cannot work.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security,
        timeout_seconds: float,
        sender_host: str,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        if (username is None) != (password is None):
            raise ValueError("SMTP takes a user name and a password together, or neither")
        if username is not None and security == "none":
            raise ValueError("an SMTP password would travel in clear text: set the security to starttls or tls")
        self._host, self._port = host, port
        self._security = security
        self._timeout = timeout_seconds
        self._sender_host = sender_host
        self._log_in = (username, password) if username is not None and password is not None else None

    def send(self, message: EmailMessage, before_handing_over: Callable[[], None]) -> str:
        """See `ports.MailTransport.send`; a message must have one address each in `From` and `To`."""
        sender, recipient = _only_address(message, "From"), _only_address(message, "To")
        body = _on_the_wire(message)
        with self._connected() as connection:
            with _surely_undelivered():
                _announce(connection, sender, recipient)
                connection.send(body)
                _make_sure_the_server_waits(connection)
            before_handing_over()
            return _hand_over(connection)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with _surely_undelivered():
            connection = self._open()
        try:
            yield connection
        finally:
            connection.close()  # no QUIT on the way out of an error: in the middle of a body it would be part of it

    def _open(self) -> smtplib.SMTP:
        if self._security == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, self._sender_host, timeout=self._timeout, context=context
            )
        else:
            connection = smtplib.SMTP(self._host, self._port, self._sender_host, timeout=self._timeout)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
        if self._log_in:
            connection.login(*self._log_in)


@contextmanager
def _surely_undelivered() -> Iterator[None]:
    """Before the closing dot whatever goes wrong with the connection leaves the message undelivered."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise MailDeferred(_without_addresses(error.smtp_error), error.smtp_code) from None
    except ssl.SSLError as error:
        raise MailDeferred(f"TLS with the mail server failed: {error.reason or error}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailDeferred(f"the mail server could not be used: {_without_addresses(str(error))}") from None


def _announce(connection: smtplib.SMTP, sender: str, recipient: str) -> None:
    _accepted(connection.mail(sender))
    _accepted(connection.rcpt(recipient))
    code, text = connection.docmd("DATA")
    if code != _START_OF_DATA:
        _accepted((code, text))
        raise MailDeferred("the mail server answered DATA with a success that is none", code)


def _make_sure_the_server_waits(connection: smtplib.SMTP) -> None:
    """A server that has spoken or hung up before the dot will not take the message; now that is still certain."""
    if connection.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is gone")
    timeout = connection.sock.gettimeout()
    connection.sock.settimeout(0)
    try:
        connection.sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):  # silence: it waits for the rest
        return
    finally:
        connection.sock.settimeout(timeout)
    raise smtplib.SMTPServerDisconnected("it ended the exchange before the message was complete")


def _hand_over(connection: smtplib.SMTP) -> str:
    try:
        connection.send(b".\r\n")
        reply = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        reason = f"the connection was lost after the message was handed over: {_without_addresses(str(error))}"
        raise MailUncertain(reason) from None
    if not 200 <= reply[0] <= 599 or 300 <= reply[0] <= 399:
        raise MailUncertain("the mail server's answer to the message cannot be understood", reply[0])
    text = _accepted(reply)
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    return text


def _accepted(reply: tuple[int, bytes]) -> str:
    """The reply's text; raises `MailDeferred` or `MailRefused` where it is not a success."""
    code, text = reply[0], _without_addresses(reply[1])
    if 500 <= code <= 599 and code not in _ABOUT_US:
        raise MailRefused(text, code)
    if not 200 <= code <= 299:
        raise MailDeferred(text, code)
    return f"{code} {text}"


def _without_addresses(text: bytes | str) -> str:
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    return _ADDRESS.sub("<address>", " ".join(words.split()))[:_LONGEST_REASON]


def _only_address(message: EmailMessage, header: str) -> str:
    value = message[header]
    if not isinstance(value, AddressHeader) or len(value.addresses) != 1:
        raise ValueError(f"a message to be sent has exactly one address in {header}")
    return str(value.addresses[0].addr_spec)


def _on_the_wire(message: EmailMessage) -> bytes:
    """The message as 7-bit CRLF lines, dots at line starts doubled, ending in CRLF; the closing dot is not in it."""
    raw = message.as_bytes(policy=message.policy.clone(cte_type="7bit", linesep="\r\n"))
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)  # a lone CR or LF could pass for a line end behind the relay
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
