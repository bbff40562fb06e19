"""Closing what stays open must not undo what others tell meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from middleware.clock import Clock
from middleware.decision.model import PlacedBy
from middleware.errors import CarrierUnavailable
from middleware.gateways.ports import Pairs
from middleware.services import sweeps
from middleware.services.outcomes import Outcomes
from middleware.services.sweeps import Sweeps
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database
from tests.reserving import MORNING, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign

QUIET = timedelta(minutes=2)


@dataclass
class SlowCarrier:
    """A Twilio without calls; something happens while it is asked for its list."""

    meanwhile: Callable[[], object]

    def create(self, parameters: Pairs) -> dict[str, Any]:
        raise AssertionError("a sweep never calls anybody")

    def fetch(self, call_sid: str) -> dict[str, Any]:
        raise AssertionError("there is no call to fetch")

    def update(self, call_sid: str, parameters: Pairs) -> dict[str, Any]:
        raise AssertionError("a sweep changes no call")

    def add_participant(self, conference: str, parameters: Pairs) -> dict[str, Any]:
        raise AssertionError("a sweep never calls anybody")

    def conference(self, conference_sid: str) -> dict[str, Any]:
        raise AssertionError("a sweep asks for no conference")

    def participant(self, method: str, path: str, parameters: Pairs) -> dict[str, Any]:
        raise AssertionError("a sweep asks for no participant")

    def list(self, query: Pairs) -> dict[str, Any]:
        self.meanwhile()
        return {"calls": []}


@dataclass
class UnreachableCarrier(SlowCarrier):
    """A Twilio that never answers, and remembers whom it was asked about."""

    meanwhile: Callable[[], object] = field(init=False, default=lambda: None)
    asked: list[str] = field(default_factory=list)

    def list(self, query: Pairs) -> dict[str, Any]:
        self.asked.append(dict(query)["To"])
        raise CarrierUnavailable("Twilio did not answer: try again")


def test_an_outcome_that_is_told_during_a_sweep_stands(store: Database) -> None:
    insert_campaign(store, "spring")
    dialer = a_dialer(store)
    gate = a_gate(store, clock_showing(MORNING))
    ours = gate.reserve(a_question(number(1), placed_by=PlacedBy.US, route="twilio_rest"), dialer)
    theirs = gate.reserve(a_question(number(2)), dialer)
    later = clock_showing(MORNING + timedelta(minutes=5))
    outcomes = Outcomes(store, later)
    told = SlowCarrier(lambda: outcomes.report(theirs.attempt_id, {"outcome": "busy"}, dialer))

    closed = _sweeps(store, told, later).run()

    assert closed == 1
    assert _attempt(store, ours.attempt_id).state == "expired"
    assert (_attempt(store, theirs.attempt_id).state, _attempt(store, theirs.attempt_id).outcome) == ("busy", "busy")


def test_a_permit_of_which_nothing_was_heard_counts_as_used(store: Database) -> None:
    insert_campaign(store, "spring")
    dialer = a_dialer(store)
    permit = a_gate(store, clock_showing(MORNING)).reserve(a_question(number(1)), dialer)

    closed = _sweeps(store, SlowCarrier(lambda: None), clock_showing(MORNING + timedelta(minutes=5))).run()

    assert closed == 1
    attempt = _attempt(store, permit.attempt_id)
    assert (attempt.state, attempt.outcome, attempt.ended_at) == ("expired", "unknown", permit.permit_expires_at)


def _sweeps(store: Database, carrier: SlowCarrier, clock: Clock) -> Sweeps:
    return Sweeps(store, carrier, clock, QUIET)


def _attempt(store: Database, attempt_id: str) -> AttemptSeen:
    with store.reading() as connection:
        return AttemptRepository(connection).by_id(attempt_id)


def test_many_that_stay_open_do_not_hide_the_rest_and_none_is_asked_about_all_the_time(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "MOST_AT_ONCE", 2)
    insert_campaign(store, "spring")
    dialer = a_dialer(store)
    gate = a_gate(store, clock_showing(MORNING))
    for place in range(5):
        gate.reserve(a_question(number(place), placed_by=PlacedBy.US, route="twilio_rest"), dialer)
    asked: list[str] = []
    sweep = _sweeps(store, UnreachableCarrier(asked=asked), clock_showing(MORNING + timedelta(minutes=5)))

    for _ in range(6):
        sweep.run()

    assert sorted(asked) == sorted({number(place) for place in range(5)})
