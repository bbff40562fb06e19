"""All calls of the account, newest first, found by SID or by Twilio's list filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from scripts.twilio_simulator.calls import Call, CallState, Status
from scripts.twilio_simulator.errors import INVALID_PARAMETER, TwilioError

# Twilio's own keys: the comparison is part of the name, so that `StartTime>=2026-11-24` means "at or after"
TIME_FILTERS: Final = ("StartTime", "StartTime<", "StartTime>", "EndTime", "EndTime<", "EndTime>")
FILTERS: Final = ("To", "From", "Status", "ParentCallSid", *TIME_FILTERS)


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both included; aware UTC."""

    first: datetime
    last: datetime


class CallList:
    """Calls by SID, by callee and in order of creation; remembers the place of deleted ones for paging."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._by_callee: dict[str, dict[str, Call]] = {}
        self._index: dict[str, int] = {}
        self.next_index = 0

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: Call) -> None:
        self._calls[call.sid] = call
        self._by_callee.setdefault(call.request.to, {})[call.sid] = call
        self._index[call.sid] = call.index
        self.next_index = max(self.next_index, call.index + 1)

    def get(self, sid: str) -> Call | None:
        return self._calls.get(sid)

    def remove(self, call: Call) -> None:
        del self._calls[call.sid]
        del self._by_callee[call.request.to][call.sid]

    @property
    def index_by_sid(self) -> Mapping[str, int]:
        """The place of every call in the order of creation, of deleted ones too."""
        return self._index

    def all(self) -> list[Call]:
        """Every call that was not deleted, oldest first."""
        return list(self._calls.values())

    def matching(self, filters: Mapping[str, str], seen_at: float) -> list[Call]:
        """The calls that pass every filter as they looked at `seen_at`, newest first; TwilioError for a bad filter.

        A call without a start time, one that is still queued, passes no filter on it.
        """
        spans = {name: _span(name, filters[name]) for name in TIME_FILTERS if filters.get(name)}
        status = _status(filters.get("Status", ""))
        to, from_, parent = (filters.get(name) for name in ("To", "From", "ParentCallSid"))
        candidates = self._by_callee.get(to, {}) if to else self._calls
        return [
            call
            for call in reversed(candidates.values())
            if (not from_ or call.request.from_ == from_)
            and (not parent or call.request.parent_call_sid == parent)
            and _passes(call.state_at(seen_at), status, spans)
        ]


def _passes(state: CallState, status: Status | None, spans: Mapping[str, Span]) -> bool:
    if status is not None and state.status is not status:
        return False
    for name, span in spans.items():
        moment = state.start_time if name.startswith("Start") else state.end_time
        if moment is None or not span.first <= moment <= span.last:
            return False
    return True


def _status(text: str) -> Status | None:
    try:
        return Status(text) if text else None
    except ValueError:
        raise TwilioError(INVALID_PARAMETER, f"Status must be one of {', '.join(Status)}.") from None


def _span(name: str, text: str) -> Span:
    """On its own, a date or a date and time means that day in UTC; compared, it means that second or midnight."""
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TwilioError(INVALID_PARAMETER, f"{name} must be a date such as 2026-11-24, in UTC.") from None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if name.endswith("<"):
        return Span(earliest, moment)
    if name.endswith(">"):
        return Span(moment, latest)
    midnight = datetime.combine(moment.date(), time(), UTC)
    return Span(midnight, midnight + timedelta(days=1, seconds=-1))
