"""Attempts with their decisions for an export: page by page in the order of ids, so that memory stays constant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, literal, select

from middleware.store.database import Database
from middleware.store.ids import first_id_of
from middleware.store.models import AttemptEventRow, AttemptRow, DecisionRow, NoticeRow, StatusReportRow

PAGE = 500
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)  # ids know no earlier time, and a zone or a margin still fits below
_MARGIN = timedelta(milliseconds=2)  # an id knows the millisecond only; `asked_at` then decides to the microsecond


@dataclass(frozen=True, slots=True)
class Span:
    """Which attempts: asked from `begins` to before `ends` (aware), of one controller or campaign, or of all."""

    begins: datetime
    ends: datetime
    controller_id: str | None = None
    campaign_id: str | None = None


class EventSeen(NamedTuple):
    """One change of an attempt's state; `detail` is JSON."""

    at: datetime
    state: str
    cause: str
    detail: str


class LoosenedFigure(NamedTuple):
    """A figure that allowed more than the one it replaced: which, its value, who set it, what it loosens and why."""

    figure: str
    value: str
    set_by: str
    loosens: str


class ExportedAttempt(NamedTuple):
    """An attempt, its decision, what Twilio reported and the notice to the same person, as one row.

    `is_permitted`, `refusals` and `facts` are None where the decision is missing: the attempt must show all the same.
    `events` and `loosened` are not read with the row; `loosened` None: the policy that ruled is not known.
    """

    id: str
    asked_at: datetime
    controller_id: str
    campaign_id: str
    credential_id: str
    route: str
    placed_by: str
    callee: str | None
    callee_key: str
    caller_id: str | None
    contact_id: str | None
    company_id: str | None
    idempotency_key: str | None
    request_digest: str
    is_permitted: bool | None
    refusals: str | None
    not_before: datetime | None
    attempts_left: int | None
    permit_expires_at: datetime | None
    ring_timeout_seconds: int | None
    policy_digest: str | None
    clock_offset_seconds: float | None
    facts: str | None
    state: str
    call_sid: str | None
    call_status: str | None
    sip_response_code: int | None
    answered_by: str | None
    placed_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None
    outcome: str | None
    status_reports: int
    notice_state: str | None
    notice_sent_at: datetime | None
    notice_attempt_id: str | None
    events: tuple[EventSeen, ...] = ()
    loosened: tuple[LoosenedFigure, ...] | None = None


_READ_LATER = frozenset({"events", "loosened"})
_OF_DECISION = frozenset(
    {
        "is_permitted",
        "refusals",
        "not_before",
        "attempts_left",
        "policy_digest",
        "clock_offset_seconds",
        "facts",
    }
)
_OF_OTHERS = {
    "status_reports": select(func.count())
    .select_from(StatusReportRow)
    .where(StatusReportRow.attempt_id == AttemptRow.id)
    .scalar_subquery(),
    "notice_state": NoticeRow.state,
    "notice_sent_at": NoticeRow.sent_at,
    "notice_attempt_id": NoticeRow.attempt_id,
}
_SAME_PERSON = and_(  # a person has one notice for each controller, whichever attempt made it due
    NoticeRow.controller_id == AttemptRow.controller_id,
    NoticeRow.subject == func.coalesce(literal("p:") + AttemptRow.contact_id, literal("n:") + AttemptRow.callee_key),
)


def _column(name: str) -> Any:
    if name in _OF_OTHERS:
        return _OF_OTHERS[name]
    return getattr(DecisionRow if name in _OF_DECISION else AttemptRow, name)


_ATTEMPTS: Select[Any] = (
    select(*(_column(name) for name in ExportedAttempt._fields if name not in _READ_LATER))
    .select_from(AttemptRow)
    .join(DecisionRow, DecisionRow.id == AttemptRow.id, isouter=True)
    .join(NoticeRow, _SAME_PERSON, isouter=True)
    .order_by(AttemptRow.id)
)


def exported_pages(
    database: Database, span: Span, with_events: bool, size: int = PAGE
) -> Iterator[list[ExportedAttempt]]:
    """Every attempt of the span once, in order of ids. Each page is a short transaction of its own, and none is open
    while the reader takes its time. Raises `StoreUnavailable`."""
    after = first_id_of(max(span.begins, _EPOCH) - _MARGIN)
    while True:
        with database.reading() as connection:
            page = _page(connection, span, after, size)
            if with_events:
                page = _with_events(connection, page)
        if page:
            yield page
        if len(page) < size:
            return
        after = page[-1].id


def _page(connection: Connection, span: Span, after: str, size: int) -> list[ExportedAttempt]:
    query = _ATTEMPTS.where(
        AttemptRow.id > after,
        AttemptRow.id < first_id_of(max(span.ends, _EPOCH) + _MARGIN),
        AttemptRow.asked_at >= span.begins,
        AttemptRow.asked_at < span.ends,
    )
    if span.controller_id is not None:
        query = query.where(AttemptRow.controller_id == span.controller_id)
    if span.campaign_id is not None:
        query = query.where(AttemptRow.campaign_id == span.campaign_id)
    return [ExportedAttempt(*row) for row in connection.execute(query.limit(size))]


def _with_events(connection: Connection, page: Sequence[ExportedAttempt]) -> list[ExportedAttempt]:
    events: dict[str, list[EventSeen]] = {attempt.id: [] for attempt in page}
    found = (
        select(AttemptEventRow.attempt_id, *(getattr(AttemptEventRow, name) for name in EventSeen._fields))
        .where(AttemptEventRow.attempt_id.in_(events))
        .order_by(AttemptEventRow.attempt_id, AttemptEventRow.seq)
    )
    for attempt_id, *event in connection.execute(found):
        events[attempt_id].append(EventSeen(*event))
    return [attempt._replace(events=tuple(events[attempt.id])) for attempt in page]
