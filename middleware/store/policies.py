"""Resolved policies under their digests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from middleware.store.models import PolicyRow


def keep_policy(connection: Connection, digest: str, body: str, country: str, campaign_id: str, at: datetime) -> None:
    """Store a policy unless its digest is stored already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"digest": digest, "body": body, "country": country, "campaign_id": campaign_id, "first_used_at": at}
    connection.execute(insert(PolicyRow).values(values).on_conflict_do_nothing())


def policy_body(connection: Connection, digest: str) -> str | None:
    """The canonical JSON stored under a digest."""
    return connection.scalar(select(PolicyRow.body).where(PolicyRow.digest == digest))
