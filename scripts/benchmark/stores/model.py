"""What the benchmark asks of a store, the same on every engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Table

from middleware.store.schema import MIGRATIONS

Row = Mapping[str, object]
Fill = Callable[[Table, Iterable[Row]], None]  # adds rows that all have the same columns
FILLED_BY = 2  # raise it when the loader fills a store in another way


@dataclass(frozen=True, slots=True)
class StoreUrls:
    """Where the product's store is, and the one the baselines write to: side by side on one server or in one folder."""

    product: str
    baseline: str


class BenchmarkStore(Protocol):
    """A store that can be filled once and copied often."""

    name: str

    def is_filled(self) -> bool:
        """Whether a filled store of this schema and size is there already."""

    def pristine_url(self) -> str:
        """SQLAlchemy's URL of the store to fill, empty and without tables."""

    def bulk(self) -> AbstractContextManager[Fill]:
        """The fastest way in; durable when the block has ended."""

    def keep(self) -> None:
        """What was filled is complete: later runs may use it."""

    def fresh(self) -> StoreUrls:
        """A copy to measure on, and an empty store for the baselines."""

    def process_id(self) -> int | None:
        """The server's, whose CPU counts; None where there is none."""


def mark_of(rows: int) -> str:
    """What a kept store is named by: one of another schema, another size or another loader is not used."""
    digest = hashlib.sha256(str(FILLED_BY).encode())
    for path in sorted((MIGRATIONS / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return f"{rows}-{digest.hexdigest()[:8]}"


def is_outdated(name: str, kept: str) -> bool:
    """Whether a store, named `filled-<mark>`, is of another schema or loader than the one kept now."""
    return name.rpartition("-")[2] != kept.rpartition("-")[2]
