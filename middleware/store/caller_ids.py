"""The numbers that controllers may show. Adding and withdrawing raise the catalogue's generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from middleware.store.catalogue import raise_generation
from middleware.store.models import CallerIdRow


def add_caller_ids(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Put numbers on file, given as columns; those that are or were there stay as they are. Returns how many are new.

    One that was withdrawn stays so: who wants it back says so by hand.
    """
    new = [row for row in rows if not _was_there(connection, row)]
    for row in new:
        connection.execute(insert(CallerIdRow).values(**row))
    if new:
        raise_generation(connection)
    return len(new)


def withdraw_caller_id(connection: Connection, controller_id: str, number: str, at: datetime) -> int:
    """The controller may no longer show this number (E.164), in no campaign; returns how many entries ended."""
    in_force = (
        (CallerIdRow.controller_id == controller_id)
        & (CallerIdRow.number == number)
        & CallerIdRow.withdrawn_at.is_(None)
    )
    ended = connection.execute(update(CallerIdRow).where(in_force).values(withdrawn_at=at)).rowcount
    if ended:
        raise_generation(connection)
    return ended


def _was_there(connection: Connection, row: Mapping[str, Any]) -> bool:
    campaign_id = row["campaign_id"]
    is_campaign = CallerIdRow.campaign_id.is_(None) if campaign_id is None else CallerIdRow.campaign_id == campaign_id
    same = select(CallerIdRow.id).where(
        CallerIdRow.controller_id == row["controller_id"], CallerIdRow.number == row["number"], is_campaign
    )
    return connection.scalar(same.limit(1)) is not None
