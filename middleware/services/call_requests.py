"""Requests in Twilio's words: what we understand of them, what we refuse, what we pass through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from middleware.callback_urls import read_callback_url
from middleware.decision.model import PlacedBy, Speaker
from middleware.errors import CallbackForbidden, InvalidParameter, InvalidRequest
from middleware.services.asking import Question
from middleware.services.dialer_events import EVENTS
from middleware.services.voice_parameters import CALLBACKS, STATUS, VOICE, Voice, callbacks_in, check_urls, voice_of
from middleware.store.catalogue import Credential
from middleware.twiml.quiet import check_readable, is_quiet, machine_speaks

Pairs = Sequence[tuple[str, str]]
LONGEST_KEY = 255
LONGEST_CALLER_ID = 40
# set by ourselves, or put behind addresses of ours
_OURS = frozenset(("To", "From", "Timeout", *STATUS, *VOICE))
_SINGLE = frozenset(
    {
        *_OURS,
        *CALLBACKS,
        *(f"{name}Method" for name in CALLBACKS),
        *("ApplicationSid", "Status", "TimeLimit", "MachineDetection", "AsyncAmd", "CallerId"),
    }
) - {"StatusCallbackEvent"}
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class CallRequest:
    """Checked on construction through `read_call_request`; `pairs` is the form as it came."""

    pairs: tuple[tuple[str, str], ...]
    idempotency_key: str | None

    def question(self, asker: Credential, number: str, route: str = "twilio_rest", room: str | None = None) -> Question:
        """The same request, as the gate asks it about this number. The campaign is the credential's own: SDKs have no
        parameter for it, and one that a dialer could forget or mistake would apply the wrong rules. `room`: the
        conference that it brings somebody into; into another one it is another request."""
        asked = [*self.pairs, *([("Conference", room)] if room is not None else [])]
        return Question(
            campaign_id=campaign_of(asker),
            callee=number,
            placed_by=PlacedBy.US,
            route=route,
            request_digest=sha256(orjson.dumps(sorted(asked))).hexdigest(),
            caller_id=self.caller_id,
            idempotency_key=self.idempotency_key,
            dialer_callback=None if self.status_wish is None else orjson.dumps(self.status_wish).decode(),
            # Twilio has no parameter for who speaks: the campaign declares it, unless the TwiML shows more
            speaker=Speaker.MACHINE if machine_speaks(self.voice.twiml) else None,
        )

    @property
    def to(self) -> str:
        """Whom the dialer wants to ring, as it says."""
        return self.get("To") or ""

    @property
    def caller_id(self) -> str:
        """What the dialer wants to show."""
        return (self.get("From") or "").strip()

    @property
    def voice(self) -> Voice:
        """Its instructions; Twilio ignores inline ones beside a Url."""
        return voice_of(dict(reversed(self.pairs)))

    @property
    def inline_alone(self) -> str | None:
        """TwiML that Twilio may have as it is, where nothing else of the request leads anywhere."""
        twiml = self.voice.twiml
        is_alone = twiml is not None and not self.wants_detection and not self.callbacks()
        return twiml if is_alone and is_quiet(twiml or "") else None

    def callbacks(self) -> list[tuple[str, str, str]]:
        """Parameter, URL and method of whatever else Twilio is to report to the dialer."""
        return callbacks_in(dict(reversed(self.pairs)))

    def passed_through(self) -> list[tuple[str, str]]:
        """Everything that we do not set ourselves, parameters unknown to us included, if they lead nowhere."""
        behind_ours = {*_OURS, *CALLBACKS, *(f"{name}Method" for name in CALLBACKS)}
        return [(name, value) for name, value in self.pairs if name not in behind_ours]

    @property
    def timeout(self) -> int | None:
        """The seconds of ringing that the dialer asks for, if it does."""
        asked = self.get("Timeout")
        return int(asked) if asked else None

    @property
    def wants_detection(self) -> bool:
        """Twilio tells what picked up before it asks for instructions, or while the call goes on."""
        return bool(self.get("MachineDetection"))

    @property
    def wants_detection_later(self) -> bool:
        """Twilio tells what picked up while the call goes on."""
        return (self.get("AsyncAmd") or "").lower() == "true"

    @property
    def status_wish(self) -> dict[str, Any] | None:
        """Where the dialer wants to hear of the call, by which method, and of which events; None: it does not."""
        url = self.get("StatusCallback")
        if not url:
            return None
        asked = [word for name, value in self.pairs if name == "StatusCallbackEvent" for word in _words(value)]
        method = (self.get("StatusCallbackMethod") or "POST").upper()
        return {"url": url, "method": method, "events": asked or ["completed"]}

    def get(self, name: str) -> str | None:
        """A parameter's first value."""
        return next((value for key, value in self.pairs if key == name), None)


def read_call_request(pairs: Pairs, idempotency_key: str | None) -> CallRequest:
    """Raises `InvalidParameter` with the parameter's name: for what is missing, wrong, or cannot be looked after."""
    given = single_values(pairs)
    check_numbers(given)
    if given.get("ApplicationSid"):
        raise InvalidParameter(
            "With ApplicationSid Twilio ignores status callbacks, so the call could not be followed: give Url or Twiml",
            "ApplicationSid",
        )
    if not given.get("Url") and not given.get("Twiml"):
        raise InvalidParameter("Url parameter is required.", "Url", 21205)
    check_timeout(given)
    check_callback(given, pairs)
    check_urls(given, (*VOICE, *CALLBACKS))
    check_readable(None if given.get("Url") else given.get("Twiml"))
    check_key(idempotency_key)
    return CallRequest(tuple(pairs), idempotency_key)


def campaign_of(asker: Credential) -> str:
    """The one campaign that a Twilio-style credential calls for. Raises `InvalidRequest`."""
    if asker.campaign_id is None:
        raise InvalidRequest("this credential has no campaign: ask an administrator for one that has")
    return asker.campaign_id


def check_timeout(given: dict[str, str]) -> None:
    """Raises `InvalidParameter`."""
    if given.get("Timeout") and not _SECONDS.fullmatch(given["Timeout"]):
        raise InvalidParameter("Timeout must be a whole number of seconds", "Timeout", 21208)


def check_key(idempotency_key: str | None) -> None:
    """A key that can be kept. Raises `InvalidParameter`."""
    if idempotency_key is not None and not (0 < len(idempotency_key) <= LONGEST_KEY and idempotency_key.isprintable()):
        raise InvalidParameter(f"Idempotency-Key must have 1 to {LONGEST_KEY} characters", "Idempotency-Key")


def check_numbers(given: dict[str, str]) -> None:
    """Somebody to ring and a number to show. Raises `InvalidParameter`."""
    for name, missing in (("To", 21201), ("From", 21213)):
        if not given.get(name, "").strip():
            raise InvalidParameter(f"The '{name}' parameter is required", name, missing)
    if len(given["From"]) > LONGEST_CALLER_ID or not given["From"].isprintable():
        raise InvalidParameter("From is not a valid phone number", "From", 21212)
    if given.get("CallerId"):
        raise InvalidParameter(
            "Twilio would show CallerId in place of From, which is what is checked: give From alone", "CallerId"
        )
    if not given["To"].isprintable():
        raise InvalidParameter("To is not a valid phone number", "To", 21211)


def check_callback(given: dict[str, str], pairs: Pairs) -> None:
    """A receiver of status reports that can be told. Raises `InvalidParameter`."""
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


def single_values(pairs: Pairs) -> dict[str, str]:
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
