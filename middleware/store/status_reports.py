"""Status callbacks as they came, each kept once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, func, insert, select, update

from middleware.store.ids import new_id
from middleware.store.models import StatusReportRow

_NUMBER = re.compile(r"[0-9]{1,9}")  # more fit no column


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report to be handed on, with its number in the dialer's own counting."""

    attempt_id: str
    pairs: tuple[tuple[str, str], ...]
    forward_number: int


class StatusReportRepository:
    """Works within the transaction of `connection`; the attempt must be locked in it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, attempt_id: str, form: Mapping[str, str], pairs: Sequence[tuple[str, str]], at: datetime
    ) -> str | None:
        """Keep a report; None if the same one was kept before."""
        number = form.get("SequenceNumber", "")
        key = {
            "attempt_id": attempt_id,
            "call_sid": _word(form.get("CallSid", ""), 34),
            "source": _word(form.get("CallbackSource", ""), 32),
            "sequence_number": int(number) if _NUMBER.fullmatch(number) else -1,
            "call_status": _word(form.get("CallStatus", ""), 16),
        }
        same = select(StatusReportRow.id).where(*(getattr(StatusReportRow, name) == key[name] for name in key))
        if self._connection.scalar(same) is not None:
            return None
        report_id = new_id(at)
        values = {**key, "id": report_id, "received_at": at, "form": orjson.dumps(list(pairs)).decode()}
        self._connection.execute(insert(StatusReportRow).values(**values))
        return report_id

    def is_handed_on(self, attempt_id: str, call_status: str) -> bool:
        """Whether a report of this status has a number towards the dialer already."""
        same = (StatusReportRow.attempt_id == attempt_id) & (StatusReportRow.call_status == _word(call_status, 16))
        query = select(StatusReportRow.id).where(same, StatusReportRow.forward_number.is_not(None))
        return self._connection.scalar(query.limit(1)) is not None

    def number_for_dialer(self, attempt_id: str, report_id: str, number: int | None) -> None:
        """Give the report its number towards the dialer; None: the next of those handed on for this attempt, from 0."""
        if number is None:
            given = select(func.count(StatusReportRow.forward_number)).where(StatusReportRow.attempt_id == attempt_id)
            number = self._connection.scalar(given) or 0
        chosen = update(StatusReportRow).where(StatusReportRow.id == report_id)
        self._connection.execute(chosen.values(forward_number=number))

    def to_forward(self, report_id: str) -> KeptReport | None:
        """A numbered report, or None if it has been erased."""
        query = select(StatusReportRow.attempt_id, StatusReportRow.form, StatusReportRow.forward_number)
        row = self._connection.execute(query.where(StatusReportRow.id == report_id)).first()
        if row is None or row.forward_number is None:
            return None
        pairs = tuple((name, value) for name, value in orjson.loads(row.form))
        return KeptReport(row.attempt_id, pairs, row.forward_number)


def _word(text: str, longest: int) -> str:
    """What a column of words can hold; the form is kept whole beside it."""
    return text.replace("\x00", "")[:longest]
