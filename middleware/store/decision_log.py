"""Decisions as they were logged, page by page in the order of asking, so that memory stays constant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from middleware.store.database import Database
from middleware.store.ids import first_id_of
from middleware.store.models import DecisionRow

PAGE = 2_000
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # ids know no earlier time


class LoggedDecision(NamedTuple):
    """One decision. `refusals` and `facts` are JSON texts; `not_before` is aware, in UTC."""

    id: str
    kind: str  # "attempt"; "check" or, about another time, "ahead" for a question that reserved nothing
    controller_id: str
    campaign_id: str
    policy_digest: str | None
    is_permitted: bool
    not_before: datetime | None
    attempts_left: int | None
    refusals: str
    facts: str


_COLUMNS = tuple(getattr(DecisionRow, name) for name in LoggedDecision._fields)


def count_decisions(database: Database, begins: datetime, ends: datetime) -> int:
    """How many decisions were asked for from `begins` to before `ends`, to the millisecond."""
    with database.reading() as connection:
        query = select(func.count()).select_from(DecisionRow).where(*_asked_within(begins, ends))
        return connection.scalar(query) or 0


def decision_pages(
    database: Database, begins: datetime, ends: datetime, size: int = PAGE
) -> Iterator[list[LoggedDecision]]:
    """Every decision asked for from `begins` to before `ends` once. No transaction is open between pages."""
    query = select(*_COLUMNS).where(*_asked_within(begins, ends)).order_by(DecisionRow.id).limit(size)
    after = ""
    while True:
        with database.reading() as connection:
            page = [LoggedDecision._make(row) for row in connection.execute(query.where(DecisionRow.id > after))]
        if page:
            yield page
        if len(page) < size:
            return
        after = page[-1].id


def _asked_within(begins: datetime, ends: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DecisionRow.id >= first_id_of(max(begins, _EARLIEST)), DecisionRow.id < first_id_of(max(ends, _EARLIEST))
