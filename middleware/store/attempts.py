"""Attempts after their reservation: read whole, moved forward, released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, or_, select, update

from middleware.errors import NotFound
from middleware.store.models import AttemptEventRow, AttemptRow, DecisionRow, GuardRow
from middleware.store.models.attempts import OPEN_STATES


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """An attempt with its decision, as one row."""

    id: str
    controller_id: str
    campaign_id: str
    credential_id: str
    route: str
    placed_by: str
    callee: str | None
    callee_key: str
    caller_id: str | None
    contact_id: str | None
    guards: str
    state: str
    asked_at: datetime
    permit_expires_at: datetime | None
    ring_timeout_seconds: int | None
    idempotency_key: str | None
    request_digest: str
    dialer_callback: str | None
    call_sid: str | None
    call_status: str | None
    sip_response_code: int | None
    answered_by: str | None
    placed_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None
    outcome: str | None
    is_permitted: bool
    not_before: datetime | None
    attempts_left: int | None
    policy_digest: str | None
    clock_offset_seconds: float
    refusals: str


_OF_DECISION = ("is_permitted", "not_before", "attempts_left", "policy_digest", "clock_offset_seconds", "refusals")
_SEEN: Select[Any] = select(
    *(getattr(DecisionRow if name in _OF_DECISION else AttemptRow, name) for name in AttemptSeen.__slots__)
).select_from(AttemptRow.__table__.join(DecisionRow.__table__, DecisionRow.id == AttemptRow.id))

# composed once: every report of Twilio's asks for one of these
_BY_ID = _SEEN.where(AttemptRow.id == bindparam("wanted"))
_BY_CALL_SID = _SEEN.where(AttemptRow.call_sid == bindparam("wanted"))


def attempts_where(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[AttemptSeen]:
    """The attempts for which all of this holds, in the order of their ids."""
    query = _SEEN.where(*conditions).order_by(AttemptRow.id).limit(limit)
    return [AttemptSeen(**row) for row in connection.execute(query).mappings()]


class AttemptRepository:
    """Works within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_id(self, attempt_id: str) -> AttemptSeen:
        """One attempt; raises `NotFound`."""
        return self._one(_BY_ID, attempt_id, f"no attempt {attempt_id}")

    def by_call_sid(self, call_sid: str) -> AttemptSeen:
        """The attempt that became this call; raises `NotFound`."""
        return self._one(_BY_CALL_SID, call_sid, f"no attempt has CallSid {call_sid}")

    def known_sids(self, call_sids: Sequence[str], controller_id: str | None) -> set[str]:
        """Which of these calls are attempts of this controller (None: of any)."""
        query = select(AttemptRow.call_sid).where(AttemptRow.call_sid.in_(call_sids))
        if controller_id is not None:
            query = query.where(AttemptRow.controller_id == controller_id)
        return {sid for sid in self._connection.scalars(query) if sid}

    def lock(self, attempt_id: str) -> AttemptSeen:
        """One attempt, held against other writers until the transaction ends; raises `NotFound`."""
        if self._connection.dialect.name != "sqlite":  # SQLite's writer is alone anyway
            self._connection.execute(select(AttemptRow.id).where(AttemptRow.id == attempt_id).with_for_update())
        return self.by_id(attempt_id)

    def open_since_before(
        self, placed_before: datetime, permits_ended_before: datetime, limit: int, after: str = ""
    ) -> list[str]:
        """Ids of attempts that should be over: ended permits, calls begun long ago, uncertain ones; oldest first.

        `after`: only those with a greater id, to go through more than `limit` of them in turns.
        """
        is_late = or_(
            and_(AttemptRow.state == "permitted", AttemptRow.permit_expires_at < permits_ended_before),
            AttemptRow.state == "uncertain",
            and_(AttemptRow.state.in_(("placed", "ringing", "in-progress")), AttemptRow.placed_at < placed_before),
        )
        is_next = and_(AttemptRow.state.in_(OPEN_STATES), AttemptRow.id > after)
        query = select(AttemptRow.id).where(is_next, is_late).order_by(AttemptRow.id)
        return list(self._connection.scalars(query.limit(limit)))

    def queued_past_their_permit(self, permits_ended_before: datetime, limit: int) -> list[str]:
        """Ids of attempts whose calls wait at Twilio, as far as we know, and whose permits end before; oldest first."""
        is_late = and_(AttemptRow.call_status == "queued", AttemptRow.permit_expires_at < permits_ended_before)
        query = select(AttemptRow.id).where(AttemptRow.state == "placed", AttemptRow.state.in_(OPEN_STATES), is_late)
        return list(self._connection.scalars(query.order_by(AttemptRow.id).limit(limit)))

    def change(self, attempt: AttemptSeen, at: datetime, cause: str, detail: dict[str, Any], **values: object) -> None:
        """Set columns of the attempt, carry what guards keep over to them, and add the event."""
        self._connection.execute(update(AttemptRow).where(AttemptRow.id == attempt.id).values(**values))
        kept: dict[str, object] = {name: value for name, value in values.items() if name in {"outcome", "ended_at"}}
        state = str(values.get("state", attempt.state))
        if state not in {"permitted", "refused", "withdrawn", "expired"}:
            kept["is_placed"] = True
        self._update_guards(attempt, kept)
        self._add_event(attempt.id, at, state, cause, detail)

    def note(self, attempt: AttemptSeen, at: datetime, cause: str, detail: dict[str, Any]) -> None:
        """Add an event that changes nothing about the attempt itself."""
        self._add_event(attempt.id, at, attempt.state, cause, detail)

    def release(self, attempt: AttemptSeen, at: datetime) -> None:
        """Proof that no call was made: the attempt no longer counts."""
        self._update_guards(attempt, {"released_at": at})

    def count_again(self, attempt: AttemptSeen) -> None:
        """A call turned up after all: the attempt counts, whatever was concluded before."""
        self._update_guards(attempt, {"released_at": None})

    def _update_guards(self, attempt: AttemptSeen, values: dict[str, object]) -> None:
        for scope, subject, seq in orjson.loads(attempt.guards) if values else ():
            key = and_(GuardRow.scope == scope, GuardRow.subject == subject, GuardRow.seq == seq)
            self._connection.execute(update(GuardRow).where(key).values(**values))

    def _add_event(self, attempt_id: str, at: datetime, state: str, cause: str, detail: dict[str, Any]) -> None:
        newest = select(func.coalesce(func.max(AttemptEventRow.seq), 0)).where(AttemptEventRow.attempt_id == attempt_id)
        seq = self._connection.scalar(newest)
        self._connection.execute(
            insert(AttemptEventRow).values(
                attempt_id=attempt_id,
                seq=(seq or 0) + 1,
                at=at,
                state=state,
                cause=cause,
                detail=orjson.dumps(detail).decode(),
            )
        )

    def _one(self, query: Select[Any], wanted: str, missing: str) -> AttemptSeen:
        row = self._connection.execute(query, {"wanted": wanted}).mappings().first()
        if row is None:
            raise NotFound(missing)
        return AttemptSeen(**row)
