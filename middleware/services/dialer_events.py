"""Which event of Twilio's a status callback reports, and its number among those that a dialer asked for.

Twilio numbers a call's events from 0 over those that were asked for. We ask for all of them, so the number that an
event has for us tells which events went before it, whatever order their reports arrive in and whether they arrive.
"""

from __future__ import annotations

from collections.abc import Collection

from middleware.decision.disposition import ENDED, State, state_from_twilio

EVENTS = ("initiated", "ringing", "answered", "completed")
_OF_STATE = {State.PLACED: "initiated", State.RINGING: "ringing", State.IN_PROGRESS: "answered"}


def event_of(call_status: str) -> str | None:
    """The event that a CallStatus belongs to; None for a word that we do not know."""
    state = state_from_twilio(call_status)
    if state is None:
        return None
    return "completed" if state in ENDED else _OF_STATE[state]


def number_among(wanted: Collection[str], event: str, call_status: str, sequence_number: str) -> int | None:
    """The event's number among the wanted ones; None where Twilio gave it no number."""
    if not (sequence_number.isascii() and sequence_number.isdigit()):
        return None
    return sum(before in wanted for before in _events_before(event, call_status, sequence_number))


def _events_before(event: str, call_status: str, sequence_number: str) -> tuple[str, ...]:
    possible = EVENTS[: EVENTS.index(event)]
    if len(sequence_number) > 1 or int(sequence_number) >= len(possible):
        return possible
    if call_status == State.COMPLETED.value and int(sequence_number) == 2:
        return ("initiated", "answered")  # an answered call of which the carrier did not say that it rang
    return possible[: int(sequence_number)]
