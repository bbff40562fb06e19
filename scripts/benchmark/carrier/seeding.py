"""The store of a run: a caller with all its papers, somebody behind every number, and a dialer's account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Table, insert

from middleware.bootstrap import Services
from middleware.keyed_hash import Pepper
from middleware.store.catalogue import raise_generation
from middleware.store.models import CredentialRow
from middleware.store.schema import migrate
from scripts.benchmark.callees import CLEAN
from scripts.benchmark.carrier.dialer import Account
from scripts.benchmark.contacts import fill_contacts
from scripts.benchmark.people import CONTROLLER, PEPPER, add_caller, approve_campaign
from scripts.benchmark.stores.model import Row
from scripts.benchmark.wire import CAMPAIGN

DIALER_SID = f"AC{'d' * 32}"


def seed(services: Services, calls: int, moment: datetime) -> None:
    """Everything that `calls` permitted calls need. Nobody has a mailbox: no mails are sent while it is measured."""
    database = services.database
    migrate(database)
    with database.writing() as connection:
        add_caller(connection, moment - timedelta(days=365))
        approve_campaign(connection, moment)
        values = {"id": "bench-twilio", "kind": "twilio", "role": "dialer", "label": "The benchmark's dialer"}
        owned = {"controller_id": CONTROLLER, "campaign_id": CAMPAIGN, "account_sid": DIALER_SID}
        connection.execute(insert(CredentialRow).values(**values, **owned, created_at=moment - timedelta(days=365)))
        raise_generation(connection)

        def fill(table: Table, rows: Iterable[Row]) -> None:
            added = [{**row, "email": None} if "email" in row else dict(row) for row in rows]
            connection.execute(insert(table), added)

        fill_contacts(fill, CLEAN[:calls], moment - timedelta(days=100), Pepper(PEPPER.encode()))


def account(services: Services, gateway: str) -> Account:
    """What a dialer enters in place of Twilio's address and credentials."""
    credential = services.catalogue.checked().by_account_sid[DIALER_SID]
    return Account(gateway, DIALER_SID, services.access.token_of(credential))
