"""The duty to inform: one row for each person and controller, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from middleware.errors import UnknownNotice
from middleware.store.attempts import AttemptSeen
from middleware.store.ids import new_id
from middleware.store.models import (
    AttemptRow,
    CampaignRow,
    CompanyRow,
    ContactRow,
    ControllerRow,
    NoticeRow,
)
from middleware.store.outbox import promise

DEADLINE = timedelta(days=30)  # GDPR art. 14(3): within one month at the latest; thirty days are always inside it
SEND_NOTICE = "send_notice"


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """A notice with all that its text is made of; `None` where a record has been erased or was never known."""

    id: str
    state: str
    controller_id: str
    contact_id: str | None
    objected_at: datetime | None
    message_id: str | None
    callee: str | None
    callee_key: str
    caller_id: str | None
    called_at: datetime | None
    contact_name: str | None
    email: str | None
    language: str | None
    time_zone: str | None
    person_key: str | None
    data_source: str | None
    data_obtained_on: date | None
    company_name: str | None
    purpose: str
    interest: str
    data_categories: str
    retention: str
    texts: dict[str, dict[str, str]]
    controller_name: str
    controller_address: str
    controller_register_number: str
    controller_email: str
    controller_phone: str
    dpo_contact: str | None
    privacy_url: str
    complaint_body: str
    complaint_url: str


_SEEN = (
    select(
        NoticeRow.id,
        NoticeRow.state,
        NoticeRow.controller_id,
        NoticeRow.contact_id,
        NoticeRow.objected_at,
        NoticeRow.message_id,
        AttemptRow.callee,
        NoticeRow.callee_key,
        AttemptRow.caller_id,
        AttemptRow.asked_at.label("called_at"),
        ContactRow.name.label("contact_name"),
        ContactRow.email,
        ContactRow.language,
        ContactRow.time_zone,
        ContactRow.person_key,
        ContactRow.data_source,
        ContactRow.data_obtained_on,
        CompanyRow.name.label("company_name"),
        CampaignRow.purpose,
        CampaignRow.interest,
        CampaignRow.data_categories,
        CampaignRow.retention,
        CampaignRow.texts,
        ControllerRow.name.label("controller_name"),
        ControllerRow.address.label("controller_address"),
        ControllerRow.register_number.label("controller_register_number"),
        ControllerRow.email.label("controller_email"),
        ControllerRow.phone.label("controller_phone"),
        ControllerRow.dpo_contact,
        ControllerRow.privacy_url,
        ControllerRow.complaint_body,
        ControllerRow.complaint_url,
    )
    .select_from(NoticeRow)
    .join(CampaignRow, CampaignRow.id == NoticeRow.campaign_id)
    .join(ControllerRow, ControllerRow.id == NoticeRow.controller_id)
    .join(AttemptRow, AttemptRow.id == NoticeRow.attempt_id, isouter=True)
    .join(ContactRow, ContactRow.id == NoticeRow.contact_id, isouter=True)
    .join(CompanyRow, CompanyRow.id == ContactRow.company_id, isouter=True)
)


def owe_notice(connection: Connection, attempt: AttemptSeen, now: datetime) -> None:
    """First contact with this person for this controller: a notice is due. Later contacts change nothing.

    Where no contact or mailbox is known, the duty stays visible without being sent.
    """
    subject = f"p:{attempt.contact_id}" if attempt.contact_id else f"n:{attempt.callee_key}"
    email = None
    if attempt.contact_id:
        email = connection.scalar(select(ContactRow.email).where(ContactRow.id == attempt.contact_id))
    notice_id = new_id(now)
    duty = {
        "id": notice_id,
        "controller_id": attempt.controller_id,
        "campaign_id": attempt.campaign_id,
        "subject": subject,
        "contact_id": attempt.contact_id,
        "attempt_id": attempt.id,
        "callee_key": attempt.callee_key,
        "state": "due" if email else "no_address",
        "due_at": now,
        "deadline_at": now + DEADLINE,
    }
    # the row comes back if it was inserted; PostgreSQL's driver gives no count of inserted rows
    added = _insert(connection)(NoticeRow).values(duty).on_conflict_do_nothing().returning(NoticeRow.id)
    if connection.scalar(added) is not None and email:
        promise(connection, SEND_NOTICE, notice_id, notice_id, now)


def _insert(connection: Connection) -> Callable[[type[NoticeRow]], sqlite.Insert | postgresql.Insert]:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def notice_by_id(connection: Connection, notice_id: str) -> NoticeSeen:
    """One notice; raises `UnknownNotice`."""
    row = connection.execute(_SEEN.where(NoticeRow.id == notice_id)).mappings().first()
    if row is None:
        raise UnknownNotice("this notice is not known")
    return NoticeSeen(**row)


def move_notice(connection: Connection, notice_id: str, expected: str, **values: object) -> bool:
    """Change a notice that is still in the expected state; False when it is not."""
    changed = update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.state == expected).values(**values)
    return connection.execute(changed).rowcount == 1


def note_objection(connection: Connection, notice_id: str, at: datetime) -> None:
    """Remember that the person objected through this notice's link; the first time stands."""
    is_first = (NoticeRow.id == notice_id) & NoticeRow.objected_at.is_(None)
    connection.execute(update(NoticeRow).where(is_first).values(objected_at=at))


def notices_in_trouble(connection: Connection, now: datetime) -> dict[str, int]:
    """How many notices need somebody to look: by state, and those past their deadline as `overdue`."""
    by_state = select(NoticeRow.state, func.count()).where(NoticeRow.state.in_(("refused", "uncertain", "no_address")))
    found = {row[0]: row[1] for row in connection.execute(by_state.group_by(NoticeRow.state))}
    late = select(func.count()).where(NoticeRow.state != "sent", NoticeRow.deadline_at < now)
    overdue = connection.scalar(late.select_from(NoticeRow)) or 0
    return {**found, **({"overdue": overdue} if overdue else {})}
