"""Promised work: claimed with a lease, begun once for each try, in order within its stream, never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from middleware.errors import NotFound
from middleware.store.database import Connection, Database
from middleware.store.models import OutboxRow
from middleware.store.outbox import Promise, dead_letters, finish, give_up, promise, put_back
from tests.builders import NOON
from tests.outbox_rows import AT_WORK, LEASE, begun, claimed, one, promised, refs, written

SECOND = timedelta(seconds=1)


def row_of(store: Database, each: Promise) -> tuple[str, int, int | None, str | None]:
    with store.reading() as connection:
        columns = (OutboxRow.state, OutboxRow.tries, OutboxRow.begun_try, OutboxRow.last_error)
        found = connection.execute(select(*columns).where(OutboxRow.id == each.id)).one()
    return found.state, found.tries, found.begun_try, found.last_error


# ---------------------------------------------------------------- claiming


def test_work_is_due_from_its_moment_on_and_owned_by_one(store: Database) -> None:
    promised(store, "a")

    assert refs(store, NOON - SECOND) == []
    assert refs(store) == ["a"]
    assert refs(store) == []
    assert refs(store, NOON + LEASE - SECOND) == []


def test_work_promised_in_a_transaction_that_is_undone_was_never_promised(store: Database) -> None:
    def fail() -> None:
        with store.writing() as connection:
            promise(connection, "a_kind", "a", "a", NOON)
            raise NotFound("something else")

    with pytest.raises(NotFound):
        fail()

    assert refs(store) == []


def test_no_more_is_claimed_at_once_than_asked_for_and_the_longest_due_first(store: Database) -> None:
    for place in (3, 1, 2):
        promised(store, f"at {place}", at=NOON + place * SECOND)

    later = NOON + 9 * SECOND
    assert [each.ref for each in claimed(store, later, limit=2)] == ["at 1", "at 2"]
    assert [each.ref for each in claimed(store, later, limit=2)] == ["at 3"]


def test_what_the_queue_lost_comes_again_as_the_same_try(store: Database) -> None:
    promised(store, "a")
    tries = [one(store, NOON + turn * LEASE).tries for turn in range(5)]

    assert tries == [1, 1, 1, 1, 1]


def test_what_a_worker_died_of_comes_again_as_the_next_try_when_its_lease_ends(store: Database) -> None:
    promised(store, "a")
    at = NOON
    for tries in (1, 2, 3):
        mine = one(store, at)
        assert mine.tries == tries
        assert begun(store, mine, at)
        assert refs(store, at + AT_WORK - SECOND) == []
        at += AT_WORK


def test_what_is_done_or_given_up_never_comes_again(store: Database) -> None:
    promised(store, "done", "dead")
    done, dead = sorted(claimed(store), key=lambda each: each.ref, reverse=True)
    begun(store, done)
    begun(store, dead)
    written(store, lambda connection: finish(connection, done.id))
    written(store, lambda connection: give_up(connection, dead, "no use"))

    assert refs(store, NOON + timedelta(days=99)) == []
    assert row_of(store, done) == ("done", 1, 1, None)
    assert row_of(store, dead) == ("dead", 1, 1, "no use")
    with store.reading() as connection:
        assert dead_letters(connection) == 1


# ---------------------------------------------------------------- beginning


def test_a_try_is_begun_once_however_often_the_queue_brings_it(store: Database) -> None:
    promised(store, "a")
    mine = one(store)

    assert begun(store, mine) == Promise(mine.id, "a_kind", "a", 1)
    assert begun(store, mine) is None
    written(store, lambda connection: put_back(connection, mine, "busy", NOON + SECOND))
    assert begun(store, mine, NOON + SECOND) is None


@pytest.mark.parametrize(
    "other",
    [
        lambda mine: Promise(mine.id, mine.kind, mine.ref, mine.tries - 1),
        lambda mine: Promise(mine.id, mine.kind, mine.ref, mine.tries + 1),
        lambda mine: Promise("0" * 36, mine.kind, mine.ref, mine.tries),
    ],
    ids=["an older try", "a try that nobody claimed", "no such row"],
)
def test_only_the_try_that_was_claimed_may_begin(store: Database, other: Callable[[Promise], Promise]) -> None:
    promised(store, "a")
    begun(store, one(store))
    mine = one(store, NOON + AT_WORK)
    assert mine.tries == 2

    assert begun(store, other(mine), NOON + AT_WORK) is None
    assert begun(store, mine, NOON + AT_WORK)


def test_a_try_that_waited_longer_than_its_lease_may_still_begin(store: Database) -> None:
    promised(store, "a")
    late = one(store)
    again = one(store, NOON + LEASE)  # the relay took it as lost, and it was not
    after = NOON + LEASE + SECOND

    assert begun(store, late, after)
    assert begun(store, again, after) is None


@pytest.mark.parametrize("end", [finish, None], ids=["done", "given up"])
def test_what_has_ended_is_not_begun(store: Database, end: Callable[[Connection, str], None] | None) -> None:
    promised(store, "a")
    mine = one(store)
    written(store, lambda connection: end(connection, mine.id) if end else give_up(connection, mine, "no use"))

    assert begun(store, mine) is None


# ---------------------------------------------------------------- failing


def test_what_failed_comes_again_when_its_wait_is_over_with_a_new_try(store: Database) -> None:
    promised(store, "a")
    mine = one(store)
    begun(store, mine)
    written(store, lambda connection: put_back(connection, mine, "x" * 900, NOON + 4 * SECOND))

    assert row_of(store, mine) == ("pending", 1, 1, "x" * 500)
    assert refs(store, NOON + 3 * SECOND) == []
    assert one(store, NOON + 4 * SECOND).tries == 2


def test_who_was_taken_for_dead_cannot_put_back_what_another_works_at(store: Database) -> None:
    promised(store, "a")
    slow = one(store)
    begun(store, slow)
    later = NOON + AT_WORK
    second = one(store, later)
    begun(store, second, later)

    written(store, lambda connection: put_back(connection, slow, "late", later))
    is_given_up = written(store, lambda connection: give_up(connection, slow, "late"))

    assert not is_given_up
    assert refs(store, later + SECOND) == []
    assert row_of(store, second) == ("pending", 2, 2, None)


def test_who_was_taken_for_dead_may_still_have_done_it(store: Database) -> None:
    promised(store, "a")
    slow = one(store)
    begun(store, slow)
    second = one(store, NOON + AT_WORK)
    begun(store, second, NOON + AT_WORK)

    written(store, lambda connection: finish(connection, slow.id))

    assert not written(store, lambda connection: give_up(connection, second, "somebody else has it"))
    written(store, lambda connection: put_back(connection, second, "somebody else has it", NOON))
    assert row_of(store, second) == ("done", 2, 2, None)


# ---------------------------------------------------------------- streams


@pytest.mark.parametrize("steps", [(0, 0, 0), (0, 1, 2), (0, -5, -9)], ids=["one moment", "in order", "clock set back"])
def test_a_stream_is_done_in_the_order_of_its_promises(store: Database, steps: tuple[int, ...]) -> None:
    for place, step in enumerate(steps):
        promised(store, f"{place}", stream="call", at=NOON + step * SECOND)
    later, done = NOON + timedelta(minutes=1), []
    while due := claimed(store, later):
        [mine] = due  # never two of one stream
        begun(store, mine, later)
        done.append(mine.ref)
        with store.writing() as connection:
            finish(connection, mine.id)

    assert done == ["0", "1", "2"]


def test_a_hundred_promises_of_one_moment_keep_their_order(store: Database) -> None:
    promised(store, *(f"{place:03d}" for place in range(100)), stream="call")

    with store.reading() as connection:
        found = connection.scalars(select(OutboxRow.ref).order_by(OutboxRow.id)).all()
    assert list(found) == sorted(found)


def test_the_first_of_a_stream_keeps_back_the_others_and_no_other_stream(store: Database) -> None:
    promised(store, "first", "second", stream="call")
    promised(store, "elsewhere")
    assert sorted(refs(store)) == ["elsewhere", "first"]

    [first] = [each for each in claimed(store, NOON + LEASE) if each.ref == "first"]
    begun(store, first, NOON + LEASE)
    hour = NOON + timedelta(hours=1)
    written(store, lambda connection: put_back(connection, first, "busy", hour))
    assert "second" not in refs(store, hour - SECOND)

    [again] = [each for each in claimed(store, hour) if each.ref == "first"]
    begun(store, again, hour)
    assert written(store, lambda connection: give_up(connection, again, "no use"))
    assert "second" in refs(store, hour + LEASE)
