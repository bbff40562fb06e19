"""Times go in aware and come out aware, in UTC, on every engine and whatever zone its server lives in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from middleware.errors import StoreUnavailable
from middleware.store.database import Database
from middleware.store.models import AccessRow, CredentialRow, GenerationRow
from tests.rows import insert_rows


class Nowhere(tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _at: datetime | None) -> None:
        return None

    def dst(self, _at: datetime | None) -> None:
        return None

    def tzname(self, _at: datetime | None) -> None:
        return None


def kept(store: Database, at: datetime) -> datetime:
    """The instant after a way through the database."""
    insert_rows(store, AccessRow, {"id": "1", "at": at, "credential_id": "c", "action": "a", "detail": ""})
    with store.reading() as connection:
        return connection.execute(select(AccessRow.at)).scalar_one()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 24, 9, 30, 15, 123456, tzinfo=UTC),
        datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC),  # a microsecond before summer time begins in Europe
        datetime(2026, 10, 25, 1, 30, tzinfo=timezone(timedelta(hours=1))),  # an hour that Europe has twice
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    ids=lambda at: at.isoformat(),
)
def test_an_instant_comes_out_as_it_went_in_and_in_utc(store: Database, at: datetime) -> None:
    found = kept(store, at)

    assert found == at
    assert found.tzinfo is UTC


@pytest.mark.parametrize("naive", [datetime(2026, 11, 24, 9, 30), datetime(2026, 11, 24, 9, 30, tzinfo=Nowhere())])  # noqa: DTZ001
def test_a_time_that_does_not_say_where_is_refused(store: Database, naive: datetime) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        kept(store, naive)

    assert isinstance(refusal.value.__cause__, StatementError)
    assert "without a zone" in str(refusal.value.__cause__)


def test_a_query_for_a_time_without_a_zone_is_refused_too(store: Database) -> None:
    with pytest.raises(StoreUnavailable), store.reading() as connection:
        connection.execute(select(AccessRow.id).where(AccessRow.at < datetime(2026, 11, 24)))  # noqa: DTZ001


def test_no_time_stays_no_time(store: Database) -> None:
    with store.writing() as connection:
        connection.execute(
            insert(CredentialRow).values(
                id="k", kind="api_key", role="admin", label="", created_at=datetime(2026, 1, 1, tzinfo=UTC)
            )
        )
    with store.reading() as connection:
        row = connection.execute(select(CredentialRow.expires_at, CredentialRow.token_serial)).one()
        generation = connection.scalar(select(GenerationRow.value))

    assert (row.expires_at, row.token_serial, generation) == (None, 1, 1)


def test_a_range_of_times_is_the_same_on_every_engine(store: Database) -> None:
    nine = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    for name, at in (("before", nine - timedelta(microseconds=1)), ("at", nine), ("after", nine + timedelta(hours=2))):
        insert_rows(store, AccessRow, {"id": name, "at": at, "credential_id": "c", "action": "a", "detail": ""})
    copenhagen = timezone(timedelta(hours=1))

    with store.reading() as connection:
        since = AccessRow.at >= datetime(2026, 11, 24, 10, 0, tzinfo=copenhagen)
        found = connection.scalars(select(AccessRow.id).where(since).order_by(AccessRow.at)).all()

    assert found == ["at", "after"]
