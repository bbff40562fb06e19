"""Reservations in tests: a gate wired as in production over any store, at any time of day, without waiting.

database = migrated(database_url)
insert_campaign(database, "spring")
gate = a_gate(database, clock_showing(MORNING))
answer = gate.reserve(a_question(number(7)), a_dialer(database))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.decision.model import PlacedBy
from middleware.keyed_hash import Pepper, digest
from middleware.policies.book import PolicyBook
from middleware.services.asking import Question
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.policies import UsedPolicies
from middleware.services.precall import Precall
from middleware.services.repeats import Repeats
from middleware.settings import REPOSITORY
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.hot_path.model import HotAsk, HotPath, HotReading, Reservation
from tests.rows import insert_credential

# A Tuesday without any holiday near it, 10:00 in Copenhagen: every country of the book may be called.
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PEPPER = Pepper(b"the pepper of the tests, and of tests alone")
BOOK = PolicyBook(REPOSITORY / "config" / "countries")
PERMIT = timedelta(seconds=60)


def clock_showing(at: datetime) -> Clock:
    """A clock that shows `at` now and goes on from there; servers' clocks are moved by as much."""
    return Clock(at - datetime.now(UTC))


def number(which: int) -> str:
    """One of a thousand Danish numbers in a series that no operator has, so that they ring nowhere."""
    return f"+4568001{which:03d}"


def a_question(callee: str, campaign_id: str = "spring", **changes: object) -> Question:
    """May this dialer ring this callee?"""
    usual: dict[str, object] = {
        "campaign_id": campaign_id,
        "callee": callee,
        "placed_by": PlacedBy.DIALER,
        "route": "api",
        "request_digest": digest(callee.encode()),
    }
    return Question(**{**usual, **changes})  # type: ignore[arg-type]  # each test names what it is about


def a_dialer(database: Database) -> Credential:
    """A dialer's credential that reaches every controller, in the store."""
    insert_credential(database, "dialer", "dialer")
    return CurrentCatalogue(database).get().credentials["dialer"]


def a_gate(
    database: Database, clock: Clock, *, hot_path: HotPath | None = None, catalogue: CurrentCatalogue | None = None
) -> Precall:
    """The service that decides and reserves, with the country files as they are."""
    return Precall(
        hot_path or hot_path_for(database, clock),
        catalogue or CurrentCatalogue(database),
        UsedPolicies(BOOK, database),
        Repeats(database, timedelta(seconds=10)),
        PEPPER,
        PERMIT,
    )


@dataclass
class InterruptedHotPath:
    """Lets something happen between the reading and the writing of a reservation, once."""

    inner: HotPath
    meanwhile: Callable[[], None]
    _waits: bool = field(default=True, init=False)

    def read(self, ask: HotAsk) -> HotReading:
        """The facts as they were before it happened."""
        found = self.inner.read(ask)
        if self._waits:
            self._waits = False
            self.meanwhile()
        return found

    def write(self, reservation: Reservation) -> bool:
        """As the store does."""
        return self.inner.write(reservation)
