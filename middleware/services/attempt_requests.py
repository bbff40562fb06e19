"""The attempts API: reserve, ask only, look up. For dialers that place the call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.clock import Clock
from middleware.encoding import facts_to_text
from middleware.errors import InvalidRequest, NotFound
from middleware.services.asking import Answer, reasons_to_json
from middleware.services.precall import Precall, answer_of
from middleware.services.questions import question_from
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.decisions import record_check

LONGEST_KEY = 255


class AttemptRequests:
    def __init__(self, precall: Precall, database: Database, clock: Clock) -> None:
        self._precall = precall
        self._database = database
        self._clock = clock

    def reserve(self, body: Mapping[str, Any], raw: bytes, idempotency_key: str | None, asker: Credential) -> Answer:
        """Reserve one attempt. Raises `InvalidRequest` naming the field, and what `Precall.reserve` raises."""
        if idempotency_key is not None and not (
            0 < len(idempotency_key) <= LONGEST_KEY and idempotency_key.isprintable()
        ):
            raise InvalidRequest(f"must have 1 to {LONGEST_KEY} characters", "Idempotency-Key")
        question = question_from(body, raw, idempotency_key)
        if question.at is not None:
            raise InvalidRequest("is for POST /v1/checks: what is reserved is a call to be made now", "at")
        return self._precall.reserve(question, asker)

    def check(self, body: Mapping[str, Any], raw: bytes, asker: Credential) -> Answer:
        """Answer without reserving, as of now or of the moment that the body names in `at`.

        The look-up is recorded, because the answer tells about a person. Raises `InvalidRequest` naming the field.
        """
        considered = self._precall.consider(question_from(body, raw, None), asker)
        answer = answer_of(considered)
        with self._database.writing() as connection:
            record_check(
                connection,
                decision_id=answer.attempt_id,
                kind="ahead" if answer.is_about_another_time else "check",
                controller_id=considered.campaign.controller_id,
                campaign_id=considered.campaign.id,
                credential_id=asker.id,
                callee_key=considered.number_key,
                decided_at=answer.decided_at,
                policy_digest=answer.policy_digest,
                clock_offset_seconds=answer.clock_offset_seconds,
                is_permitted=answer.is_permitted,
                not_before=answer.not_before,
                attempts_left=answer.attempts_left,
                refusals=reasons_to_json(answer.reasons),
                facts=facts_to_text(considered.facts),
            )
        return answer

    def look_up(self, attempt_id: str, asker: Credential) -> AttemptSeen:
        """One attempt of a controller that the asker reaches; raises `NotFound` for others as for none."""
        with self._database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        is_own = asker.campaign_id in {None, attempt.campaign_id}
        if not is_own or not asker.reaches(attempt.controller_id):
            raise NotFound(f"no attempt {attempt_id}")
        return attempt
