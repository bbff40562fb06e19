"""Which events of its calls the load client asks for: none, the usual one, all of them, some."""

from __future__ import annotations

from typing import Final

EVENTS: Final = ("initiated", "ringing", "answered", "completed")
_OF_STATUS: Final = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_ASKED: Final[tuple[tuple[str, ...] | None, ...]] = (
    None,  # no status callback at all
    (),  # one without a list of events: Twilio then reports the end
    EVENTS,
    ("completed",),
    ("answered", "completed"),
    EVENTS,
    ("initiated", "ringing"),
    ("ringing", "answered"),
)


def asked_for(place: int) -> tuple[str, ...] | None:
    """What the create of the call at a place names; None where it names no callback."""
    return _ASKED[place % len(_ASKED)]


def wanted_at(place: int) -> frozenset[str]:
    """The events that must therefore come."""
    asked = asked_for(place)
    return frozenset() if asked is None else frozenset(asked or ("completed",))


def event_of(call_status: str) -> str:
    """The event that reports a CallStatus; every end is the event `completed`."""
    return _OF_STATUS.get(call_status, "completed")
