"""What is owed after a commit: the outbox and the notices; and who read what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from middleware.store.models.base import Base
from middleware.store.types import Id, UtcDateTime

_IS_PENDING = text("state = 'pending'")


class OutboxRow(Base):
    """Work that a commit promised. RQ carries only the id; this row's state decides whether it is done."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "available_at", sqlite_where=_IS_PENDING, postgresql_where=_IS_PENDING),
        Index("ix_outbox_stream", "stream", "id"),
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # send_notice, forward_report
    ref: Mapped[str] = mapped_column(Id)
    stream: Mapped[str] = mapped_column(Id)  # rows of one stream are done in the order of their ids
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)  # not before; also the end of a running lease
    tries: Mapped[int] = mapped_column(Integer, default=0)
    begun_try: Mapped[int | None] = mapped_column(Integer)  # which of the tries a worker has started
    state: Mapped[str] = mapped_column(String(8), default="pending")  # pending, done, dead
    last_error: Mapped[str | None] = mapped_column(String(500))


class NoticeRow(Base):
    """The duty to inform one person for one controller: once, however many calls, campaigns or crashes."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("controller_id", "subject"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    controller_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(40))  # p:<contact>, or n:<number key> where no contact is known
    contact_id: Mapped[str | None] = mapped_column(Id)
    attempt_id: Mapped[str] = mapped_column(Id)
    callee_key: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))  # due, no_address, handed, sent, refused, uncertain
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[str | None] = mapped_column(Text)
    objected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessRow(Base):
    """Who read or exported personal data, when, and what they asked for."""

    __tablename__ = "access_log"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    credential_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
