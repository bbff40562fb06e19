"""Text messages to our numbers: that they came and what they meant. What they say is not kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.ids import new_id
from middleware.store.models import TextMessageRow


def add_text_message(connection: Connection, at: datetime, message_sid: str, **values: object) -> bool:
    """Log one; False where it is logged already. `values` are columns."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(TextMessageRow).values(id=new_id(at), at=at, message_sid=message_sid, **values)
    # asked of the row itself: a count of inserted rows is not to be had from every driver
    return connection.scalar(row.on_conflict_do_nothing().returning(TextMessageRow.id)) is not None
