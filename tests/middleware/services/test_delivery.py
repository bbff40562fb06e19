"""What the outbox promises is done, whatever fails or dies on the way."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from middleware.errors import CallbackFailed, QueueUnavailable
from middleware.services.delivery import (
    AT_ONCE,
    AT_WORK,
    IN_QUEUE,
    LONGEST_WAIT,
    MOST_TRIES,
    MOST_TRIES_OF,
    MOST_WAITING,
)
from middleware.services.status_reports import FORWARD_REPORT
from middleware.store.database import Database
from middleware.store.models import OutboxRow
from middleware.store.notices import SEND_NOTICE
from middleware.store.outbox import dead_letters
from tests.fakes import Killed
from tests.office import KIND, Office

SECOND = timedelta(seconds=1)


class Doer:
    """Does nothing but remember; `errors` come before that, one at each call."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.done: list[str] = []

    def __call__(self, ref: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(ref)


def always_failing(_ref: str) -> None:
    raise CallbackFailed("it does not answer")


# ---------------------------------------------------------------- cases


def test_what_is_promised_is_done_once_and_the_row_says_so(store: Database) -> None:
    doer = Doer()
    office = Office(store, doer)
    office.promise("a")

    assert (office.relay.run(), office.work()) == (1, 1)
    assert (office.relay.run(), office.work()) == (0, 0)
    assert doer.done == ["a"]
    assert office.rows()["a"].state == "done"


def test_a_queue_that_is_down_loses_nothing(store: Database) -> None:
    doer = Doer()
    office = Office(store, doer)
    office.promise("a")
    office.queue.is_down = True
    with pytest.raises(QueueUnavailable):
        office.relay.run()

    office.queue.is_down = False
    assert office.relay.run() == 0  # it is leased as long as the queue might have it
    office.clock.move(IN_QUEUE)
    assert (office.relay.run(), office.work()) == (1, 1)
    assert doer.done == ["a"]


def test_a_queue_that_is_down_for_a_day_uses_up_no_tries(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    office.promise("a")
    for _ in range(2 * MOST_TRIES):
        office.relay.run()
        office.queue.forget()
        office.clock.move(IN_QUEUE)

    assert (office.relay.run(), office.work()) == (1, 1)
    assert office.rows()["a"].tries == 1


def test_the_queue_stays_short_while_no_worker_works(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    refs = {f"{number}" for number in range(MOST_WAITING + 2 * AT_ONCE)}
    for ref in refs:
        office.promise(ref)
    for _ in range(20):
        office.relay.run()
        office.clock.move(IN_QUEUE)
    assert office.queue.waiting() <= MOST_WAITING + AT_ONCE

    office.work()
    while office.relay.run():
        office.work()

    assert (set(doer.done), len(doer.done)) == (refs, len(refs))


def test_the_wait_after_a_failure_grows_to_half_an_hour(sqlite_store: Database) -> None:
    office = Office(sqlite_store, always_failing)
    office.promise("a")
    waits = []
    for _ in range(14):
        assert office.relay.run() == 1
        assert office.work() == 0
        row = office.rows()["a"]
        assert row.last_error == "it does not answer"
        waits.append(row.available_at - office.clock.now())
        office.clock.move(waits[-1] - SECOND)
        assert office.relay.run() == 0
        office.clock.move(SECOND)

    assert waits == [*(2**n * SECOND for n in range(1, 11)), *[LONGEST_WAIT] * 4]


@pytest.mark.parametrize(
    ("kind", "most"), [(KIND, MOST_TRIES), (FORWARD_REPORT, 8), (SEND_NOTICE, 1440)], ids=["usual", "report", "notice"]
)
def test_what_fails_every_time_ends_as_a_dead_letter(
    sqlite_store: Database, kind: str, most: int, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(sqlite_store, always_failing)
    office.promise("a", kind=kind)
    with sqlite_store.writing() as connection:  # all tries but the last two are behind it
        connection.execute(update(OutboxRow).values(tries=most - 2, begun_try=most - 2))
    for left in (1, 0):
        office.relay.run()
        office.work()
        assert office.rows()["a"].state == ("pending" if left else "dead")
        office.clock.move(LONGEST_WAIT)

    assert office.relay.run() == 0
    assert MOST_TRIES_OF.get(kind, MOST_TRIES) == most
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert f"given up after {most} tries" in record.getMessage()
    with sqlite_store.reading() as connection:
        assert dead_letters(connection) == 1


def test_what_kills_every_worker_ends_as_a_dead_letter_too(sqlite_store: Database) -> None:
    calls = Counter[str]()

    def kill(ref: str) -> None:
        calls[ref] += 1
        raise Killed

    office = Office(sqlite_store, kill)
    office.promise("a", kind=FORWARD_REPORT)
    for _ in range(8):
        assert office.relay.run() == 1
        with pytest.raises(Killed):
            office.work()
        office.clock.move(AT_WORK)

    assert (office.relay.run(), office.work()) == (1, 0)
    assert calls == {"a": 8}
    row = office.rows()["a"]
    assert (row.state, row.last_error) == ("dead", "every try ended its worker")


def test_an_error_that_nobody_foresaw_leaves_the_row_to_the_end_of_its_lease(sqlite_store: Database) -> None:
    doer = Doer(ZeroDivisionError())
    office = Office(sqlite_store, doer)
    office.promise("a")
    office.relay.run()

    with pytest.raises(ZeroDivisionError):
        office.work()

    office.clock.move(AT_WORK - SECOND)
    assert office.relay.run() == 0
    office.clock.move(SECOND)
    assert (office.relay.run(), office.work()) == (1, 1)
    assert doer.done == ["a"]


def test_rows_of_a_kind_that_this_version_does_not_know_stay_owed(sqlite_store: Database) -> None:
    office = Office(sqlite_store, Doer())
    office.promise("a", kind="from_the_future")
    office.relay.run()

    with pytest.raises(KeyError):
        office.work()

    assert office.rows()["a"].state == "pending"


def test_more_work_than_one_pass_takes_is_taken_by_the_next(sqlite_store: Database) -> None:
    doer = Doer()
    office = Office(sqlite_store, doer)
    for place in range(150):
        office.promise(f"{place}")

    assert [office.relay.run() for _ in range(3)] == [100, 50, 0]
    office.work()
    assert len(set(doer.done)) == 150
