"""Ends of calls that no callback told: the dialer hears of them all the same, as if one had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from middleware.decision.disposition import ENDED, state_from_twilio
from middleware.services.status_reports import hand_on
from middleware.store.attempts import AttemptSeen
from middleware.store.database import Connection
from middleware.store.status_reports import StatusReportRepository

SOURCE = "ringfence-sweep"  # Twilio's own reports are of the source call-progress-events
# as many events as usually go before; Twilio's REST resource does not tell
_NUMBERS = {"completed": "3", "busy": "2", "no-answer": "2"}


def tell_of_end(connection: Connection, attempt: AttemptSeen, call: Mapping[str, object], now: datetime) -> None:
    """Keep what Twilio's REST resource says of an ended call as a report, and hand it on. A callback that comes later
    is kept too, and not handed on again."""
    status = _text(call, "status")
    if attempt.dialer_callback is None or state_from_twilio(status) not in ENDED:
        return
    form = _form(call, status)
    report_id = StatusReportRepository(connection).add(attempt.id, form, list(form.items()), now)
    if report_id is not None:
        hand_on(connection, attempt, report_id, form, now)


def _form(call: Mapping[str, object], status: str) -> dict[str, str]:
    seconds = _text(call, "duration") or "0"
    form = {
        "CallSid": _text(call, "sid"),
        "AccountSid": _text(call, "account_sid"),
        "From": _text(call, "from"),
        "To": _text(call, "to"),
        "Caller": _text(call, "from"),
        "Called": _text(call, "to"),
        "CallStatus": status,
        "ApiVersion": _text(call, "api_version"),
        "Direction": _text(call, "direction"),
        "Timestamp": _text(call, "end_time"),
        "CallbackSource": SOURCE,
        "SequenceNumber": _NUMBERS.get(status, "1"),
        "CallDuration": seconds,
        "Duration": str(ceil(int(seconds) / 60)) if seconds.isdecimal() and len(seconds) < 10 else "0",
    }
    answered_by = _text(call, "answered_by")
    return form | ({"AnsweredBy": answered_by} if answered_by else {})


def _text(call: Mapping[str, object], name: str) -> str:
    value = call.get(name)
    return value if isinstance(value, str) else ""
