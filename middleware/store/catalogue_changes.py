"""Changes to what every process keeps in memory: controllers, campaigns, washes, credentials.

Each raises the catalogue's generation, in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from middleware.store.catalogue import raise_generation
from middleware.store.missing_rows import News, add_missing, tell_rows
from middleware.store.models import Base, CampaignRow, ControllerRow, CredentialRow, RegisterWashRow


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue holds: ids, and of each credential what its secret is checked against."""

    controllers: frozenset[str]
    campaigns: Mapping[str, str]  # campaign -> its controller
    credentials: Mapping[str, str | None]  # credential -> hash of its secret, None where there is none
    account_sids: Mapping[str, str]  # account SID -> its credential


def known(connection: Connection) -> Known:
    """Everything that is there now."""
    credentials = list(connection.execute(select(CredentialRow.__table__)))
    return Known(
        controllers=frozenset(connection.scalars(select(ControllerRow.id))),
        campaigns={row.id: row.controller_id for row in connection.execute(select(CampaignRow.__table__))},
        credentials={row.id: row.secret_hash for row in credentials},
        account_sids={row.account_sid: row.id for row in credentials if row.account_sid},
    )


def add_to_catalogue(
    connection: Connection,
    controllers: Sequence[Mapping[str, Any]],
    campaigns: Sequence[Mapping[str, Any]],
    credentials: Sequence[Mapping[str, Any]],
) -> None:
    """Insert new controllers, campaigns and credentials, given as columns; existing ones stay as they are."""
    add_missing(connection, ControllerRow, controllers)
    add_missing(connection, CampaignRow, campaigns)
    add_missing(connection, CredentialRow, credentials)
    if controllers or campaigns or credentials:
        raise_generation(connection)


def tell_controllers(connection: Connection, rows: Sequence[Mapping[str, Any]], news: News) -> int:
    """Change what is new about controllers that are there, given by their ids; returns how many were changed."""
    return _told(connection, ControllerRow, rows, news)


def tell_campaigns(connection: Connection, rows: Sequence[Mapping[str, Any]], news: News) -> int:
    """Change what is new about campaigns that are there, given by their ids; returns how many were changed."""
    return _told(connection, CampaignRow, rows, news)


def note_wash(
    connection: Connection, campaign_id: str, register: str, washed_at: datetime, evidence: str, noted_by: str
) -> bool:
    """Record that a campaign's list was washed; False if a later wash, or this one, is recorded already."""
    is_this = (RegisterWashRow.campaign_id == campaign_id) & (RegisterWashRow.register == register)
    latest = connection.scalar(select(RegisterWashRow.washed_at).where(is_this))
    if latest is not None and latest >= washed_at:
        return False
    values = {"washed_at": washed_at, "evidence": evidence, "noted_by": noted_by}
    if latest is None:
        add_missing(connection, RegisterWashRow, [{"campaign_id": campaign_id, "register": register, **values}])
    else:
        connection.execute(update(RegisterWashRow).where(is_this).values(**values))
    raise_generation(connection)
    return True


def _told(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]], news: News) -> int:
    changed = tell_rows(connection, model, rows, "id", news)
    if changed:
        raise_generation(connection)
    return changed
