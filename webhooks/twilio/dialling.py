"""Nouns of a `<Dial>` that rings people, each reporting to us on every event of its leg."""

from __future__ import annotations

from twilio.twiml.voice_response import Dial

CLIENT, SIP = "client:", "sip:"
_EVENTS = "initiated ringing answered completed"


def ring(dial: Dial, address: str, status_callback: str) -> None:
    """`address` as agents' addresses are written, or a number in E.164."""
    reports = {
        "status_callback": status_callback,
        "status_callback_event": _EVENTS,
        "status_callback_method": "POST",
    }
    if address.startswith(CLIENT):
        dial.client(address.removeprefix(CLIENT), **reports)
    elif address.startswith(SIP):
        dial.sip(address, **reports)
    else:
        dial.number(address, **reports)
