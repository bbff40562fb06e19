"""Moves an attempt forward by what was observed, with everything that follows from it, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from middleware.decision.disposition import ENDED, State, advance, outcome_from_twilio, state_from_twilio
from middleware.decision.model import Outcome
from middleware.services.observation import CALL_SID, Observation
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Connection
from middleware.store.notices import owe_notice

_NO_CALL = frozenset({State.EXPIRED.value, State.WITHDRAWN.value})


def observe(connection: Connection, attempt: AttemptSeen, seen: Observation, now: datetime, cause: str) -> bool:
    """Apply an observation of the attempt's own call; False when it tells nothing new.

    Late, repeated and overtaken observations change nothing; a word that we do not know is left to its raw report.
    """
    reported = state_from_twilio(seen.call_status)
    if reported is None or not is_its_call(attempt, seen):
        return False
    state = advance(State(attempt.state), reported)
    if state.value == attempt.state:
        return False
    repository = AttemptRepository(connection)
    values = _values(attempt, state, seen, now)
    detail = {"call_status": seen.call_status, "sip_response_code": seen.sip_response_code}
    repository.change(attempt, now, cause, detail, **values)
    if attempt.state in _NO_CALL:  # we had concluded that there was no call, and there is one
        repository.count_again(attempt)
    if values.get("outcome") == Outcome.ANSWERED.value:
        owe_notice(connection, attempt, now)
    return True


def is_its_call(attempt: AttemptSeen, seen: Observation) -> bool:
    """Whether what was seen is the call of this attempt, or may be as long as its call is not known."""
    if attempt.state == State.REFUSED.value or not CALL_SID.fullmatch(seen.call_sid):
        return False
    return attempt.call_sid in {None, seen.call_sid}


def _values(attempt: AttemptSeen, state: State, seen: Observation, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": state.value, "call_status": seen.call_status, "call_sid": seen.call_sid}
    at = _believable(attempt, seen, now)
    if attempt.placed_at is None:
        values["placed_at"] = at
    if seen.parent_call_sid:
        values["parent_call_sid"] = seen.parent_call_sid
    if seen.answered_by:
        values["answered_by"] = seen.answered_by
    if state is State.IN_PROGRESS:
        values["answered_at"] = at
    if state in ENDED:
        outcome = outcome_from_twilio(seen.call_status, seen.sip_response_code, seen.answered_by or attempt.answered_by)
        values["outcome"] = outcome.value if outcome else Outcome.UNKNOWN.value
        values["ended_at"] = at
        values["duration_seconds"] = seen.duration_seconds
        values["sip_response_code"] = int(seen.sip_response_code) if seen.sip_response_code else None
    return values


def _believable(attempt: AttemptSeen, seen: Observation, now: datetime) -> datetime:
    """Twilio's own time if it lies between the question and now; else the time at which we heard of it.

    Twilio cuts its times to whole seconds; nothing is over before it began all the same.
    """
    said = seen.said_at
    if said is None or not attempt.asked_at.replace(microsecond=0) <= said <= now:
        return now
    return max(said, attempt.placed_at or attempt.asked_at)
