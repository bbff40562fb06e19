"""Attempts, the guard rows that reserve them, their decisions, and what Twilio reported.

Hot tables have no foreign keys: they are sharded by subject later, and every check would cost a look-up per insert.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from middleware.store.models.base import Base
from middleware.store.types import Id, Key, UtcDateTime

OPEN_STATES = ("permitted", "uncertain", "placed", "ringing", "in-progress")
_IS_OPEN = text("state IN ('permitted', 'uncertain', 'placed', 'ringing', 'in-progress')")


class GuardRow(Base):
    """One reservation of one counted subject. The primary key is the whole lock: whoever inserts `seq` owns it.

    Rows are added, never removed or renumbered. `kind` block takes a number without counting: an objection uses it
    so that a reservation in flight collides. How the attempt went is kept here too, so that the next decision needs
    no other table.
    """

    __tablename__ = "guards"
    __table_args__ = ({"sqlite_with_rowid": False},)
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)  # a controller, or campaign/<id>
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)  # n:<number key>, p:<contact>, c:<company>
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(7))  # attempt, block
    attempt_id: Mapped[str | None] = mapped_column(Id)
    campaign_id: Mapped[str | None] = mapped_column(String(64))
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    placed_by: Mapped[str | None] = mapped_column(String(6))
    is_placed: Mapped[bool] = mapped_column(Boolean, default=False)
    outcome: Mapped[str | None] = mapped_column(String(10))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # proof that no call was made: does not count


class AttemptRow(Base):
    """One try at one callee in one campaign, refused ones included."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index(
            "uq_attempts_call_sid",
            "call_sid",
            unique=True,
            sqlite_where=text("call_sid IS NOT NULL"),
            postgresql_where=text("call_sid IS NOT NULL"),
        ),
        Index(
            "uq_attempts_idempotency",
            "credential_id",
            "idempotency_key",
            unique=True,
            sqlite_where=text("idempotency_key IS NOT NULL"),
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index("ix_attempts_open", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)  # UUIDv7 of asked_at: a range of ids is a range of time
    controller_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(16))  # api, plain, twilio_rest, participant, twiml, voice, click_to_call
    placed_by: Mapped[str] = mapped_column(String(6))
    callee: Mapped[str | None] = mapped_column(String(40))  # E.164, or what was asked where no number can be read
    callee_key: Mapped[str] = mapped_column(Key)
    caller_id: Mapped[str | None] = mapped_column(String(40))
    contact_id: Mapped[str | None] = mapped_column(Id)
    company_id: Mapped[str | None] = mapped_column(Id)
    guards: Mapped[str] = mapped_column(Text)  # JSON list of [scope, subject, seq]
    state: Mapped[str] = mapped_column(String(11))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    permit_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    request_digest: Mapped[str] = mapped_column(String(64))
    ring_timeout_seconds: Mapped[int | None] = mapped_column(Integer)
    dialer_callback: Mapped[str | None] = mapped_column(Text)  # JSON: url, method, events
    call_sid: Mapped[str | None] = mapped_column(String(34))
    parent_call_sid: Mapped[str | None] = mapped_column(String(34))  # the leg whose TwiML dialled this one
    call_status: Mapped[str | None] = mapped_column(String(16))  # Twilio's last word, as received
    sip_response_code: Mapped[int | None] = mapped_column(Integer)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_seconds: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(10))


class DecisionRow(Base):
    """One decision, never changed: the facts it saw, the policy that ruled, every refusal. Holds no personal data."""

    __tablename__ = "decisions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)  # the attempt's id, or its own for a check
    kind: Mapped[str] = mapped_column(String(7))  # attempt, check, ahead: a check about another time
    controller_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[str] = mapped_column(String(64))
    callee_key: Mapped[str] = mapped_column(Key)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    policy_digest: Mapped[str | None] = mapped_column(String(64))
    clock_offset_seconds: Mapped[float] = mapped_column(Float)  # not zero in demonstrations with a moved clock
    is_permitted: Mapped[bool] = mapped_column(Boolean)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts_left: Mapped[int | None] = mapped_column(Integer)
    refusals: Mapped[str] = mapped_column(Text)  # JSON list of refusing verdicts
    facts: Mapped[str] = mapped_column(Text)  # JSON, as `decision.encoding` writes it


class AttemptEventRow(Base):
    """One change of an attempt's state, in order; rows are only ever added."""

    __tablename__ = "attempt_events"
    attempt_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(11))
    cause: Mapped[str] = mapped_column(String(32))  # create, callback, sweep, dialer, update
    detail: Mapped[str] = mapped_column(Text)  # JSON without personal data


class StatusReportRow(Base):
    """A status callback as Twilio sent it; stored before it is applied, once however often it is repeated."""

    __tablename__ = "status_reports"
    __table_args__ = (UniqueConstraint("attempt_id", "call_sid", "source", "sequence_number", "call_status"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    attempt_id: Mapped[str] = mapped_column(Id)
    call_sid: Mapped[str] = mapped_column(String(34))
    source: Mapped[str] = mapped_column(String(32))
    sequence_number: Mapped[int] = mapped_column(Integer)  # -1 where Twilio gave none
    call_status: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    form: Mapped[str] = mapped_column(Text)  # JSON list of [name, value], every one that arrived
    forward_number: Mapped[int | None] = mapped_column(Integer)  # SequenceNumber towards the dialer, if forwarded
