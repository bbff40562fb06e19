"""Counts what a slice has written: an answer without its row, or a row without an answer, is a fault."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, create_engine, func, select, table, text
from sqlalchemy.pool import NullPool

from middleware.store.ids import first_id_of
from middleware.store.models import AttemptRow, DecisionRow
from scripts.benchmark.baselines import TABLE
from scripts.benchmark.stores.model import StoreUrls


class RowCounter:
    """Of one engine. Keeps no connection, so that nothing of ours is open while a slice is measured."""

    def __init__(self, urls: StoreUrls) -> None:
        self._product = create_engine(urls.product, poolclass=NullPool)
        self._baseline = create_engine(urls.baseline, poolclass=NullPool)
        self._seen = 0

    def of_check(self, since: datetime) -> dict[str, int]:
        """Attempts and decisions made since then, on the product's clock."""
        first = first_id_of(since)
        counted: dict[str, Select[Any]] = {
            "attempts": select(func.count()).select_from(AttemptRow).where(AttemptRow.id >= first),
            "decisions": select(func.count()).select_from(DecisionRow).where(DecisionRow.id >= first),
        }
        with self._product.connect() as connection:
            return {name: connection.scalar(query) or 0 for name, query in counted.items()}

    def of_baseline(self) -> dict[str, int]:
        """Rows of the baselines since this was last asked."""
        with self._baseline.connect() as connection:
            total = connection.scalar(select(func.count(text("*"))).select_from(table(TABLE))) or 0
        new, self._seen = total - self._seen, total
        return {TABLE: new}
