"""Text messages to our numbers: that they came and what they meant. What they say is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.ids import new_id
from middleware.store.models import TextMessageRow


@dataclass(frozen=True, slots=True)
class TextMessage:
    """See `TextMessageRow`."""

    id: str
    at: datetime
    message_sid: str
    caller_id: str
    sender_key: str | None
    controller_id: str | None
    meaning: str


def add_text_message(connection: Connection, at: datetime, message_sid: str, **values: object) -> bool:
    """Log one; False where it is logged already. `values` are columns."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(TextMessageRow).values(id=new_id(at), at=at, message_sid=message_sid, **values)
    # asked of the row itself: a count of inserted rows is not to be had from every driver
    return connection.scalar(row.on_conflict_do_nothing().returning(TextMessageRow.id)) is not None


def text_messages(connection: Connection, message_sids: Sequence[str]) -> list[TextMessage]:
    """Those of these messages that are logged, oldest first."""
    columns = [getattr(TextMessageRow, name) for name in TextMessage.__slots__]
    query = select(*columns).where(TextMessageRow.message_sid.in_(message_sids)).order_by(TextMessageRow.id)
    return [TextMessage(*row) for row in connection.execute(query)]
