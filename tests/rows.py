"""Rows for tests of what reads the store: controllers, campaigns, credentials, attempts with their decisions.

    database = migrated(database_url)
    insert_campaign(database, "spring")
    key = insert_credential(database, "auditor")
    insert_attempts(database, [an_attempt_row(), a_refused_row(), an_ended_row(outcome="busy")])

A test names only what it is about. Rows go in fast enough to have some hundred thousand of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, insert, literal, select, true

from middleware.encoding import facts_to_text
from middleware.keyed_hash import digest
from middleware.phone_numbers import parse
from middleware.services.asking import ReasonGiven, reasons_to_json
from middleware.store.catalogue import raise_generation
from middleware.store.database import Database
from middleware.store.ids import new_id
from middleware.store.models import (
    AgentRow,
    AttemptRow,
    Base,
    CallerIdRow,
    CampaignRow,
    ControllerRow,
    CredentialRow,
    DecisionRow,
    RegisterWashRow,
)
from middleware.store.schema import migrate
from middleware.store.types import Id, UtcDateTime
from tests.builders import NOON, some_facts

Values = dict[str, Any]
FACTS = facts_to_text(some_facts())
CALLER_ID = "+4570123499"  # on file for every controller of these tests
# Danes of whom nobody knows whether they are sole traders are called for so long after it.
WASHED_AT = MappingProxyType({"dk_robinson": datetime(2026, 11, 20, 12, 0, tzinfo=UTC)})
OUT_OF_HOURS = ReasonGiven(
    code="hours.outside_window",
    rule="hours",
    message="It is 18:30 in Copenhagen; calls are made from 09:00 to 17:00.",
    basis="recommended",
    source="A test's own figure.",
    not_before=NOON + timedelta(hours=20),
)
SUPPRESSED = ReasonGiven(
    code="suppression.number",
    rule="suppression",
    message="This number is on the stop list.",
    basis="law",
    source="GDPR art. 21(3)",
    not_before=None,
)
_BATCH = 5_000
_COPIES = Table("copies", MetaData(), Column("id", Id), Column("at", UtcDateTime), prefixes=["TEMPORARY"])


def migrated(url: str) -> Database:
    """A database with this version's schema and nothing in it."""
    database = Database(url)
    migrate(database)
    return database


def insert_controller(database: Database, controller_id: str = "acme", **changes: Any) -> None:
    """A controller with everything that its notices name; one that is there already stays as it is."""
    values = {
        "id": controller_id,
        "name": f"{controller_id.title()} ApS",
        "address": "Havnegade 12, 1058 København K",
        "register_number": "CVR 12345674",
        "email": f"privacy@{controller_id}.example",
        "phone": "+4570123499",
        "privacy_url": f"https://{controller_id}.example/privacy",
        "complaint_body": "Datatilsynet",
        "complaint_url": "https://datatilsynet.example/klage",
        "created_at": NOON - timedelta(days=100),
    }
    with database.writing() as connection:
        if connection.scalar(select(ControllerRow.id).where(ControllerRow.id == controller_id)) is None:
            connection.execute(insert(ControllerRow).values({**values, **changes}))
            raise_generation(connection)


def insert_campaign(
    database: Database,
    campaign_id: str = "spring",
    controller_id: str = "acme",
    *,
    washed_at: Mapping[str, datetime] = WASHED_AT,
    **changes: Any,
) -> None:
    """An open B2B campaign with all its papers, of a controller that is made where it is missing.

    People speak, numbers are dialled one by one, the list was checked in spring 2026 and washed in November against
    the Danish register, and `CALLER_ID` may be shown.
    """
    insert_controller(database, controller_id)
    insert_caller_id(database, controller_id)
    values = {
        "id": campaign_id,
        "controller_id": controller_id,
        "name": campaign_id.title(),
        "audience": "b2b",
        "is_open": True,
        "purpose": "offering accounting software to companies",
        "interest": "selling our software to companies that may need it",
        "data_categories": "name, job title, work e-mail, direct number",
        "retention": "twelve months after the last call",
        "balancing_test": "kept in the compliance folder",
        "balancing_approved_by": "Anna Jensen",
        "balancing_approved_on": date(2026, 1, 2),
        "balancing_review_due": date(2028, 12, 31),
        "is_agency": False,
        "list_source": "the Central Business Register, publicly accessible",
        "list_checked_on": date(2026, 3, 1),
        "speaker": "human",
        "dialling": "preview",
        "created_at": NOON - timedelta(days=100),
    }
    _insert_known(database, CampaignRow, {**values, **changes})
    for register, at in washed_at.items():
        wash = {"campaign_id": campaign_id, "register": register, "washed_at": at}
        insert_rows(database, RegisterWashRow, {**wash, "evidence": "receipt 7", "noted_by": "Anna Jensen"})


def insert_caller_id(database: Database, controller_id: str = "acme", number: str = CALLER_ID, **changes: Any) -> None:
    """A number that the controller, who is there, may show; one that is on file already stays as it is."""
    facts = parse(number).facts
    values = {
        "id": new_id(NOON),
        "controller_id": controller_id,
        "number": number,
        "country": facts.country,
        "kind": facts.kind.value,
        "standing": "owned",
        "in_directory": True,
        "evidence": "the operator's contract",
        "noted_by": "Anna Jensen",
        "since": date(2025, 1, 2),
    }
    with database.reading() as connection:
        same = (CallerIdRow.controller_id == controller_id) & (CallerIdRow.number == number)
        is_there = connection.scalar(select(CallerIdRow.id).where(same)) is not None
    if changes or not is_there:
        _insert_known(database, CallerIdRow, {**values, **changes})


def insert_agent(
    database: Database, address: str = "client:mette", controller_id: str = "acme", **changes: Any
) -> None:
    """One of the controller's own people, who calls for its first campaign and speaks English."""
    values = {
        "id": new_id(NOON),
        "controller_id": controller_id,
        "address": address,
        "name": "Mette Berg",
        "language": "en",
        "campaigns": ["autumn" if controller_id == "beta" else "spring"],
        "takes_ring_backs": not address.startswith("sip:@"),
        "noted_by": "Anna Jensen",
        "since": date(2026, 1, 2),
    }
    _insert_known(database, AgentRow, {**values, **changes})


def insert_credential(database: Database, credential_id: str = "auditor", role: str = "auditor", **changes: Any) -> str:
    """An API key that reaches every controller unless `controller_id` is given; returns the key."""
    secret = f"secret-of-{credential_id}"
    values = {
        "id": credential_id,
        "kind": "api_key",
        "role": role,
        "secret_hash": digest(secret.encode()),
        "label": f"The {role} of a test",
        "created_at": NOON - timedelta(days=100),
    }
    _insert_known(database, CredentialRow, {**values, **changes})
    return f"rf_{credential_id}.{secret}"


def an_attempt_row(asked_at: datetime = NOON, **changes: Any) -> Values:
    """A permit in use: asked, permitted, not placed. Columns of the attempt and of its decision together."""
    values = {
        "id": new_id(asked_at),
        "controller_id": "acme",
        "campaign_id": "spring",
        "credential_id": "dialer",
        "route": "api",
        "placed_by": "dialer",
        "callee": "+4533123456",
        "callee_key": "0123456789abcdef0123456789abcdef",
        "caller_id": CALLER_ID,
        "guards": "[]",
        "state": "permitted",
        "asked_at": asked_at,
        "permit_expires_at": asked_at + timedelta(seconds=60),
        "request_digest": "5" * 64,
        "ring_timeout_seconds": 30,
        "kind": "attempt",
        "decided_at": asked_at,
        "policy_digest": "d" * 64,
        "clock_offset_seconds": 0.0,
        "is_permitted": True,
        "not_before": None,
        "attempts_left": 4,
        "refusals": "[]",
        "facts": FACTS,
    }
    return {**values, **changes}


def a_refused_row(asked_at: datetime = NOON, *reasons: ReasonGiven, **changes: Any) -> Values:
    """An attempt refused for these reasons; out of hours if none is named."""
    given = reasons or (OUT_OF_HOURS,)
    waits = [reason.not_before for reason in given]
    refusal = {
        "state": "refused",
        "is_permitted": False,
        "permit_expires_at": None,
        "ring_timeout_seconds": None,
        "attempts_left": None,
        "refusals": reasons_to_json(given),
        "not_before": None if None in waits else max(wait for wait in waits if wait),
    }
    return an_attempt_row(asked_at, **{**refusal, **changes})


def an_ended_row(asked_at: datetime = NOON, **changes: Any) -> Values:
    """A call that was answered after ten seconds and lasted for forty."""
    ended = {
        "state": "completed",
        "call_sid": f"CA{digest(str(changes.get('id', asked_at)).encode())[:32]}",
        "call_status": "completed",
        "sip_response_code": 200,
        "placed_at": asked_at + timedelta(seconds=1),
        "answered_at": asked_at + timedelta(seconds=11),
        "ended_at": asked_at + timedelta(seconds=51),
        "duration_seconds": 40,
        "outcome": "answered",
    }
    return an_attempt_row(asked_at, **{**ended, **changes})


def insert_attempts(database: Database, rows: Iterable[Values]) -> None:
    """Attempts with their decisions, a batch of some thousands in each transaction."""
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        with database.writing() as connection:
            for table in (AttemptRow, DecisionRow):
                names = table.__table__.columns.keys()
                connection.execute(insert(table), [{name: row.get(name) for name in names} for row in batch])


def insert_copies(database: Database, template: Values, times: Iterable[datetime]) -> None:
    """Hundreds of thousands of the same attempt, asked at other times: the database copies the row itself.

    A call keeps having a CallSid of its own; a template with an idempotency key cannot be copied.
    """
    insert_attempts(database, [template])
    copies = [{"id": new_id(at), "at": at} for at in times]
    with database.writing() as connection:
        _COPIES.create(connection)
        connection.execute(insert(_COPIES), copies)
        for table, at in ((AttemptRow, "asked_at"), (DecisionRow, "decided_at")):
            names = table.__table__.columns.keys()
            changed: Values = {"id": _COPIES.c.id, at: _COPIES.c.at}
            if template.get("call_sid"):
                changed["call_sid"] = literal("CA") + func.replace(_COPIES.c.id, "-", "")
            values: list[Any] = [changed.get(name, getattr(table, name)) for name in names]
            every_time = table.__table__.join(_COPIES, true())
            copied = select(*values).select_from(every_time).where(table.id == template["id"]).order_by(_COPIES.c.id)
            connection.execute(insert(table).from_select(names, copied, include_defaults=False))
        _COPIES.drop(connection)


def insert_rows(database: Database, table: type[Base], *rows: Values) -> None:
    """Any rows of one table, as they are."""
    with database.writing() as connection:
        connection.execute(insert(table), list(rows))


def _insert_known(database: Database, table: type[Base], values: Values) -> None:
    with database.writing() as connection:
        connection.execute(insert(table).values(values))
        raise_generation(connection)
