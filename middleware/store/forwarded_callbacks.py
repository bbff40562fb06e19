"""What Twilio told on callback links, each once, until the dialer has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from middleware.errors import NotFound
from middleware.store.attempts import AttemptRepository
from middleware.store.links import Link, link_by_id
from middleware.store.models import ForwardedCallbackRow, LinkRow, OwnCallRow

_NOTHING = "[]"


@dataclass(frozen=True, slots=True)
class KeptCallback:
    """One request of Twilio's, for the dialer's URL that stands on its link."""

    link: Link
    pairs: tuple[tuple[str, str], ...]


def keep_callback(connection: Connection, link: Link, pairs: Sequence[tuple[str, str]], at: datetime) -> str | None:
    """Its id; None if the very same was told on this link before: Twilio repeats what it believes lost.

    The link must be held (`hold`).
    """
    form = orjson.dumps([list(pair) for pair in pairs])
    told = orjson.dumps(sorted(list(pair) for pair in pairs)).decode()
    callback_id = str(uuid5(NAMESPACE_URL, f"{link.id}\n{told}"))
    if connection.scalar(select(ForwardedCallbackRow.id).where(ForwardedCallbackRow.id == callback_id)) is not None:
        return None
    values = {"id": callback_id, "link_id": link.id, "received_at": at, "form": form.decode()}
    connection.execute(insert(ForwardedCallbackRow).values(**values))
    return callback_id


def callback_to_forward(connection: Connection, callback_id: str) -> KeptCallback | None:
    """None once the dialer has it, or when it is forgotten."""
    query = select(ForwardedCallbackRow.link_id, ForwardedCallbackRow.form)
    row = connection.execute(query.where(ForwardedCallbackRow.id == callback_id)).one_or_none()
    if row is None or row.form == _NOTHING:
        return None
    try:
        link = link_by_id(connection, row.link_id)
    except NotFound:
        return None
    return KeptCallback(link, tuple((name, value) for name, value in orjson.loads(row.form)))


def forget_form(connection: Connection, callback_id: str) -> None:
    """The dialer has it. That it came stays known, so that a repeated one is not handed on again."""
    done = update(ForwardedCallbackRow).where(ForwardedCallbackRow.id == callback_id)
    connection.execute(done.values(form=_NOTHING))


def forget_callbacks(connection: Connection, received_before: datetime) -> int:
    """Returns how many went, delivered or not."""
    old = delete(ForwardedCallbackRow).where(ForwardedCallbackRow.received_at < received_before)
    return connection.execute(old).rowcount


def hold(connection: Connection, link: Link) -> str:
    """Keep others from telling something on the same leg until the transaction ends; returns the leg's stream, in
    whose order the dialer hears of it."""
    if link.attempt_id is not None:
        try:
            return AttemptRepository(connection).lock(link.attempt_id).id
        except NotFound:
            pass  # erased since
    if connection.dialect.name != "sqlite":  # SQLite's writer is alone anyway
        if link.own_call_id is not None:
            leg = select(OwnCallRow.id).where(OwnCallRow.id == link.own_call_id)
        else:
            leg = select(LinkRow.id).where(LinkRow.id == link.id)
        connection.execute(leg.with_for_update())
    return link.own_call_id or link.id
