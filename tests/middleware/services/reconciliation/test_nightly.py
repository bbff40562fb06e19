"""Yesterday is compared once a night, by whichever process comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import enumerate as threads

import pytest

from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.reconciliation.nightly import NightlyReconciliation, due_day
from middleware.services.reconciliation.wiring import nightly_reconciliation
from middleware.store.database import Database
from middleware.store.reconciliations import reconciliation_of
from tests.call_lists import ListingCarrier
from tests.reserving import PEPPER, clock_showing

DAY = date(2026, 11, 24)
NIGHT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def nightly(database: Database, carrier: ListingCarrier, at: datetime = NIGHT) -> NightlyReconciliation:
    return nightly_reconciliation(
        database, carrier, CurrentCatalogue(database), clock_showing(at), PEPPER, lambda _: None
    )


def run(night: NightlyReconciliation) -> int:
    begun = night.run()
    for thread in threads():
        if thread.name == "reconciliation":
            thread.join()
    return begun


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 25, 1, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 25, 2, 0, tzinfo=UTC), DAY),
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), DAY),
    ],
)
def test_yesterday_is_due_from_two_o_clock(now: datetime, day: date | None) -> None:
    assert due_day(now) == day


def test_it_is_compared_once(sqlite_store: Database) -> None:
    carrier = ListingCarrier()

    begun = [run(nightly(sqlite_store, carrier)) for _ in range(3)]

    assert begun == [1, 0, 0]
    assert len(carrier.asked) == 2  # the day's list, and what is queued
    with sqlite_store.reading() as connection:
        row = reconciliation_of(connection, DAY)
    assert row is not None
    assert row.state == "done"


def test_a_day_that_somebody_compared_before_it_was_over_is_compared_again(sqlite_store: Database) -> None:
    carrier = ListingCarrier()
    nightly(sqlite_store, carrier, NIGHT - timedelta(hours=12)).reconciliations.run(DAY)

    assert run(nightly(sqlite_store, carrier)) == 1


def test_a_twilio_that_cannot_be_reached_is_asked_again_later(
    sqlite_store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    run(nightly(sqlite_store, ListingCarrier(busy=99)))
    carrier = ListingCarrier()

    assert run(nightly(sqlite_store, carrier, NIGHT + timedelta(minutes=6))) == 1

    assert "not compared with Twilio yet" in caplog.text
    assert len(carrier.asked) == 2
