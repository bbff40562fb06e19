"""The pace of creating calls, shared by all processes: whoever moves the next slot on owns the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, case, update

from middleware.store.missing_rows import add_missing
from middleware.store.models import PaceRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A slot so far ahead was claimed by a clock that has been put back since.
FURTHEST = timedelta(seconds=60)


def claim_slot(
    connection: Connection, account: str, now: datetime, gap: timedelta, latest: datetime
) -> datetime | None:
    """The next free slot, not before `now`; None, and nothing claimed, where it lies after `latest`."""
    add_missing(connection, PaceRow, [{"account": account, "next_at": 0}])
    present, furthest = _number(now), _number(now + max(FURTHEST, latest - now) + gap)
    is_usable = (PaceRow.next_at > present) & (PaceRow.next_at <= furthest)
    slot = case((is_usable, PaceRow.next_at), else_=present)
    claim = (
        update(PaceRow)
        .where(PaceRow.account == account, slot <= _number(latest))
        .values(next_at=slot + gap // _MICROSECOND)
        .returning(PaceRow.next_at)
    )
    moved_to = connection.scalar(claim)
    return None if moved_to is None else _EPOCH + int(moved_to) * _MICROSECOND - gap


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
