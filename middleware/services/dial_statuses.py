"""What Asterisk's Dial() and VICIdial call the end of a call, in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.decision.model import Outcome
from middleware.errors import InvalidRequest
from middleware.services.outcomes import LONGEST_CALL, NOT_PLACED

PARAMETERS = ("attempt", "dialstatus", "status", "seconds")

# DIALSTATUS, set by Dial(). INVALIDARGS: the command itself was wrong, so nothing was dialled.
DIALSTATUS: dict[str, str] = {
    "ANSWER": Outcome.ANSWERED.value,
    "BUSY": Outcome.BUSY.value,
    "NOANSWER": Outcome.NO_ANSWER.value,
    "CANCEL": Outcome.CANCELED.value,
    "CONGESTION": Outcome.FAILED.value,
    "CHANUNAVAIL": Outcome.FAILED.value,
    "DONTCALL": Outcome.DECLINED.value,
    "TORTURE": Outcome.DECLINED.value,
    "INVALIDARGS": NOT_PLACED,
}
# VICIdial's own statuses. A drop is a call that was answered and had no agent: it counts as answered.
VICIDIAL: dict[str, str] = {
    **dict.fromkeys(("SALE", "CALLBK", "CBHOLD", "XFER", "DROP", "PDROP", "XDROP", "NP", "DAIR"), "answered"),
    **dict.fromkeys(("NI", "DEC"), "declined"),
    **dict.fromkeys(("A", "AA", "AM", "AL", "AFAX"), "voicemail"),
    **dict.fromkeys(("B", "AB"), "busy"),
    **dict.fromkeys(("N", "NA"), "no-answer"),
    **dict.fromkeys(("DC", "ADC", "ADCT", "LRERR"), "failed"),
}
# "Do not call me again", said in this call or found on VICIdial's own list before it was made
_OBJECTIONS = {"DNC": Outcome.DECLINED.value, "DNCL": NOT_PLACED, "DNCC": NOT_PLACED}


def outcome_body(given: Mapping[str, str]) -> dict[str, Any]:
    """The report as `Outcomes.report` takes it; raises `InvalidRequest` naming the parameter that is wrong."""
    for name in given:
        if name not in PARAMETERS:
            raise InvalidRequest(f"is not a parameter of this request; known are {', '.join(PARAMETERS)}", name)
    if bool(given.get("dialstatus")) == bool(given.get("status")):
        raise InvalidRequest("is Asterisk's word and `status` VICIdial's: give one of the two", "dialstatus")
    name, table = ("dialstatus", DIALSTATUS) if given.get("dialstatus") else ("status", VICIDIAL | _OBJECTIONS)
    word = given[name].strip().upper()
    if word not in table:
        raise InvalidRequest(f"must be one of {', '.join(table)}", name)
    return {"outcome": table[word], **_duration(given)}


def says_objection(given: Mapping[str, str]) -> bool:
    """Whether this status tells that the person does not want to be called again."""
    return given.get("status", "").strip().upper() in _OBJECTIONS


def _duration(given: Mapping[str, str]) -> dict[str, int]:
    """ANSWEREDTIME is empty where nobody answered."""
    text = given.get("seconds", "").strip()
    if not text:
        return {}
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_CALL and len(text) <= 9):
        raise InvalidRequest(f"must be a whole number from 0 to {LONGEST_CALL}", "seconds")
    return {"duration_seconds": int(text)}
