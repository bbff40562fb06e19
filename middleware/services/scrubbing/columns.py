"""The columns that a dry run adds to a list, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from middleware.services.scrubbing.answers import RowAnswer

ADDED = ("line", "e164", "callable", "from", "reasons", "messages", "duplicate_of", "duplicate_by")
_OURS = "ringfence_"


def headings(given: Sequence[str]) -> tuple[str, ...]:
    """The file's own headings, then ours; one of ours that the file has too is told apart by its beginning."""
    theirs = {heading.strip().casefold() for heading in given}
    return (*given, *(f"{_OURS}{name}" if name in theirs else name for name in ADDED))


def added(answer: RowAnswer) -> tuple[str, ...]:
    """The texts of `ADDED`: instants as ISO 8601 with the callee's offset, reasons and messages side by side."""
    return (
        str(answer.record.line),
        answer.e164 or "",
        answer.verdict.value,
        "" if answer.first_at is None else answer.first_at.isoformat(timespec="minutes"),
        " | ".join(reason.code for reason in answer.reasons),
        " | ".join(answer.messages),
        "" if answer.duplicate_of is None else str(answer.duplicate_of),
        "" if answer.duplicate_by is None else answer.duplicate_by.value,
    )
