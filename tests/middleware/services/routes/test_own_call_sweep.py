"""Calls to our own people are closed, though nobody reported their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from middleware.errors import CallRefused, CarrierUnavailable
from middleware.services.routes.own_call_sweep import OwnCallSweep
from middleware.store.database import Database
from middleware.store.own_calls import OwnCall, OwnCallRepository
from tests.builders import NOON
from tests.rows import migrated
from tests.stopped_clock import StoppedClock

SID = "CA" + "1" * 32
LATER = NOON + timedelta(minutes=5)


class AskedCarrier:
    """Twilio, as far as one call is asked about."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def fetch(self, call_sid: str) -> dict[str, Any]:
        self.asked.append(call_sid)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    yield database
    database.dispose()


def begun(database: Database, call_sid: str | None = SID) -> str:
    with database.writing() as connection:
        said = {"controller_id": "acme", "route": "twilio_rest", "address": "client:anna", "language": "en"}
        return OwnCallRepository(connection).add(NOON, call_sid=call_sid, **said)


def after_a_pass(database: Database, carrier: AskedCarrier, own_call_id: str, at: Any = LATER) -> OwnCall:
    OwnCallSweep(database, carrier, StoppedClock(at)).run()  # type: ignore[arg-type]  # asks nothing else of it
    with database.reading() as connection:
        return OwnCallRepository(connection).by_id(own_call_id)


def test_what_twilio_says_has_ended_has_ended(database: Database) -> None:
    ended = {"sid": SID, "status": "completed", "duration": "61", "end_time": "Tue, 24 Nov 2026 12:03:00 +0000"}

    found = after_a_pass(database, AskedCarrier(ended), begun(database))

    assert (found.call_status, found.duration_seconds) == ("completed", 61)
    assert found.ended_at is not None


@pytest.mark.parametrize("answer", [{"sid": SID, "status": "in-progress"}, CarrierUnavailable("down")])
def test_what_goes_on_or_cannot_be_asked_about_stays_open(database: Database, answer: Any) -> None:
    assert after_a_pass(database, AskedCarrier(answer), begun(database)).ended_at is None


def test_a_call_that_twilio_has_no_record_of_is_over(database: Database) -> None:
    gone = CallRefused(404, {"code": 20404})

    found = after_a_pass(database, AskedCarrier(gone), begun(database))

    assert (found.call_status, found.ended_at) == ("unknown", LATER)


def test_one_that_was_never_made_is_closed_after_an_hour(database: Database) -> None:
    carrier = AskedCarrier(CarrierUnavailable("nobody asks"))
    own_call_id = begun(database, call_sid=None)

    assert after_a_pass(database, carrier, own_call_id).ended_at is None
    assert after_a_pass(database, carrier, own_call_id, NOON + timedelta(hours=2)).ended_at is not None
    assert carrier.asked == []


def test_a_call_that_began_just_now_is_left_alone(database: Database) -> None:
    carrier = AskedCarrier({"sid": SID, "status": "completed"})

    assert after_a_pass(database, carrier, begun(database), NOON + timedelta(seconds=30)).ended_at is None
    assert carrier.asked == []
