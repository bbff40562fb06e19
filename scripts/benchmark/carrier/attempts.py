"""What the gateway's store says at the end of a run, beside what the simulator says of the same calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from middleware.store.database import Database
from middleware.store.models import AttemptRow, OutboxRow
from middleware.store.models.attempts import OPEN_STATES

FORWARDED = "forward_report"
_NO_CALL = frozenset({"withdrawn", "expired"})


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to come."""

    open_attempts: int
    events: int

    @property
    def is_empty(self) -> bool:
        return not (self.open_attempts or self.events)


def backlog(database: Database) -> Backlog:
    """Attempts that have not ended, and events that have not been handed on."""
    waiting = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "pending")
    unsettled = select(func.count()).select_from(AttemptRow).where(AttemptRow.state.in_(OPEN_STATES))
    with database.reading() as connection:
        return Backlog(
            connection.scalar(unsettled) or 0, connection.scalar(waiting.where(OutboxRow.kind == FORWARDED)) or 0
        )


def attempts(database: Database) -> Sequence[Mapping[str, Any]]:
    """Every attempt, as far as it can be compared."""
    row = AttemptRow
    columns = row.id, row.state, row.call_sid, row.call_status, row.duration_seconds, row.sip_response_code, row.outcome
    with database.reading() as connection:
        return [each._asdict() for each in connection.execute(select(*columns, row.ended_at))]


def given_up(database: Database) -> int:
    """Events that were tried to the last."""
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "dead")) or 0


def differences(
    calls: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]], turned_away: int
) -> Iterator[str]:
    """A sentence for everything on which simulator and store do not agree. `calls`: the simulator's own list."""
    by_sid = {each["call_sid"]: each for each in known if each["call_sid"]}
    for entry in calls:
        call = entry["call"]
        attempt = by_sid.pop(call["sid"], None)
        if attempt is None:
            yield f"{call['sid']} was made and no attempt knows it"
        else:
            yield from (f"{call['sid']}: {each}" for each in _unlike(entry, attempt))
    yield from (f"{sid} is an attempt's call, and was never made" for sid in by_sid)
    without = Counter(each["state"] for each in known if not each["call_sid"])
    if set(without) - _NO_CALL or without.total() != turned_away:
        yield f"attempts without a call: {dict(without)}, and {turned_away} requests were turned away"


def _unlike(entry: Mapping[str, Any], attempt: Mapping[str, Any]) -> Iterator[str]:
    call, code = entry["call"], attempt["sip_response_code"]
    if attempt["state"] != call["status"]:
        yield f"{call['status']} at the carrier, {attempt['state']} in the store"
    if (attempt["duration_seconds"] or 0) != int(call["duration"] or 0):
        yield f"lasted {call['duration']} s at the carrier, {attempt['duration_seconds']} s in the store"
    if code not in (None, entry["sip_response_code"]):  # an end that had to be asked for comes without one
        yield f"SIP {entry['sip_response_code']} at the carrier, {code} in the store"
    if attempt["outcome"] is None or attempt["ended_at"] is None:
        yield "has no outcome, or no end"
