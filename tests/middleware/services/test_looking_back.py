"""Rows that do not count never hide an attempt that does, however many they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import Reason, Scope, Subject
from middleware.services.facts import (
    further_back,
    reaches_far_enough,
)
from middleware.store.database import Database
from middleware.store.hot_path.model import (
    SPARE_ROWS,
    ContactFound,
    Counted,
    GuardFound,
    HotReading,
    SuppressionFound,
)
from middleware.store.models import GuardRow
from tests.builders import NOON
from tests.reserving import MORNING, PEPPER, a_dialer, a_gate, a_question, clock_showing
from tests.rows import insert_campaign, insert_rows

DAY = timedelta(days=1)
BY_NUMBER, BY_PERSON = (Scope.CONTROLLER, Subject.NUMBER), (Scope.CONTROLLER, Subject.PERSON)


def a_reading(
    *contacts: ContactFound,
    suppressions: tuple[SuppressionFound, ...] = (),
    guards: dict[tuple[Scope, Subject], list[GuardFound]] | None = None,
) -> HotReading:
    return HotReading(NOON, 1, None, contacts, suppressions, guards or {})


def a_guard(seq: int, *, counts: bool = True) -> GuardFound:
    """An attempt that was not answered, `seq` days after noon; or a row that does not count."""
    at = NOON + seq * DAY
    return GuardFound(seq, counts, f"attempt {seq}" if counts else "", "spring", at, at, "us", True, "no-answer", at)


@pytest.mark.parametrize(
    ("newest", "rows", "enough"),
    [
        (1, "", True),
        (4, "cccc", True),
        (4, "cccccccc", True),
        (4, "----cccc", True),
        (4, "-----ccc", False),
        (4, "--------", False),
        (4, "-------", True),  # fewer rows than were asked for: there are no others
        (1, "-----", False),
        (1, "----c", True),
    ],
)
def test_rows_that_do_not_count_may_hide_some_that_do(newest: int, rows: str, enough: bool) -> None:
    found = [a_guard(len(rows) - place, counts=mark == "c") for place, mark in enumerate(rows)]

    reading = a_reading(guards={BY_NUMBER: found})

    assert reaches_far_enough(reading, (Counted(*BY_NUMBER, newest),)) is enough


@given(
    st.dictionaries(
        st.sampled_from([BY_NUMBER, BY_PERSON]), st.lists(st.booleans(), max_size=300), min_size=1, max_size=2
    ),
    st.integers(1, 6),
)
def test_looking_further_back_finds_all_that_a_cap_asks_for(
    marks: dict[tuple[Scope, Subject], list[bool]], newest: int
) -> None:
    everything = {
        subject: [a_guard(len(each) - place, counts=mark) for place, mark in enumerate(each)]
        for subject, each in marks.items()
    }

    def read(counted: tuple[Counted, ...]) -> HotReading:
        asked = {(each.scope, each.subject): each.newest + SPARE_ROWS for each in counted}
        return a_reading(guards={subject: rows[: asked[subject]] for subject, rows in everything.items()})

    counted = wanted = tuple(Counted(*subject, newest) for subject in marks)
    reading = read(counted)
    while not reaches_far_enough(reading, counted):
        counted = further_back(counted)
        reading = read(counted)

    assert [(each.scope, each.subject) for each in counted] == [(each.scope, each.subject) for each in wanted]
    for subject, rows in everything.items():
        found = [row.attempt_id for row in reading.guards[subject] if row.counts]
        assert found[:newest] == [row.attempt_id for row in rows if row.counts][:newest]


def test_a_cap_holds_behind_any_number_of_withdrawn_permits(store: Database) -> None:
    insert_campaign(store, overrides={"caps": [{"count": 2, "within_days": 60, "scope": "campaign"}]})
    callee, dialer = "+4533123456", a_dialer(store)
    key = f"n:{PEPPER.number(callee)}"
    gate = a_gate(store, clock_showing(MORNING))
    assert gate.consider(a_question(callee), dialer).decision.is_permitted

    rows: list[dict[str, Any]] = []
    for scope in ("campaign/spring", "acme"):
        for seq in range(1, 203):
            at = MORNING - timedelta(days=40) + timedelta(minutes=seq)
            withdrawn = at if seq > 2 else None
            row: dict[str, Any] = {
                "scope": scope,
                "subject": key,
                "seq": seq,
                "kind": "attempt",
                "attempt_id": f"{seq}",
            }
            row |= {"campaign_id": "spring", "reserved_at": at, "expires_at": at, "placed_by": "us", "is_placed": True}
            rows.append({**row, "outcome": "no-answer", "ended_at": at, "released_at": withdrawn})
    insert_rows(store, GuardRow, *rows)

    refusals = gate.consider(a_question(callee), dialer).decision.refusals
    assert [verdict.reason for verdict in refusals] == [Reason.ATTEMPTS_CAP_REACHED]
