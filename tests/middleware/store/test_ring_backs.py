"""Which call of ours somebody may be ringing back for, and whose number it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from middleware.store.database import Database
from middleware.store.models import GuardRow
from middleware.store.ring_backs import RingBackRepository, controllers_showing, latest_call
from tests.builders import NOON
from tests.rows import insert_caller_id, insert_controller, insert_rows

KEY = "0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)
NUMBER = "+4570123411"


def reserved(store: Database, seq: int, attempt_id: str | None, scope: str = "acme", **changes: Any) -> None:
    at: datetime = changes.pop("at", NOON + seq * HOUR)
    values = {"scope": scope, "subject": f"n:{KEY}", "seq": seq, "kind": "attempt", "attempt_id": attempt_id}
    insert_rows(store, GuardRow, {**values, "reserved_at": at, "is_placed": True, **changes})


def latest(store: Database, *controllers: str) -> str | None:
    with store.reading() as connection:
        return latest_call(connection, controllers or ("acme", "beta"), KEY)


def test_it_is_the_newest_of_all_companies(store: Database) -> None:
    reserved(store, 1, "first")
    reserved(store, 2, "second")
    assert latest(store) == "second"

    reserved(store, 1, "of beta", "beta", at=NOON + 3 * HOUR)
    assert latest(store) == "of beta"
    assert latest(store, "acme") == "second"

    reserved(store, 3, "third", at=NOON + 4 * HOUR)
    assert latest(store) == "third"


def test_it_is_none_that_was_proven_not_to_have_been_made_and_no_mere_block(store: Database) -> None:
    assert latest(store) is None
    reserved(store, 1, "first")
    reserved(store, 2, "withdrawn", released_at=NOON)
    reserved(store, 3, None, kind="block", is_placed=False)

    assert latest(store) == "first"


def test_whose_number_it_is_is_remembered_when_they_show_it_no_more(store: Database) -> None:
    for controller, withdrawn_at in (("acme", NOON), ("beta", None), ("gamma", None)):
        insert_controller(store, controller)
        insert_caller_id(store, controller, NUMBER, withdrawn_at=withdrawn_at)
    insert_caller_id(store, "acme", "+4570123422", withdrawn_at=NOON)

    with store.reading() as connection:
        assert controllers_showing(connection, NUMBER) == (("beta", "gamma"), ("acme", "beta", "gamma"))
        assert controllers_showing(connection, "+4570123422") == (("acme",), ("acme",))
        assert controllers_showing(connection, "+4570123433") == ((), ())


def test_which_calls_are_callers_of_ours_is_known(store: Database) -> None:
    with store.writing() as connection:
        repository = RingBackRepository(connection)
        for sid, controller in (("CA1", "acme"), ("CA2", "beta")):
            repository.add(NOON, sid, caller_id=NUMBER, controller_id=controller, language="da")

        assert repository.known_sids(["CA1", "CA2", "CA3"], None) == {"CA1", "CA2"}
        assert repository.known_sids(["CA1", "CA2", "CA3"], "beta") == {"CA2"}
