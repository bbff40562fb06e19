"""How single values are written: instants, days, durations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]


def instant(at: datetime) -> str:
    """An aware datetime as an ISO string in UTC."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()


def optional_instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def read_optional_instant(text: str | None) -> datetime | None:
    return None if text is None else read_instant(text)


def optional_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def read_optional_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def seconds(span: timedelta) -> int | float:
    """A duration in seconds, whole if it is whole."""
    total = span.total_seconds()
    return int(total) if total.is_integer() else total


def optional_seconds(span: timedelta | None) -> int | float | None:
    return None if span is None else seconds(span)


def read_optional_seconds(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


def read_day(text: str) -> date:
    return date.fromisoformat(text)
