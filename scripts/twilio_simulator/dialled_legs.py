"""The legs that a `<Dial>` asks for, each as the request for a call."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from scripts.twilio_simulator.call_request import DEFAULT_TIME_LIMIT, CallRequest, Event, Subscription
from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.endpoints import e164
from scripts.twilio_simulator.form import Webhook

_RING_SECONDS: Final = 30
_NOUNS: Final = frozenset({"Number", "Client", "Sip"})


def legs_of(call: Call, dial: ET.Element, base: str) -> Iterator[CallRequest]:
    """One for every noun that names somebody whom Twilio could dial."""
    for noun in _nouns(dial):
        to = _address(noun)
        if to is not None:
            yield CallRequest(
                to=to,
                from_=dial.get("callerId") or call.request.from_,
                voice=_webhook(noun, "url", "method", base),
                subscription=_subscription(noun, base),
                ring_timeout=_whole(dial.get("timeout"), _RING_SECONDS),
                time_limit=_whole(dial.get("timeLimit"), DEFAULT_TIME_LIMIT),
                direction="outbound-dial",
                parent_call_sid=call.sid,
            )


def _nouns(dial: ET.Element) -> list[ET.Element]:
    nouns = [noun for noun in dial if noun.tag in _NOUNS]
    if nouns or not (dial.text or "").strip():
        return nouns
    bare = ET.Element("Number")
    bare.text = dial.text
    return [bare]


def _address(noun: ET.Element) -> str | None:
    text = "".join(noun.itertext()).strip()
    if noun.tag == "Client":
        identity = noun.find("Identity")
        return f"client:{(text if identity is None else (identity.text or '')).strip()}"
    if noun.tag == "Sip":
        return text if re.match(r"sips?:\S+$", text, re.IGNORECASE) else None
    return e164(text)


def _subscription(noun: ET.Element, base: str) -> Subscription | None:
    """In TwiML, unlike in REST, one attribute names all events."""
    wanted = noun.get("statusCallbackEvent", Event.COMPLETED).split()
    webhook = _webhook(noun, "statusCallback", "statusCallbackMethod", base)
    if webhook is None or not all(event in set(Event) for event in wanted):
        return None
    return Subscription(webhook, frozenset(map(Event, wanted)))


def _webhook(noun: ET.Element, name: str, method_name: str, base: str) -> Webhook | None:
    url = noun.get(name)
    method = "GET" if noun.get(method_name, "").upper() == "GET" else "POST"
    return Webhook(urljoin(base, url), method) if url else None


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
