"""An opt-out takes the next guard of a number, so that a reservation in flight collides with it."""

from datetime import datetime

import pytest
from sqlalchemy import select

from middleware.bootstrap import hot_path_for
from middleware.decision.model import Reason, Subject
from middleware.store.database import Database
from middleware.store.guards import block
from middleware.store.hot_path.model import subject_id
from middleware.store.models import GuardRow
from middleware.store.suppressions import SuppressionRepository
from tests.reserving import MORNING, PEPPER, InterruptedHotPath, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign, migrated


def suppress(database: Database, callee: str, at: datetime = MORNING) -> None:
    """As an objection does it: entry and block in one transaction."""
    key = PEPPER.number(callee)
    with database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER, key, "controller", "acme", reason="objection", source="test", noted_by="test", at=at
        )
        block(connection, ["acme"], subject_id(Subject.NUMBER, key), at)


def guards(database: Database, callee: str) -> list[tuple[str, int, str]]:
    subject = subject_id(Subject.NUMBER, PEPPER.number(callee))
    query = select(GuardRow.scope, GuardRow.seq, GuardRow.kind).where(GuardRow.subject == subject)
    with database.reading() as connection:
        return [
            (row.scope, row.seq, row.kind) for row in connection.execute(query.order_by(GuardRow.scope, GuardRow.seq))
        ]


def test_a_reservation_that_read_its_facts_before_the_opt_out_is_refused(database_url: str) -> None:
    database, clock = migrated(database_url), clock_showing(MORNING)
    insert_campaign(database, "spring")
    hot_path = InterruptedHotPath(hot_path_for(database, clock), lambda: suppress(database, number(1)))

    answer = a_gate(database, clock, hot_path=hot_path).reserve(a_question(number(1)), a_dialer(database))

    assert [reason.code for reason in answer.reasons] == [Reason.SUPPRESSION_NUMBER]
    assert [kind for _, _, kind in guards(database, number(1))] == ["block"]


def test_without_its_block_a_suppression_would_come_too_late(sqlite_url: str) -> None:
    database, clock = migrated(sqlite_url), clock_showing(MORNING)
    insert_campaign(database, "spring")

    def only_the_entry() -> None:
        with database.writing() as connection:
            SuppressionRepository(connection).add(
                Subject.NUMBER, PEPPER.number(number(1)), "everywhere", None,
                reason="objection", source="test", noted_by="test", at=MORNING,
            )  # fmt: skip

    hot_path = InterruptedHotPath(hot_path_for(database, clock), only_the_entry)

    assert a_gate(database, clock, hot_path=hot_path).reserve(a_question(number(1)), a_dialer(database)).is_permitted


def test_a_block_takes_the_next_row_under_every_controller_and_does_not_count(database_url: str) -> None:
    database, clock = migrated(database_url), clock_showing(MORNING)
    insert_campaign(database, "spring")
    insert_campaign(database, "other", "globex")
    gate, dialer = a_gate(database, clock), a_dialer(database)
    gate.reserve(a_question(number(1)), dialer)
    subject = subject_id(Subject.NUMBER, PEPPER.number(number(1)))

    with database.writing() as connection:
        block(connection, ["globex", "acme"], subject, MORNING)
        block(connection, ["acme"], subject, MORNING)

    own = [row for row in guards(database, number(1)) if not row[0].startswith("campaign/")]
    assert own == [("acme", 1, "attempt"), ("acme", 2, "block"), ("acme", 3, "block"), ("globex", 1, "block")]
    later = a_gate(database, clock_showing(MORNING.replace(day=26))).consider(a_question(number(1)), dialer)
    assert later.decision.attempts_left == 3  # of four in thirty days


def test_a_block_is_undone_with_the_suppression(database_url: str) -> None:
    database = migrated(database_url)

    def block_and_fail() -> None:
        with database.writing() as connection:
            block(connection, ["acme"], "n:1", MORNING)
            raise RuntimeError("the suppression could not be written")

    with pytest.raises(RuntimeError):
        block_and_fail()

    with database.reading() as connection:
        assert connection.execute(select(GuardRow.scope)).all() == []
