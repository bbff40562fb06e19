"""What became of an attempt: the states it passes through, forwards only, and the outcome derived from the last one."""

from __future__ import annotations

from enum import StrEnum

from middleware.decision.model import Outcome


class State(StrEnum):
    """The life of an attempt; the last eight words are Twilio's own, as its reports spell them."""

    REFUSED = "refused"
    PERMITTED = "permitted"
    EXPIRED = "expired"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"
    PLACED = "placed"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


# The further a state, the more is known of a call. What we merely conclude (the permit ran out, the dialer says it
# made no call) ranks below every report that a call exists: such a call counts, whatever was concluded before.
RANK = {
    State.PERMITTED: 0,
    State.EXPIRED: 1,
    State.UNCERTAIN: 2,
    State.WITHDRAWN: 3,
    State.PLACED: 4,
    State.RINGING: 5,
    State.IN_PROGRESS: 6,
    State.COMPLETED: 7,
    State.BUSY: 7,
    State.NO_ANSWER: 7,
    State.FAILED: 7,
    State.CANCELED: 7,
    State.REFUSED: 8,  # never left: a call reported for a refused attempt is a violation, not its continuation
}

ENDED = frozenset({State.COMPLETED, State.BUSY, State.NO_ANSWER, State.FAILED, State.CANCELED})

_STATES = {
    "queued": State.PLACED,
    "initiated": State.PLACED,
    "ringing": State.RINGING,
    "in-progress": State.IN_PROGRESS,
    "answered": State.IN_PROGRESS,  # the name of the event; its CallStatus says in-progress
    "completed": State.COMPLETED,
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
}

# RFC 3261 (603 Decline), RFC 8197 (607 Unwanted): the callee's phone declined, which is more than being engaged.
_DECLINED = frozenset({"603", "607"})
# RFC 3261 (486 Busy Here, 600 Busy Everywhere): a phone that is engaged, or whose owner pressed the red button. Not a
# failure of the network, after which one might try again at once.
_ENGAGED = frozenset({"486", "600"})


def state_from_twilio(call_status: str) -> State | None:
    """The state that a Twilio CallStatus tells of; None for a word we do not know."""
    return _STATES.get(call_status)


def advance(current: State, reported: State) -> State:
    """The state after a report: the further one. Repeated and overtaken reports change nothing."""
    return reported if RANK[reported] > RANK[current] else current


def outcome_from_twilio(call_status: str, sip_response_code: str | None, answered_by: str | None) -> Outcome | None:
    """How a call ended, from Twilio's last report on it; None if the report is not of an end."""
    state = state_from_twilio(call_status)
    if state not in ENDED:
        return None
    if state is State.COMPLETED:
        is_machine = answered_by is not None and answered_by.startswith(("machine_", "fax"))
        return Outcome.VOICEMAIL if is_machine else Outcome.ANSWERED
    if sip_response_code in _DECLINED:
        return Outcome.REJECTED
    if sip_response_code in _ENGAGED:
        return Outcome.BUSY
    return Outcome(state.value)
