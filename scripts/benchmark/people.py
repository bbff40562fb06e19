"""Who calls in the benchmark's stores: one controller with one campaign, all its papers, and whom it may not call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, update

from middleware.keyed_hash import Pepper, digest
from middleware.phone_numbers import parse
from middleware.store.catalogue import raise_generation
from middleware.store.ids import new_id
from middleware.store.models import CallerIdRow, CampaignRow, ControllerRow, CredentialRow, RegisterWashRow
from scripts.benchmark.callees import SUPPRESSED, number_at
from scripts.benchmark.stores.model import Row
from scripts.benchmark.wire import CALLER_ID, CAMPAIGN, KEY_ID, KEY_SECRET

CONTROLLER = "bench"
WASHED_AGAINST = "dk_robinson"
# Made up, and kept by every store that was filled: its keys are derived from it.
PEPPER = "the-pepper-of-stores-that-hold-nobody-real"


def add_caller(connection: Connection, at: datetime) -> None:
    """A controller, its campaign, its caller ID and an API key."""
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
            is_agency=False,
            list_source="Made up for measuring",
            speaker="human",
            dialling="preview",
            created_at=at,
        )
    )
    _add_caller_id(connection, at)
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
    """Make the campaign's balancing test, and the check and wash of its list, current at `at`; a kept store may be
    months old."""
    approved, due = (at - timedelta(days=30)).date(), (at + timedelta(days=300)).date()
    connection.execute(
        update(CampaignRow).values(balancing_approved_on=approved, balancing_review_due=due, list_checked_on=approved)
    )
    connection.execute(update(RegisterWashRow).values(washed_at=at - timedelta(days=10)))
    raise_generation(connection)


def _add_caller_id(connection: Connection, at: datetime) -> None:
    shown = parse(CALLER_ID).facts
    connection.execute(
        insert(CallerIdRow).values(
            id=new_id(at),
            controller_id=CONTROLLER,
            number=CALLER_ID,
            country=shown.country,
            kind=shown.kind.value,
            standing="owned",
            in_directory=True,
            evidence="Made up for measuring",
            noted_by="benchmark",
            since=at.date(),
        )
    )
    connection.execute(
        insert(RegisterWashRow).values(
            campaign_id=CAMPAIGN,
            register=WASHED_AGAINST,
            washed_at=at,
            evidence="Made up for measuring: no list was sent anywhere",
            noted_by="benchmark",
        )
    )


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
