"""Ids that sort by time: a range of ids is a range of time, and neighbours in time are neighbours on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid_utils

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def new_id(at: datetime) -> str:
    """A UUIDv7 whose time is `at`, to the millisecond."""
    return str(uuid_utils.uuid7(nanoseconds=_milliseconds(at) * 1_000_000))


def first_id_of(at: datetime) -> str:
    """The smallest id that a row of this millisecond can have; for ranges over ids."""
    text = f"{_milliseconds(at):012x}"
    return f"{text[:8]}-{text[8:]}-7000-8000-000000000000"


def time_of(row_id: str) -> datetime:
    """The instant in an id, to the millisecond, aware, in UTC."""
    return _BEGIN + int(row_id[:8] + row_id[9:13], 16) * _MILLISECOND


def _milliseconds(at: datetime) -> int:
    """Whole ones since 1970; a float of seconds would at times lose the last."""
    return (at - _BEGIN) // _MILLISECOND
