"""The parameters of each kind of webhook about a call."""

import math
from datetime import datetime
from functools import lru_cache
from typing import Final

import phonenumbers

from scripts.twilio_simulator.call_request import Event
from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.scheduling import rfc2822

API_VERSION: Final = "2010-04-01"


def call_parameters(call: Call) -> dict[str, str]:
    """What every webhook about the call carries."""
    places = {f"{side}{part}": "" for side in ("To", "From", "Called", "Caller") for part in ("City", "State", "Zip")}
    to, from_ = call.request.to, call.request.from_
    parent = {"ParentCallSid": call.request.parent_call_sid} if call.request.parent_call_sid else {}
    return {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "From": from_,
        "To": to,
        "Caller": from_,
        "Called": to,
        "CallStatus": call.status.value,
        "ApiVersion": API_VERSION,
        "Direction": call.request.direction,
        **parent,
        **places,
        "ToCountry": _country(to),
        "CalledCountry": _country(to),
        "FromCountry": _country(from_),
        "CallerCountry": _country(from_),
        **call.request.more,
    }


def progress_parameters(call: Call, event: Event, sequence_number: int, now: datetime) -> dict[str, str]:
    """A status callback: what happened, when, and as the how-manieth of the events that were asked for."""
    parameters = {
        **call_parameters(call),
        "Timestamp": rfc2822(now) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence_number),
    }
    if event is Event.INITIATED:
        parameters["CallStatus"] = "initiated"
    if event is Event.COMPLETED:
        parameters |= _ending(call)
    return parameters


def voice_parameters(call: Call) -> dict[str, str]:
    """The request for TwiML; names who answered if that was waited for."""
    detected = {"AnsweredBy": call.state.answered_by, "MachineDetectionDuration": str(call.detection_ms)}
    return call_parameters(call) | ({k: v for k, v in detected.items() if v} if call.state.answered_by else {})


def detection_parameters(call: Call) -> dict[str, str]:
    """The result of an asynchronous answering-machine detection."""
    return {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "AnsweredBy": call.state.answered_by or "unknown",
        "MachineDetectionDuration": str(call.detection_ms or 0),
    }


def recording_of_call_sid(call: Call) -> str:
    """Of the recording that a create with `Record` asked for."""
    return f"RE{call.sid[2:]}"


def _ending(call: Call) -> dict[str, str]:
    seconds = call.state.duration or 0
    ending = {"CallDuration": str(seconds), "Duration": str(math.ceil(seconds / 60))}
    if call.state.sip_response_code is not None:
        ending["SipResponseCode"] = str(call.state.sip_response_code)
    if call.state.answered_by is not None:
        ending["AnsweredBy"] = call.state.answered_by
    if call.request.record and call.answered_at is not None:
        sid = recording_of_call_sid(call)
        url = f"https://api.twilio.com/{API_VERSION}/Accounts/{call.account_sid}/Recordings/{sid}"
        ending |= {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": str(seconds)}
    return ending


@lru_cache(maxsize=10_000)
def _country(address: str) -> str:
    """ISO country of a telephone number; empty for any other address, as with Twilio."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) or ""
    except phonenumbers.NumberParseException:
        return ""
