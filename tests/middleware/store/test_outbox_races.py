"""Relays and workers at the same moment: no row is claimed by two, no try begun by two."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from middleware.store.database import Database
from middleware.store.outbox import Promise, begin, claim_due
from tests.builders import NOON
from tests.outbox_rows import AT_WORK, LEASE, begun, claimed, one, promised


def test_relays_at_the_same_time_share_the_work_without_an_overlap(store: Database) -> None:
    promised(store, *(f"{place}" for place in range(120)))
    promised(store, *(f"call {place}" for place in range(5)), stream="call")
    together = threading.Barrier(6)

    def relay() -> list[Promise]:
        own = Database(store.url)
        together.wait(10)
        found = []
        for _ in range(12):
            found += claimed(own, limit=7)
        own.dispose()
        return found

    with ThreadPoolExecutor(6) as pool:
        taken = Counter(each.ref for future in [pool.submit(relay) for _ in range(6)] for each in future.result(30))

    assert set(taken.values()) == {1}
    assert len(taken) == 121  # of the call, the first alone
    assert "call 0" in taken


@pytest.mark.postgres
def test_a_relay_does_not_wait_for_another_that_is_claiming(postgres_store: Database) -> None:
    promised(postgres_store, "a", "b", "c")
    other = Database(postgres_store.url)

    with postgres_store.writing() as connection:
        [first] = claim_due(connection, NOON, LEASE, 1)
        with other.writing() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            rest = claim_due(second, NOON, LEASE, 9)

    other.dispose()
    assert {first.ref, *(each.ref for each in rest)} == {"a", "b", "c"}
    assert first.ref not in {each.ref for each in rest}


def test_workers_that_got_one_try_at_the_same_time_begin_it_once(store: Database) -> None:
    promised(store, *(f"{place}" for place in range(10)))
    due = claimed(store)
    together = threading.Barrier(8)

    def work(_: int) -> list[str]:
        own = Database(store.url)
        together.wait(10)
        mine = [each.ref for each in due if begun(own, each)]
        own.dispose()
        return mine

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(ref for mine in pool.map(work, range(8)) for ref in mine)

    assert taken == Counter({f"{place}": 1 for place in range(10)})


@pytest.mark.postgres
def test_beginning_and_claiming_again_exclude_each_other(postgres_store: Database) -> None:
    promised(postgres_store, "a")
    mine = one(postgres_store)
    other = Database(postgres_store.url)
    later = NOON + LEASE

    with postgres_store.writing() as connection:
        assert begin(connection, mine.id, mine.tries, later, AT_WORK)
        assert claimed(other, later) == []  # it is locked, and passed over
    assert claimed(other, later) == []
    other.dispose()
