"""Who calls and who is called in the benchmark's stores: one controller with one campaign, and contacts for the
numbers whose country asks for the callee's legal form.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, Table, insert, update

from middleware.keyed_hash import Pepper, digest
from middleware.store.catalogue import raise_generation
from middleware.store.ids import new_id
from middleware.store.models import (
    CampaignRow,
    CompanyRow,
    ContactNumberRow,
    ContactRow,
    ControllerRow,
    CredentialRow,
)
from scripts.benchmark.callees import CLEAN, COUNTRIES, SUPPRESSED, country_at, number_at
from scripts.benchmark.stores.model import Fill, Row
from scripts.benchmark.wire import CAMPAIGN, KEY_ID, KEY_SECRET

CONTROLLER = "bench"
NEEDS_LEGAL_FORM = "NL"
CHUNK = 20_000
# Made up, and kept by every store that was filled: its keys are derived from it.
PEPPER = "the-pepper-of-stores-that-hold-nobody-real"


def add_caller(connection: Connection, at: datetime) -> None:
    """A controller, its campaign and an API key."""
    connection.execute(
        insert(ControllerRow).values(
            id=CONTROLLER,
            name="Benchmark",
            address="Testvej 1, 2100 København Ø",
            register_number="12345678",
            email="privacy@benchmark.example",
            phone="+4526000000",
            privacy_url="https://benchmark.example/privacy",
            complaint_body="Datatilsynet",
            complaint_url="https://www.datatilsynet.dk",
            created_at=at,
        )
    )
    connection.execute(
        insert(CampaignRow).values(
            id=CAMPAIGN,
            controller_id=CONTROLLER,
            name="Spring",
            audience="b2b",
            is_open=True,
            purpose="Sales of made-up goods",
            interest="Finding customers",
            data_categories="Name and number",
            retention="One year",
            balancing_test="Made up for measuring",
            balancing_approved_by="The benchmark",
            created_at=at,
        )
    )
    connection.execute(
        insert(CredentialRow).values(
            id=KEY_ID,
            kind="api_key",
            role="dialer",
            controller_id=CONTROLLER,
            secret_hash=digest(KEY_SECRET.encode()),
            label="The benchmark's load client",
            created_at=at,
        )
    )
    raise_generation(connection)


def approve_campaign(connection: Connection, at: datetime) -> None:
    """Make the campaign's balancing test current at `at`; a kept store may be months old."""
    approved, due = (at - timedelta(days=30)).date(), (at + timedelta(days=300)).date()
    connection.execute(update(CampaignRow).values(balancing_approved_on=approved, balancing_review_due=due))
    raise_generation(connection)


def suppressions(count: int, at: datetime, pepper: Pepper) -> Iterator[Row]:
    """The first `count` numbers of the stop list; half of them asked this controller alone."""
    for place in range(SUPPRESSED.start, SUPPRESSED.start + count):
        everywhere = place % 2 == 0
        yield {
            "id": new_id(at - timedelta(minutes=count - place)),
            "subject_key": pepper.number(number_at(place)),
            "subject": "number",
            "scope": "everywhere" if everywhere else "controller",
            "scope_id": None if everywhere else CONTROLLER,
            "reason": "imported" if everywhere else "objection",
            "source": "the benchmark's stop list",
            "noted_by": "benchmark",
            "since": at - timedelta(minutes=count - place),
        }


def fill_contacts(fill: Fill, count: int, at: datetime, pepper: Pepper) -> None:
    """A company and a contact, a legal person's, for the first `count` numbers nobody has asked for yet."""
    offset = (COUNTRIES.index(NEEDS_LEGAL_FORM) - CLEAN.start) % len(COUNTRIES)
    places = range(CLEAN.start + offset, CLEAN.start + offset + count * len(COUNTRIES), len(COUNTRIES))
    for first in range(0, count, CHUNK):
        made = [_contact(place, at, pepper) for place in places[first : first + CHUNK]]
        for model, rows in zip((CompanyRow, ContactRow, ContactNumberRow), zip(*made, strict=True), strict=True):
            fill(cast("Table", model.__table__), rows)


def _contact(place: int, at: datetime, pepper: Pepper) -> tuple[Row, Row, Row]:
    number, register_number = number_at(place), f"{place:08d}"
    company: Row = {
        "id": new_id(at),
        "controller_id": CONTROLLER,
        "company_key": pepper.company(NEEDS_LEGAL_FORM, register_number),
        "name": f"Bedrijf {place} B.V.",
        "country": country_at(place),
        "register_number": register_number,
        "legal_form": "legal_person",
        "domain": None,
    }
    contact: Row = {
        "id": new_id(at),
        "controller_id": CONTROLLER,
        "company_id": company["id"],
        "person_key": pepper.mailbox(f"person{place}@benchmark.example"),
        "name": f"Person {place}",
        "email": f"person{place}@benchmark.example",
        "language": "nl",
        "data_source": "made up for measuring",
        "created_at": at,
    }
    return (
        company,
        contact,
        {
            "controller_id": CONTROLLER,
            "number_key": pepper.number(number),
            "contact_id": contact["id"],
            "number": number,
        },
    )
