"""A create request in Twilio's words: what we understand of it, what we refuse, what we pass through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from middleware.callback_urls import read_callback_url
from middleware.decision.model import PlacedBy, Speaker
from middleware.errors import CallbackForbidden, InvalidParameter, InvalidRequest
from middleware.services.asking import Question
from middleware.services.inline_twiml import check_twiml, machine_speaks
from middleware.store.catalogue import Credential

Pairs = Sequence[tuple[str, str]]
EVENTS = ("initiated", "ringing", "answered", "completed")
LONGEST_KEY = 255
LONGEST_CALLER_ID = 40
_OURS = frozenset({"To", "From", "Timeout", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"})
_SINGLE = frozenset({*_OURS, "Url", "Twiml", "ApplicationSid", "Status"} - {"StatusCallbackEvent"})
_NO_NUMBER = ("client:", "sip:", "sips:", "sim:")
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class CallRequest:
    """Checked on construction through `read_call_request`; `pairs` is the form as it came."""

    pairs: tuple[tuple[str, str], ...]
    idempotency_key: str | None

    def question(self, asker: Credential) -> Question:
        """The same request, as the gate asks it. The campaign is the credential's own: SDKs have no parameter for it,
        and one that a dialer could forget or mistake would apply the wrong rules."""
        if asker.campaign_id is None:
            raise InvalidRequest("this credential has no campaign: ask an administrator for one that has")
        return Question(
            campaign_id=asker.campaign_id,
            callee=self._get("To") or "",
            placed_by=PlacedBy.US,
            route="twilio_rest",
            request_digest=sha256(orjson.dumps(sorted(self.pairs))).hexdigest(),
            caller_id=(self._get("From") or "").strip(),
            idempotency_key=self.idempotency_key,
            dialer_callback=self._dialer_callback(),
            # Twilio has no parameter for who speaks: the campaign declares it, unless the TwiML shows more
            speaker=Speaker.MACHINE if machine_speaks(self._inline_twiml()) else None,
        )

    def passed_through(self) -> list[tuple[str, str]]:
        """Everything that we do not set ourselves, parameters unknown to us included."""
        return [(name, value) for name, value in self.pairs if name not in _OURS]

    @property
    def timeout(self) -> int | None:
        """The seconds of ringing that the dialer asks for, if it does."""
        asked = self._get("Timeout")
        return int(asked) if asked else None

    def _inline_twiml(self) -> str | None:
        return None if self._get("Url") else self._get("Twiml")  # Twilio ignores it beside a Url

    def _dialer_callback(self) -> str | None:
        url = self._get("StatusCallback")
        if not url:
            return None
        asked = [word for name, value in self.pairs if name == "StatusCallbackEvent" for word in _words(value)]
        method = (self._get("StatusCallbackMethod") or "POST").upper()
        return orjson.dumps({"url": url, "method": method, "events": asked or ["completed"]}).decode()

    def _get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)


def read_call_request(pairs: Pairs, idempotency_key: str | None) -> CallRequest:
    """Raises `InvalidParameter` with the parameter's name: for what is missing, wrong, or cannot be looked after."""
    given = _single_values(pairs)
    _check_numbers(given)
    if given.get("ApplicationSid"):
        raise InvalidParameter(
            "With ApplicationSid Twilio ignores status callbacks, so the call could not be followed: give Url or Twiml",
            "ApplicationSid",
        )
    if not given.get("Url") and not given.get("Twiml"):
        raise InvalidParameter("Url parameter is required.", "Url", 21205)
    if given.get("Timeout") and not _SECONDS.fullmatch(given["Timeout"]):
        raise InvalidParameter("Timeout must be a whole number of seconds", "Timeout", 21208)
    _check_callback(given, pairs)
    check_twiml(given.get("Twiml"))
    if idempotency_key is not None and not (0 < len(idempotency_key) <= LONGEST_KEY and idempotency_key.isprintable()):
        raise InvalidParameter(f"Idempotency-Key must have 1 to {LONGEST_KEY} characters", "Idempotency-Key")
    return CallRequest(tuple(pairs), idempotency_key)


def check_update(pairs: Pairs) -> None:
    """A live call may be ended, or given TwiML that rings nobody else. Raises `InvalidParameter`."""
    given = _single_values(pairs)
    if any(name.startswith("StatusCallback") for name in given):
        raise InvalidParameter(
            "The status callback of a live call cannot be changed: set it when creating", "StatusCallback"
        )
    if given.get("ApplicationSid"):
        raise InvalidParameter("A live call cannot be handed to an application: give Url or Twiml", "ApplicationSid")
    check_twiml(given.get("Twiml"))


def _check_numbers(given: dict[str, str]) -> None:
    for name, missing in (("To", 21201), ("From", 21213)):
        if not given.get(name, "").strip():
            raise InvalidParameter(f"The '{name}' parameter is required", name, missing)
    if given["To"].strip().lower().startswith(_NO_NUMBER):
        raise InvalidParameter("Only telephone numbers are called through here: give `To` in E.164", "To")
    if len(given["From"]) > LONGEST_CALLER_ID or not given["From"].isprintable():
        raise InvalidParameter("From is not a valid phone number", "From", 21212)
    if not given["To"].isprintable():
        raise InvalidParameter("To is not a valid phone number", "To", 21211)


def _check_callback(given: dict[str, str], pairs: Pairs) -> None:
    if (given.get("StatusCallbackMethod") or "POST").upper() not in {"GET", "POST"}:
        raise InvalidParameter("StatusCallbackMethod must be GET or POST", "StatusCallbackMethod", 21209)
    unknown = {word for name, value in pairs if name == "StatusCallbackEvent" for word in _words(value)} - set(EVENTS)
    if unknown:  # Twilio would take the call and never report on it
        raise InvalidParameter(f"StatusCallbackEvent must be of {', '.join(EVENTS)}", "StatusCallbackEvent")
    if given.get("StatusCallback"):
        try:
            read_callback_url(given["StatusCallback"])
        except CallbackForbidden as error:
            raise InvalidParameter(f"StatusCallback cannot be used: {error}", "StatusCallback", 21609) from None


def _single_values(pairs: Pairs) -> dict[str, str]:
    """Every parameter's first value. What we check must be what Twilio reads: parameters that we look at stand once,
    and spelled as Twilio spells them."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given and name in _SINGLE:
            raise InvalidParameter(f"'{name}' must be given once", name)
        right = _SPELLINGS.get(_plain(name), name)
        if name != right:
            raise InvalidParameter(f"'{right}' must be written in this way", right)
        given.setdefault(name, value)
    return given


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


_SPELLINGS = {_plain(name): name for name in (*_SINGLE, "StatusCallbackEvent")}


def _words(value: str) -> list[str]:
    """One event, or several that a dialer joined by commas or spaces, which Twilio would silently ignore."""
    return value.replace(",", " ").lower().split()
