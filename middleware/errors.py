"""Every error that Ringfence raises on purpose. What each becomes in HTTP is decided in `webhooks.problems` alone."""

from __future__ import annotations


class RingfenceError(Exception):
    """Base of all errors that Ringfence raises on purpose. The text is for people and holds no personal data."""


class InvalidSettings(RingfenceError):
    """Settings that cannot work; `lines` holds one sentence for each thing to mend."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class UnusablePolicy(InvalidSettings):
    """A country's file that cannot be used; `lines` holds one sentence for each thing to mend, with its line."""


class InvalidRequest(RingfenceError):
    """A request that cannot be understood; `field` names the part that is wrong."""

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class InvalidParameter(InvalidRequest):
    """A wrong parameter of a request in Twilio's words; `twilio_code` is Twilio's own code for it, if it has one."""

    def __init__(self, detail: str, field: str, twilio_code: int | None = None) -> None:
        super().__init__(detail, field)
        self.twilio_code = twilio_code


class NotAuthenticated(RingfenceError):
    """No credential, or one that we did not issue or have withdrawn."""


class NotAllowed(RingfenceError):
    """A known credential without the role, or for another controller."""


class NotFound(RingfenceError):
    """The thing asked for does not exist, or belongs to somebody else (both answer alike)."""


class IdempotencyConflict(RingfenceError):
    """An Idempotency-Key was used before with another request."""


class ExportsBusy(RingfenceError):
    """This process is streaming as many exports as it may without delaying decisions; ask again later."""


class OutcomeConflict(RingfenceError):
    """An outcome was reported for an attempt that cannot take it, such as a refused one."""


class AlreadyReconciling(RingfenceError):
    """Another process compares this day with Twilio's call list right now."""


class StoreUnavailable(RingfenceError):
    """The store cannot be read or written; nothing may be permitted on a guess."""


class StoreBusy(StoreUnavailable):
    """Others were faster too many times in a row; ask again."""


class ClockSkew(RingfenceError):
    """This process' clock and the store's differ by more than is safe."""


class CallRefused(RingfenceError):
    """Twilio refused to create the call; `status` and `body` are its answer, to be handed on as received."""

    def __init__(self, status: int, body: dict[str, object]) -> None:
        super().__init__(f"Twilio answered {status}, code {body.get('code')}")
        self.status = status
        self.body = body


class NotPassed(RingfenceError):
    """A request that is not handed on to Twilio, because nobody has said that it may be."""


class MethodNotPassed(NotPassed):
    """A resource that is handed on, with a method that is not."""


class CallNotCreated(RingfenceError):
    """Twilio could not be reached or turned the request away unprocessed: certainly no call exists.

    `is_turned_away`: Twilio was too busy (429, 503), and may be asked again a little later.
    """

    def __init__(self, message: str, *, is_turned_away: bool = False) -> None:
        super().__init__(message)
        self.is_turned_away = is_turned_away


class TooFast(RingfenceError):
    """More calls at once than the account may create: certainly no call exists, and the same request may come again."""


class CreateUncertain(RingfenceError):
    """Twilio may or may not have created the call. It must be asked; the call must never be created again."""


class CarrierUnavailable(RingfenceError):
    """Twilio could not be asked (fetch, list, update), or did not answer; asking again does no harm."""


class LookUpFailed(RingfenceError):
    """Twilio Lookup did not answer, or not in a way that tells anything; nothing is known that was not before."""


class IncompleteNotice(RingfenceError):
    """An information mail that lacks what the law asks for; `items` names everything that is missing or unusable."""

    def __init__(self, items: tuple[str, ...]) -> None:
        super().__init__(
            "the information mail lacks what GDPR art. 14 asks for; complete the controller, campaign or contact: "
            + ", ".join(items)
        )
        self.items = items


class BrokenNoticeTemplate(RingfenceError):
    """A notice template that is missing or cannot be rendered; the text names the file and the fault."""


class InvalidMailAddress(RingfenceError):
    """Not an address that mail can be sent to. The text does not repeat it."""


class InvalidLink(RingfenceError):
    """A link that we did not sign, or that was changed on its way."""


class UnknownNotice(RingfenceError):
    """No notice has this id; it may have been erased."""


class MailFault(RingfenceError):
    """Base of the three ways in which a mail is not known to be delivered.

    `reason` is the server's or the system's own words with addresses taken out; `code` the SMTP reply code, if any.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class MailDeferred(MailFault):
    """Certainly not delivered, for a cause that may pass: the same message may be sent again."""


class MailRefused(MailFault):
    """Certainly not delivered, and the server will not take this message to this address."""


class MailUncertain(MailFault):
    """The connection was lost after the closing dot: perhaps delivered. The message must never be sent again."""


class QueueUnavailable(RingfenceError):
    """The queue cannot be reached. Nothing is lost: what is owed stands in the store."""


class CallbackFailed(RingfenceError):
    """The dialer's callback URL did not take a report; it may be sent again."""


class CallbackForbidden(RingfenceError):
    """The dialer's callback URL points where we do not send: it is not tried again."""


class NoAnswer(RingfenceError):
    """A server that somebody else named gave no answer that can be used; the text says why."""


class DocumentUnavailable(RingfenceError):
    """The dialer's URL gave no TwiML that can be used; another of its URLs may."""


class TwimlRefused(RingfenceError):
    """TwiML that cannot be read, or that could ring a telephone which nobody was asked about; the text says what."""


class NoticeMoved(RingfenceError):
    """Another process has taken this notice; nothing was sent by this one."""


class InvalidSetUp(RingfenceError):
    """A folder of files that cannot be loaded; `lines` holds a sentence, with file and line, for each thing to mend."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class NotCertifiable(RingfenceError):
    """The certification could not be carried out, so it says nothing about the store."""
