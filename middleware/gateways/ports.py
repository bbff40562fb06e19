"""What services ask of the outside world. Each gateway keeps one of these promises; tests keep them with fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol


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


Pairs = Sequence[tuple[str, str]]


class CallCarrier(Protocol):
    """Twilio's Calls resource, parameters and fields as Twilio names them; unknown ones pass through both ways."""

    def create(self, parameters: Pairs) -> dict[str, Any]:
        """Create one call; returns Twilio's body.

        Raises `CallRefused` (Twilio's 4xx), `CallNotCreated` (certainly no call) and `CreateUncertain` (perhaps one:
        never create again, ask for it).
        """

    def add_participant(self, conference: str, parameters: Pairs) -> dict[str, Any]:
        """Ring somebody into a conference, given by its name or SID; raises as `create` does."""

    def conference(self, conference_sid: str) -> dict[str, Any]:
        """One conference. Raises `CallRefused` with Twilio's answer, `CarrierUnavailable`."""

    def participant(self, method: str, path: str, parameters: Pairs) -> dict[str, Any]:
        """Read, change or remove participants (`Conferences/{conference}/Participants...`), never add one. Raises
        `CallRefused` with Twilio's answer, `CarrierUnavailable`."""

    def fetch(self, call_sid: str) -> dict[str, Any]:
        """One call. Raises `CallRefused` with Twilio's answer, `CarrierUnavailable`."""

    def update(self, call_sid: str, parameters: Pairs) -> dict[str, Any]:
        """Change a live call. Raises `CallRefused` with Twilio's answer, `CarrierUnavailable`."""

    def list(self, query: Pairs) -> dict[str, Any]:
        """One page of calls. Raises `CallRefused` with Twilio's answer, `CarrierUnavailable`."""


class CallReading(Protocol):
    """Twilio's Calls resource for who only looks: `CallCarrier` keeps this promise too."""

    def fetch(self, call_sid: str) -> dict[str, Any]:
        """See `CallCarrier.fetch`."""

    def list(self, query: Pairs) -> dict[str, Any]:
        """See `CallCarrier.list`."""


@dataclass(frozen=True, slots=True)
class Media:
    """Sound that is read as it is sent on; `length` in bytes, where it is known."""

    content_type: str
    length: int | None
    chunks: Iterator[bytes]


class TwilioResources(Protocol):
    """Resources of our account at Twilio; paths are what follows the account in their addresses."""

    def ask(self, method: str, path: str, query: Pairs, form: Pairs) -> dict[str, Any] | None:
        """Twilio's body; None where it has none. Raises `CallRefused` with Twilio's answer, `CarrierUnavailable`."""

    def media(self, path: str, query: Pairs) -> Media:
        """The sound of a recording. Raises as `ask` does."""


class LineLookUps(Protocol):
    """Twilio Lookup v2, fields as Twilio names them. Each look-up costs money."""

    def look_up(self, e164: str) -> dict[str, Any]:
        """What is told of a number and its line; Twilio's error body for one that it cannot read. Raises
        `LookUpFailed`."""


class JobQueue(Protocol):
    """Carries ids of outbox rows to workers; may lose them, may carry one twice."""

    def enqueue(self, outbox_id: str, tries: int) -> None:
        """Raises `QueueUnavailable`; the row then stays due and is queued later."""

    def waiting(self) -> int:
        """How many ids no worker has taken yet, some perhaps more than once. Raises `QueueUnavailable`."""


class CallbackSender(Protocol):
    """Delivers a status callback to the dialer's own URL."""

    def send(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> None:
        """Signed as Twilio signs, with the token the dialer knows; every try of one callback has one `delivery_id`.

        Raises `CallbackFailed` when it may be tried again, `CallbackForbidden` when that cannot help.
        """


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """What a dialer's URL answered. `final_url`: where it was found after redirects, from which relative URLs in it
    count; without user and password."""

    content_type: str  # as sent, perhaps empty
    text: str
    final_url: str


class DocumentSource(Protocol):
    """Fetches TwiML from a dialer's own URL."""

    def fetch(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> FetchedDocument:
        """Signed as Twilio signs, with the token the dialer knows. Redirects are followed, within one time limit.

        Raises `DocumentUnavailable` when it may be tried elsewhere (a fallback URL), `CallbackForbidden` when the URL,
        or one that it leads to, is where we do not ask.
        """
