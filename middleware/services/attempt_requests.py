"""The attempts API: reserve, ask only, look up. For dialers that place the call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from middleware.clock import Clock
from middleware.decision.model import PlacedBy
from middleware.encoding import facts_to_text
from middleware.errors import InvalidRequest, NotFound
from middleware.keyed_hash import digest
from middleware.services.asking import Answer, Question, reasons_to_json
from middleware.services.precall import Precall, answer_of
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.decisions import record_check

_FIELDS = {"campaign": 64, "callee": 64, "contact": 36, "caller_id": 40, "default_country": 2}
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
        return self._precall.reserve(question_from(body, raw, idempotency_key), asker)

    def check(self, body: Mapping[str, Any], raw: bytes, asker: Credential) -> Answer:
        """Answer without reserving; the look-up is recorded, because the answer tells about a person."""
        considered = self._precall.consider(question_from(body, raw, None), asker)
        answer = answer_of(considered)
        with self._database.writing() as connection:
            record_check(
                connection,
                decision_id=answer.attempt_id,
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


def question_from(body: Mapping[str, Any], raw: bytes, idempotency_key: str | None) -> Question:
    """A question from a JSON object; raises `InvalidRequest` naming the first field that is wrong."""
    for name in body:
        if name not in _FIELDS:
            raise InvalidRequest(f"is not a field of this request; known are {', '.join(_FIELDS)}", name)
    for name, longest in _FIELDS.items():
        value = body.get(name)
        if value is not None and (
            not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable()
        ):
            raise InvalidRequest(f"must be text of 1 to {longest} characters, without control characters", name)
    for name in ("campaign", "callee"):
        if body.get(name) is None:
            raise InvalidRequest("is missing", name)
    return Question(
        campaign_id=body["campaign"],
        callee=body["callee"],
        placed_by=PlacedBy.DIALER,
        route="api",
        request_digest=digest(raw),
        default_country=body.get("default_country"),
        contact_id=body.get("contact"),
        caller_id=body.get("caller_id"),
        idempotency_key=idempotency_key,
    )
