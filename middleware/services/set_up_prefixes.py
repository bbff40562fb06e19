"""Entries of a set-up folder as suppressed prefixes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from middleware.decision.model import Subject
from middleware.services.set_up_people import NOTED_BY, began
from middleware.set_up.people_shapes import SuppressionEntry
from middleware.set_up.reading import Entry
from middleware.store.database import Connection
from middleware.store.suppressed_prefixes import suppress_prefix


def add_prefixes(connection: Connection, entries: Sequence[Entry[SuppressionEntry]], at: datetime) -> int:
    """Bar the prefixes among these entries, but for those that are or were barred; returns how many are new."""
    prefixes = [entry.value for entry in entries if entry.value.subject is Subject.PREFIX]
    return sum(
        suppress_prefix(
            connection,
            entry.prefix,
            entry.scope,
            entry.scope_id,
            reason=entry.reason,
            source=entry.source,
            noted_by=NOTED_BY,
            since=began(entry),
            at=at,
        )
        for entry in prefixes
    )
