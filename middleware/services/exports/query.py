"""What an auditor asks for: a range of time, perhaps one campaign, and a format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from middleware.errors import InvalidRequest

_SPELLING = (
    "must be a day such as 2026-11-01, which means its midnight in UTC, or an instant with its zone such as "
    "2026-11-01T08:00:00+01:00; in a URL write the plus sign as %2B"
)


class ExportFormat(StrEnum):
    """CSV is for spreadsheets, JSON lines lose nothing."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """Attempts asked from `begins` to before `ends`, both aware, in UTC."""

    begins: datetime
    ends: datetime
    format: ExportFormat = ExportFormat.CSV
    campaign_id: str | None = None

    def __post_init__(self) -> None:
        """Raises `InvalidRequest` for a range that holds nothing."""
        if self.begins >= self.ends:
            raise InvalidRequest("must be later than the beginning; it is not part of the range itself", "to")


def export_query(begins: str | None, ends: str | None, form: str | None, campaign_id: str | None = None) -> ExportQuery:
    """A query from text; raises `InvalidRequest` naming `from`, `to` or `format`. No format is CSV."""
    return ExportQuery(instant(begins, "from"), instant(ends, "to"), _format(form), campaign_id or None)


def instant(text: str | None, field: str) -> datetime:
    """An instant from text, in UTC; a day is its midnight. Raises `InvalidRequest` naming the field."""
    if not text:
        raise InvalidRequest(f"is missing; it {_SPELLING}", field)
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        pass  # not a day, so it has to be an instant
    try:
        at = datetime.fromisoformat(text)
        return _aware(at, field).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(_SPELLING, field) from None


def _aware(at: datetime, field: str) -> datetime:
    if at.tzinfo is None:
        raise InvalidRequest(f"names a time without its zone; it {_SPELLING}", field)
    return at


def _format(text: str | None) -> ExportFormat:
    try:
        return ExportFormat(text or ExportFormat.CSV)
    except ValueError:
        raise InvalidRequest("must be csv or jsonl", "format") from None
