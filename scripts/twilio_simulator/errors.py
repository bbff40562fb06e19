"""Twilio's errors: integer code, HTTP status, message, and the JSON body that every SDK turns into its exception."""

from collections.abc import Mapping
from typing import Final

NOT_AUTHENTICATED: Final = 20003
METHOD_NOT_ALLOWED: Final = 20004
NOT_FOUND: Final = 20404
TOO_MANY_REQUESTS: Final = 20429
INTERNAL_ERROR: Final = 20500
UNAVAILABLE: Final = 20503
INVALID_PARAMETER: Final = 21200  # Twilio's general code of the Calls resource
TO_MISSING: Final = 21201
URL_INVALID: Final = 21205
SEND_DIGITS_INVALID: Final = 21206
TIMEOUT_INVALID: Final = 21208
METHOD_INVALID: Final = 21209
FROM_NOT_OURS: Final = 21210
TO_INVALID: Final = 21211
FROM_INVALID: Final = 21212
FROM_MISSING: Final = 21213
APPLICATION_SID_INVALID: Final = 21218
NOT_IN_PROGRESS: Final = 21220
STATUS_CALLBACK_INVALID: Final = 21609
TWIML_TOO_LONG: Final = 32018

_HTTP_STATUS: Final[Mapping[int, int]] = {
    NOT_AUTHENTICATED: 401,
    METHOD_NOT_ALLOWED: 405,
    NOT_FOUND: 404,
    TOO_MANY_REQUESTS: 429,
    INTERNAL_ERROR: 500,
    UNAVAILABLE: 503,
}

# Why Twilio would not call a number; `{number}` is the callee. Outcome files and magic numbers name these codes.
REFUSALS: Final[Mapping[int, str]] = {
    21202: "{number} is a premium or shared-cost number, which this account may not call.",
    21203: "International calls are not enabled for this account; {number} was not called.",
    TO_INVALID: "The phone number you are attempting to call, {number}, is not valid.",
    21214: "The phone number you are attempting to call, {number}, could not be reached.",
    21215: "Account not authorized to call {number}. Perhaps you need to enable some international permissions: "
    "https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
    21216: "Account not allowed to call {number}",
    21217: "Phone number does not appear to be valid: {number}",
    21219: "The number {number} is unverified. Trial accounts may only make calls to verified numbers.",
}


class TwilioError(Exception):
    """A request that Twilio would answer with an error; 400 unless the code has another HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"Twilio error {code}")  # the message may hold a phone number
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        return _HTTP_STATUS.get(self.code, 400)

    def body(self) -> dict[str, int | str]:
        """The JSON object of the answer: code, message, more_info, status."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.http_status,
        }


def refusal(code: int, number: str) -> TwilioError:
    """Twilio's refusal to call `number`; `code` is a key of REFUSALS."""
    return TwilioError(code, REFUSALS[code].format(number=number))


def not_found(path: str) -> TwilioError:
    """The answer for a resource that is not there, or not this account's."""
    return TwilioError(NOT_FOUND, f"The requested resource {path} was not found")
