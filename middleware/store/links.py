"""Links: a dialer's URLs and TwiML behind addresses of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, select

from middleware.errors import NotFound
from middleware.store.ids import new_id
from middleware.store.missing_rows import add_missing
from middleware.store.models import LinkRow


@dataclass(frozen=True, slots=True)
class Link:
    """See `LinkRow`. Either `url` or `document` is there."""

    id: str
    kind: str
    controller_id: str
    campaign_id: str
    credential_id: str
    attempt_id: str | None
    own_call_id: str | None
    language: str
    url: str | None
    method: str
    fallback_url: str | None
    fallback_method: str
    document: str | None


_COLUMNS = [getattr(LinkRow, name) for name in Link.__slots__]
_SAID = tuple(name for name in Link.__slots__ if name != "id")


def keep_link(connection: Connection, values: Mapping[str, Any], at: datetime) -> str:
    """The id of the link that says exactly this; made where it is not there yet. `values`: `Link` without its id."""
    digest = sha256("\0".join(f"{name}={values[name]}" for name in _SAID).encode()).hexdigest()
    add_missing(connection, LinkRow, [{**values, "id": new_id(at), "created_at": at, "digest": digest}])
    found = connection.scalar(select(LinkRow.id).where(LinkRow.digest == digest))
    return str(found)


def link_by_id(connection: Connection, link_id: str) -> Link:
    """Raises `NotFound`."""
    row = connection.execute(select(*_COLUMNS).where(LinkRow.id == link_id)).one_or_none()
    if row is None:
        raise NotFound("no such link")
    return Link(*row)


def callback_of_own_call(connection: Connection, own_call_id: str) -> Link | None:
    """Where a dialer wants to hear of a call to one of our own people; None where it does not."""
    is_it = (LinkRow.own_call_id == own_call_id) & (LinkRow.kind == "callback") & LinkRow.document.is_not(None)
    row = connection.execute(select(*_COLUMNS).where(is_it).order_by(LinkRow.id).limit(1)).one_or_none()
    return None if row is None else Link(*row)


def forget_links(connection: Connection, made_before: datetime) -> int:
    """Calls do not last so long; returns how many links went."""
    return connection.execute(delete(LinkRow).where(LinkRow.created_at < made_before)).rowcount
