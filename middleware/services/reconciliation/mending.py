"""An attempt and its call at Twilio: where they differ, the attempt is mended, and what matters is noted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import ENDED, State, outcome_from_twilio
from middleware.decision.model import Outcome, PlacedBy
from middleware.services.found_ends import tell_of_end
from middleware.services.observation import Observation
from middleware.services.progress import observe
from middleware.services.reconciliation.kinds import ALARMING, Kind
from middleware.services.reconciliation.listed_calls import ListedCall
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Connection, Database
from middleware.store.notices import owe_notice
from middleware.store.violations import ViolationRepository

CAUSE = "reconcile"
CLOCKS_DIFFER = timedelta(seconds=5)
MOST_SECONDS_APART = 1  # Twilio rounds
_NO_CALL = frozenset({State.WITHDRAWN.value, State.EXPIRED.value})
_ENDED = frozenset(state.value for state in ENDED)


@dataclass(frozen=True, slots=True)
class Mending:
    database: Database
    clock: Clock

    def mend(self, call: ListedCall, seen: AttemptSeen, counts: Counter[str]) -> None:
        """Bring the attempt to what Twilio says of its call. What is as it should be costs no writing."""
        if not _differs(call, seen) and not _began_late(call, seen):
            return
        now = self.clock.now()
        with self.database.writing() as connection:
            repository = AttemptRepository(connection)
            attempt = repository.lock(seen.id)
            found = self._mended(connection, repository, call, attempt, now, counts)
            if _began_late(call, attempt):
                found.append(Kind.AFTER_PERMIT)
            violations = ViolationRepository(connection)
            for kind in found:
                is_new = violations.add(
                    kind.value,
                    call.sid,
                    call.began or attempt.asked_at,
                    now,
                    controller_id=attempt.controller_id,
                    attempt_id=attempt.id,
                    callee_key=attempt.callee_key,
                    detail=call.without_names(),
                )
                counts[kind.value] += 1
                counts["new"] += is_new and kind in ALARMING

    def _mended(
        self,
        connection: Connection,
        repository: AttemptRepository,
        call: ListedCall,
        attempt: AttemptSeen,
        now: datetime,
        counts: Counter[str],
    ) -> list[Kind]:
        if attempt.state not in _ENDED:
            if not observe(connection, attempt, Observation.from_resource(call.resource), now, CAUSE):
                return []
            tell_of_end(connection, attempt, call.resource, now)
            counts["repaired"] += 1
            # a permit that the dialer used without a word was counted all along
            was_left_out = attempt.state == State.WITHDRAWN.value or attempt.placed_by == PlacedBy.US.value
            return [Kind.COUNTED_AGAIN] if attempt.state in _NO_CALL and was_left_out else []
        values, found = _corrections(call, attempt)
        if values:
            repository.change(attempt, now, CAUSE, {"call_status": call.status}, **values)
            counts["repaired"] += 1
        if values.get("outcome") == Outcome.ANSWERED.value and attempt.outcome != Outcome.ANSWERED.value:
            owe_notice(connection, attempt, now)
        return found


def _differs(call: ListedCall, attempt: AttemptSeen) -> bool:
    if attempt.state in _ENDED:
        return bool(_corrections(call, attempt)[0])
    return call.state is not None and call.status != attempt.call_status


def _corrections(call: ListedCall, attempt: AttemptSeen) -> tuple[dict[str, Any], list[Kind]]:
    """Columns of an ended attempt that Twilio tells otherwise, and what of it is worth noting."""
    values: dict[str, Any] = {}
    found: list[Kind] = []
    if attempt.call_sid is None:
        values["call_sid"] = call.sid
    if not call.is_over or call.state is None:
        return values, found
    if call.state.value != attempt.state and attempt.placed_by == PlacedBy.US.value:
        sip_code = str(attempt.sip_response_code) if attempt.sip_response_code else None
        outcome = outcome_from_twilio(call.status, sip_code, attempt.answered_by)
        values |= {"state": call.state.value, "call_status": call.status, "outcome": outcome.value if outcome else None}
        found.append(Kind.STATE_DIFFERS)
    if call.duration_seconds is not None and _is_apart(call.duration_seconds, attempt.duration_seconds):
        values["duration_seconds"] = call.duration_seconds
        if attempt.duration_seconds is not None:
            found.append(Kind.DURATION_DIFFERS)
    return values, found


def _is_apart(told: int, kept: int | None) -> bool:
    return kept is None or abs(told - kept) > MOST_SECONDS_APART


def _began_late(call: ListedCall, attempt: AttemptSeen) -> bool:
    ends = attempt.permit_expires_at
    return ends is not None and call.began is not None and call.began > ends + CLOCKS_DIFFER
