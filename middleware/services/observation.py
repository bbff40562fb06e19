"""What Twilio says of a call, from a status callback or from its REST resource, in one shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
LONGEST_WORD = 32
_DIGITS = re.compile(r"[0-9]{1,9}")  # more fit no column, and no call
_SIP_CODE = re.compile(r"[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a call. `said_at`: Twilio's own time of it, aware, if it gave one. `parent_call_sid`: of the leg
    whose instructions dialled this one, if any did."""

    call_sid: str
    call_status: str
    sip_response_code: str | None = None
    answered_by: str | None = None
    duration_seconds: int | None = None
    said_at: datetime | None = None
    parent_call_sid: str | None = None

    @classmethod
    def from_callback(cls, form: Mapping[str, str]) -> Observation:
        """From a status callback's parameters."""
        return cls(
            call_sid=form.get("CallSid", ""),
            call_status=form.get("CallStatus", ""),
            sip_response_code=_code(form.get("SipResponseCode")),
            answered_by=form.get("AnsweredBy", "")[:LONGEST_WORD] or None,
            duration_seconds=_whole(form.get("CallDuration")),
            said_at=twilio_instant(form.get("Timestamp")),
            parent_call_sid=_sid(form.get("ParentCallSid")),
        )

    @classmethod
    def from_resource(cls, body: Mapping[str, object]) -> Observation:
        """From a call as REST returns it; it has no SIP code."""
        return cls(
            call_sid=_text(body, "sid") or "",
            call_status=_text(body, "status") or "",
            answered_by=(_text(body, "answered_by") or "")[:LONGEST_WORD] or None,
            duration_seconds=_whole(_text(body, "duration")),
            said_at=twilio_instant(_text(body, "end_time")) or twilio_instant(_text(body, "start_time")),
            parent_call_sid=_sid(_text(body, "parent_call_sid")),
        )


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None


def _sid(text: str | None) -> str | None:
    return text if text and CALL_SID.fullmatch(text) else None


def _whole(text: str | None) -> int | None:
    return int(text) if text and _DIGITS.fullmatch(text) else None


def _code(text: str | None) -> str | None:
    return text if text and _SIP_CODE.fullmatch(text) else None


def twilio_instant(text: str | None) -> datetime | None:
    """A date as Twilio writes it, aware, in UTC; None for one in a form that we do not know, which is no reason to
    lose what came with it."""
    try:
        at = parsedate_to_datetime(text) if text else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
