"""Legs of our own people that Twilio tells us of: logged once, however often it tells."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from middleware.store.missing_rows import add_missing
from middleware.store.models import OwnCallRow

_LEGS = UUID("6d0d0f6e-6b1c-5c1e-9f65-6f0f2f7d9d10")


def keep_own_leg(connection: Connection, occasion: str, at: datetime, **values: object) -> str:
    """Log a leg; the id under which it stands. `occasion` tells it from every other: the same one is logged once."""
    own_call_id = str(uuid5(_LEGS, occasion))
    add_missing(connection, OwnCallRow, [{**values, "id": own_call_id, "at": at}])
    return own_call_id
