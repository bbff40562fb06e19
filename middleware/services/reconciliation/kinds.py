"""What a comparison can find, and which of it somebody has to look at."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """As violations keep it."""

    NOT_PERMITTED = "not_permitted"
    AFTER_PERMIT = "after_permit"
    COUNTED_AGAIN = "counted_again"
    UNKNOWN_AT_CARRIER = "unknown_at_carrier"
    STATE_DIFFERS = "state_differs"
    DURATION_DIFFERS = "duration_differs"
    NEVER_PLACED = "never_placed"


MEANINGS = {
    Kind.NOT_PERMITTED: "a telephone was rung that no permit allowed",
    Kind.AFTER_PERMIT: "a call began after its permit had ended",
    Kind.COUNTED_AGAIN: "there was a call where our log said that none was made; it counts again",
    Kind.UNKNOWN_AT_CARRIER: "our log has a call that Twilio does not know",
    Kind.STATE_DIFFERS: "Twilio tells another end of the call; taken over from Twilio",
    Kind.DURATION_DIFFERS: "Twilio tells another duration; taken over from Twilio",
    Kind.NEVER_PLACED: "a permit that never became a call",
}
ALARMING = (Kind.NOT_PERMITTED, Kind.AFTER_PERMIT, Kind.COUNTED_AGAIN, Kind.UNKNOWN_AT_CARRIER)
