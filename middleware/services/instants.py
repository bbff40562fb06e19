"""Moments that an asker names: RFC 3339 with an offset, because a wall clock without its place is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from middleware.errors import InvalidRequest

EXAMPLE = "2026-11-24T16:30:00+01:00"
# Far beyond every calendar of ours, and near enough for arithmetic with dates to stay within what dates can be.
FURTHEST = timedelta(days=3660)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_instant(given: object, field: str) -> datetime | None:
    """The moment, aware and in UTC; None if none is given. Raises `InvalidRequest` naming the field."""
    if given is None:
        return None
    if not isinstance(given, str) or not _RFC_3339.fullmatch(given):
        raise InvalidRequest(f"must be a moment with its offset from UTC, such as {EXAMPLE}", field)
    try:
        return datetime.fromisoformat(given.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(f"is no moment that there is; write one such as {EXAMPLE}", field) from None


def check_ahead(at: datetime, now: datetime, field: str) -> None:
    """Raises `InvalidRequest` for what lies in the past, or further ahead than anybody can mean.

    Clients cut times to whole seconds, so the second that has begun is not past.
    """
    if at < now.replace(microsecond=0):
        raise InvalidRequest("lies in the past: name a moment to come", field)
    if at > now + FURTHEST:
        raise InvalidRequest("lies more than ten years ahead: name a nearer moment", field)
