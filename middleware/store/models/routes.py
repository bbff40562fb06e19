"""What belongs to calls beside the attempts: our own people, their calls, the dialer's TwiML, callers who ring back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from middleware.store.models.base import Base
from middleware.store.types import Id, Key, UtcDateTime


class AgentRow(Base):
    """Somebody of ours who makes calls, or a SIP domain all of whose users do. Calls to them pass ungated, and are
    logged as such. Read with the catalogue, whose generation each change raises."""

    __tablename__ = "agents"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    controller_id: Mapped[str] = mapped_column(ForeignKey("controllers.id"))
    address: Mapped[str] = mapped_column(String(254))  # +E.164, client:name, sip:user@host, sip:@host: a whole domain
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    campaigns: Mapped[list[str]] = mapped_column(JSON, default=list)  # those that this agent calls for, the usual first
    takes_ring_backs: Mapped[bool] = mapped_column(Boolean)  # rung when somebody who was called rings back
    noted_by: Mapped[str] = mapped_column(String(200))
    since: Mapped[date] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OwnCallRow(Base):
    """A call to or from our own people: let through without the gate, and logged as such."""

    __tablename__ = "own_calls"
    __table_args__ = (Index("ix_own_calls_call_sid", "call_sid"), Index("ix_own_calls_at", "at"))
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    controller_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[str | None] = mapped_column(String(64))
    credential_id: Mapped[str | None] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(254))  # of our own side, as AgentRow.address
    language: Mapped[str] = mapped_column(String(2))
    call_sid: Mapped[str | None] = mapped_column(String(34))
    parent_call_sid: Mapped[str | None] = mapped_column(String(34))
    call_status: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_seconds: Mapped[int | None] = mapped_column(Integer)


class LinkRow(Base):
    """One URL of a dialer's, or TwiML of its own, behind an address of ours: Twilio asks us, we ask the dialer.

    Kept as long as its call may last. `attempt_id` or `own_call_id` tells whose leg it speaks on.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_links_created_at", "created_at"),
        Index("ix_links_own_call_id", "own_call_id"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))  # of all that follows, so that the same link is made once
    kind: Mapped[str] = mapped_column(String(8))  # twiml, callback, amd
    controller_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[str] = mapped_column(String(64))
    attempt_id: Mapped[str | None] = mapped_column(Id)
    own_call_id: Mapped[str | None] = mapped_column(Id)
    language: Mapped[str] = mapped_column(String(2))  # of whoever hears a refusal
    url: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str] = mapped_column(String(4))
    fallback_url: Mapped[str | None] = mapped_column(Text)
    fallback_method: Mapped[str] = mapped_column(String(4))
    document: Mapped[str | None] = mapped_column(Text)  # TwiML given inline (no URL); of callbacks, the events wanted


class ForwardedCallbackRow(Base):
    """A request of Twilio's on a callback link, kept until the dialer has it."""

    __tablename__ = "forwarded_callbacks"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    link_id: Mapped[str] = mapped_column(Id)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    form: Mapped[str] = mapped_column(Text)  # JSON list of [name, value]


class PaceRow(Base):
    """When the account may create its next call; shared by all processes. Microseconds since 1970, UTC."""

    __tablename__ = "pace"
    account: Mapped[str] = mapped_column(String(34), primary_key=True)
    next_at: Mapped[int] = mapped_column(BigInteger)


class RingBackRow(Base):
    """Somebody rang one of our caller IDs."""

    __tablename__ = "ring_backs"
    __table_args__ = (UniqueConstraint("call_sid"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_sid: Mapped[str] = mapped_column(String(34))
    caller_id: Mapped[str] = mapped_column(String(16))  # ours, E.164
    caller: Mapped[str | None] = mapped_column(String(16))  # theirs, E.164; None where it is withheld
    caller_key: Mapped[str | None] = mapped_column(Key)
    controller_id: Mapped[str | None] = mapped_column(String(64))
    campaign_id: Mapped[str | None] = mapped_column(String(64))
    attempt_id: Mapped[str | None] = mapped_column(Id)  # our latest call to them, if there was one
    language: Mapped[str] = mapped_column(String(2))
    choice: Mapped[str | None] = mapped_column(String(10))  # objection, person, message
    recording_sid: Mapped[str | None] = mapped_column(String(34))
    recording_seconds: Mapped[int | None] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextMessageRow(Base):
    """Somebody wrote to one of our numbers. The text itself is not kept."""

    __tablename__ = "text_messages"
    __table_args__ = (UniqueConstraint("message_sid"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_sid: Mapped[str] = mapped_column(String(34))
    caller_id: Mapped[str] = mapped_column(String(16))
    sender_key: Mapped[str | None] = mapped_column(Key)
    controller_id: Mapped[str | None] = mapped_column(String(64))
    meaning: Mapped[str] = mapped_column(String(10))  # stop, help, start, other


class LineLookUpRow(Base):
    """What a look-up told of a number's line; `line_kind` None: it could not be told."""

    __tablename__ = "line_look_ups"
    number_key: Mapped[str] = mapped_column(Key, primary_key=True)
    looked_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_valid: Mapped[bool | None] = mapped_column(Boolean)
    line_kind: Mapped[str | None] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(String(64))


class LookUpSpendingRow(Base):
    """How many look-ups a day (UTC) has cost."""

    __tablename__ = "look_up_spending"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    used: Mapped[int] = mapped_column(Integer)


class ReconciliationRow(Base):
    """The comparison of one day (UTC) of Twilio's call list with our log, and how far it has come."""

    __tablename__ = "reconciliations"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    state: Mapped[str] = mapped_column(String(8))  # running, done
    next_page: Mapped[str | None] = mapped_column(Text)  # Twilio's address of the page to go on with
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class ViolationRow(Base):
    """A call that went round the gate, or another difference that somebody has to look at."""

    __tablename__ = "violations"
    __table_args__ = (UniqueConstraint("kind", "subject"), Index("ix_violations_at", "at"))
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # not_permitted, after_permit, never_placed, ...
    subject: Mapped[str] = mapped_column(String(40))  # the CallSid, or the attempt where there is no call
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it happened
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    controller_id: Mapped[str | None] = mapped_column(String(64))
    attempt_id: Mapped[str | None] = mapped_column(Id)
    callee_key: Mapped[str | None] = mapped_column(Key)
    detail: Mapped[str] = mapped_column(Text)  # JSON without personal fields
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(200))
    settled_note: Mapped[str | None] = mapped_column(Text)
