"""Promised work in tests: promised, claimed and begun, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from middleware.store.database import Connection, Database
from middleware.store.outbox import Promise, begin, claim_due, promise
from tests.builders import NOON

T = TypeVar("T")
LEASE = timedelta(seconds=20)
AT_WORK = timedelta(seconds=90)


def written(store: Database, work: Callable[[Connection], T]) -> T:
    """What some work in a transaction of its own comes to."""
    with store.writing() as connection:
        return work(connection)


def promised(store: Database, *refs: str, stream: str = "", at: datetime = NOON) -> None:
    """Rows named by their `ref`, each in a stream of its own unless one is named."""
    with store.writing() as connection:
        for ref in refs:
            promise(connection, "a_kind", ref, stream or ref, at)


def claimed(store: Database, at: datetime = NOON, limit: int = 100) -> list[Promise]:
    return written(store, lambda connection: claim_due(connection, at, LEASE, limit))


def refs(store: Database, at: datetime = NOON) -> list[str]:
    """What is due, claimed."""
    return [each.ref for each in claimed(store, at)]


def begun(store: Database, each: Promise, at: datetime = NOON) -> Promise | None:
    return written(store, lambda connection: begin(connection, each.id, each.tries, at, AT_WORK))


def one(store: Database, at: datetime = NOON) -> Promise:
    """The only row that is due, claimed."""
    [found] = claimed(store, at)
    return found
