"""Requests that were made before: the same key, or the same call again while the first is under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from middleware.decision.model import Decision, Policy, Reason, Scope, Subject
from middleware.encoding import policy_from_text
from middleware.errors import IdempotencyConflict
from middleware.phone_numbers import parse
from middleware.services.asking import Answer, Question, reasons_from_json
from middleware.services.caller_ids import read_caller_id
from middleware.services.ring_time import ring_seconds
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.hot_path.model import HotReading
from middleware.store.policies import policy_body

# what the first of two equal requests makes of the second
_BY_ITSELF = frozenset({Reason.ATTEMPTS_IN_FLIGHT, Reason.ATTEMPTS_TOO_SOON, Reason.ATTEMPTS_CAP_REACHED})


@dataclass(frozen=True, slots=True)
class Repeats:
    """`window` is how long after an attempt the very same Twilio request is taken as a retry of it, not a new call.

    Some SDKs send a create again after a server error or a lost connection, without any key. The first may have ended
    by then, so that it is its rest or its cap that refuses the second.
    """

    database: Database
    window: timedelta

    def find(
        self, question: Question, credential: Credential, reading: HotReading, decision: Decision
    ) -> Answer | None:
        """The answer given before, or None for a request seen for the first time. Raises `IdempotencyConflict`."""
        if reading.replayed_attempt_id is not None:
            earlier = self._load(reading.replayed_attempt_id)
            if earlier.request_digest != question.request_digest:
                raise IdempotencyConflict("this Idempotency-Key was used with another request: take a new key")
            return answer_given(earlier, self._policy(earlier))
        if question.idempotency_key is None and any(verdict.reason in _BY_ITSELF for verdict in decision.refusals):
            return self._retried(question, credential, reading)
        return None

    def _retried(self, question: Question, credential: Credential, reading: HotReading) -> Answer | None:
        newest = next((row for row in reading.guards[Scope.CONTROLLER, Subject.NUMBER] if row.counts), None)
        if newest is None or reading.now - newest.reserved_at > self.window:
            return None
        earlier = self._load(newest.attempt_id)
        is_same = earlier.credential_id == credential.id and earlier.request_digest == question.request_digest
        is_retry = is_same and earlier.route == question.route == "twilio_rest"
        return answer_given(earlier, self._policy(earlier)) if is_retry else None

    def _load(self, attempt_id: str) -> AttemptSeen:
        with self.database.reading() as connection:
            return AttemptRepository(connection).by_id(attempt_id)

    def _policy(self, earlier: AttemptSeen) -> Policy | None:
        if earlier.policy_digest is None or not earlier.is_permitted:
            return None
        with self.database.reading() as connection:
            body = policy_body(connection, earlier.policy_digest)
        return None if body is None else policy_from_text(body)


def answer_given(attempt: AttemptSeen, policy: Policy | None) -> Answer:
    """The binding answer that was given when this attempt was asked for; `policy` is what permitted it."""
    shown = read_caller_id(attempt.caller_id)
    return Answer(
        attempt_id=attempt.id,
        campaign_id=attempt.campaign_id,
        is_binding=True,
        is_permitted=attempt.is_permitted,
        asked_at=attempt.asked_at,
        decided_at=attempt.asked_at,
        reasons=reasons_from_json(attempt.refusals),
        not_before=attempt.not_before,
        attempts_left=attempt.attempts_left,
        permit_expires_at=attempt.permit_expires_at,
        ring_timeout_seconds=attempt.ring_timeout_seconds if attempt.is_permitted else None,
        ring_at_least_seconds=None if policy is None else ring_seconds(policy, attempt.asked_at)[1],
        policy_digest=attempt.policy_digest,
        clock_offset_seconds=attempt.clock_offset_seconds,
        callee=_understood(attempt.callee),
        caller_id=None if shown is None else shown.e164,
        is_replay=True,
    )


def _understood(callee: str | None) -> str | None:
    """The callee as the first answer gave it; what was no number is kept as it was asked."""
    return callee if callee is not None and parse(callee).e164 == callee else None
