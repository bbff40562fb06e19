"""Ids that sort by time: a range of ids is a range of time, and neighbours in time are neighbours on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid_utils


def new_id(at: datetime) -> str:
    """A UUIDv7 whose time is `at`, to the millisecond."""
    return str(uuid_utils.uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1_000))


def first_id_of(at: datetime) -> str:
    """The smallest id that a row of this millisecond can have; for ranges over ids."""
    text = f"{int(at.timestamp() * 1000):012x}"
    return f"{text[:8]}-{text[8:]}-7000-8000-000000000000"


def time_of(row_id: str) -> datetime:
    """The instant in an id, to the millisecond, aware, in UTC."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(row_id[:8] + row_id[9:13], 16))
