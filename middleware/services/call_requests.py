"""A create request in Twilio's words: what we understand of it, what we refuse, what we pass through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from xml.etree import ElementTree as ET

import orjson

from middleware.decision.model import PlacedBy
from middleware.errors import InvalidRequest
from middleware.services.asking import Question
from middleware.store.catalogue import Credential

Pairs = Sequence[tuple[str, str]]
EVENTS = ("initiated", "ringing", "answered", "completed")
RING_BUFFER = 5  # Twilio may ring up to five seconds longer than its Timeout
SHORTEST_RING = 5
_OURS = frozenset({"To", "Timeout", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"})
_LONGEST_TWIML = 4000
# TwiML that rings nobody else; whatever is not here could, and is not passed on
_QUIET_VERBS = frozenset(
    (
        *("Response", "Say", "Play", "Pause", "Gather", "Record", "Hangup", "Reject", "Connect", "Start", "Stop"),
        *("Stream", "Parameter", "ConversationRelay", "Transcription", "Siprec", "Language"),
        *("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"),
    )
)


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
            caller_id=self._get("From"),
            idempotency_key=self.idempotency_key,
            dialer_callback=self._dialer_callback(),
        )

    def passed_through(self) -> list[tuple[str, str]]:
        """Everything that we do not set ourselves, parameters unknown to us included."""
        return [(name, value) for name, value in self.pairs if name not in _OURS]

    def ring_seconds(self, most: int | None) -> int:
        """Twilio's `Timeout`: what the dialer asks for, within what the policy allows, less Twilio's own slack."""
        longest = max(SHORTEST_RING, (most or SHORTEST_RING + RING_BUFFER) - RING_BUFFER)
        asked = self._get("Timeout")
        return longest if asked is None else max(1, min(int(asked), longest))

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
    """Raises `InvalidRequest` with the parameter's name: for what is missing, wrong, or cannot be looked after."""
    given: dict[str, str] = {}
    for name, value in pairs:
        given.setdefault(name, value)
    for name in ("To", "From"):
        if not given.get(name, "").strip():
            raise InvalidRequest(f"The '{name}' parameter is required", name)
    if given["To"].lower().startswith(("client:", "sip:", "sim:")):
        raise InvalidRequest("Only telephone numbers are called through here: give `To` in E.164", "To")
    if given.get("ApplicationSid"):
        raise InvalidRequest(
            "With ApplicationSid Twilio ignores status callbacks, so the call could not be followed: give Url or Twiml",
            "ApplicationSid",
        )
    if not given.get("Url") and not given.get("Twiml"):
        raise InvalidRequest("Url parameter is required.", "Url")
    if given.get("Timeout") is not None and not given["Timeout"].isdigit():
        raise InvalidRequest("Timeout must be a whole number of seconds", "Timeout")
    if given.get("StatusCallbackMethod", "POST").upper() not in {"GET", "POST"}:
        raise InvalidRequest("StatusCallbackMethod must be GET or POST", "StatusCallbackMethod")
    unknown = {word for name, value in pairs if name == "StatusCallbackEvent" for word in _words(value)} - set(EVENTS)
    if unknown:
        raise InvalidRequest(f"StatusCallbackEvent must be of {', '.join(EVENTS)}", "StatusCallbackEvent")
    check_twiml(given.get("Twiml"))
    return CallRequest(tuple(pairs), idempotency_key)


def check_twiml(twiml: str | None) -> None:
    """TwiML given inline must ring nobody else. Raises `InvalidRequest`."""
    if not twiml:
        return
    if len(twiml) > _LONGEST_TWIML:
        raise InvalidRequest(f"Twiml must have at most {_LONGEST_TWIML} characters", "Twiml")
    if "<!" in twiml:
        raise InvalidRequest("Twiml must not declare a document type or entities", "Twiml")
    try:
        verbs = {element.tag for element in ET.fromstring(twiml).iter()}  # noqa: S314  # no entities, see above
    except ET.ParseError as error:
        raise InvalidRequest(f"Twiml is not XML: {error}", "Twiml") from None
    loud = sorted(verbs - _QUIET_VERBS)
    if loud:
        raise InvalidRequest(
            f"Twiml may not hold <{'>, <'.join(loud)}>: it could ring a number that was not checked. "
            "Create that call by itself",
            "Twiml",
        )


def _words(value: str) -> list[str]:
    """One event, or several that a dialer joined by commas or spaces, which Twilio would silently ignore."""
    return value.replace(",", " ").lower().split()


def check_update(pairs: Pairs) -> None:
    """A live call may be ended, or given TwiML that rings nobody else. Raises `InvalidRequest`."""
    given = dict(pairs)
    if any(name.startswith("StatusCallback") for name in given):
        raise InvalidRequest("The status callback of a live call cannot be changed: set it when creating", "StatusCallback")
    check_twiml(given.get("Twiml"))
