"""What processes keep in memory: read whole, under a number that every change raises in its own transaction."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from middleware.decision.model import Audience, BalancingTest
from middleware.errors import NotFound
from middleware.store.catalogue import Catalogue, current_generation, raise_generation
from middleware.store.catalogue_changes import add_to_catalogue, note_wash
from middleware.store.catalogue_reading import load
from middleware.store.database import Connection, Database
from middleware.store.models import RegisterWashRow
from tests.builders import NOON
from tests.rows import insert_campaign, insert_controller, insert_credential, insert_rows

DAY = timedelta(days=1)


def loaded(store: Database) -> Catalogue:
    with store.reading() as connection:
        return load(connection)


def generation(store: Database) -> int:
    with store.reading() as connection:
        return current_generation(connection)


def test_an_empty_store_has_an_empty_catalogue(store: Database) -> None:
    assert loaded(store) == Catalogue(1, (), {}, {}, {})


def test_everything_is_read_as_it_was_written(store: Database) -> None:
    insert_campaign(store, "spring", "acme", starts_on=date(2026, 1, 1), overrides={"caps": {"number": 3}})
    insert_campaign(store, "autumn", "beta", audience="b2c", is_open=False)
    sid = "AC" + "1" * 32
    insert_credential(store, "k1", "dialer", controller_id="acme", expires_at=NOON)
    twilio = {"kind": "twilio", "account_sid": sid, "secret_hash": None, "token_serial": 7}
    insert_credential(store, "t1", "dialer", controller_id="acme", campaign_id="spring", **twilio)

    found = loaded(store)

    assert found.controllers == ("acme", "beta")
    spring, autumn = found.campaigns["spring"], found.campaigns["autumn"]
    assert (spring.id, spring.controller_id, spring.overrides) == ("spring", "acme", {"caps": {"number": 3}})
    assert (spring.facts.is_open, spring.facts.starts_on, spring.facts.ends_on) == (True, date(2026, 1, 1), None)
    assert (autumn.facts.audience, autumn.facts.is_open, autumn.overrides) == (Audience.B2C, False, {})
    assert set(found.credentials) == {"k1", "t1"}
    assert found.credentials["k1"].expires_at == NOON
    assert found.by_account_sid == {sid: found.credentials["t1"]}
    assert (found.by_account_sid[sid].campaign_id, found.by_account_sid[sid].token_serial) == ("spring", 7)


@pytest.mark.parametrize(
    "missing", ["balancing_test", "balancing_approved_by", "balancing_approved_on", "balancing_review_due"]
)
def test_a_balancing_test_counts_only_with_its_approver_and_dates(sqlite_store: Database, missing: str) -> None:
    nothing: dict[str, Any] = {missing: None}
    blank: dict[str, Any] = {missing: ""}
    insert_campaign(sqlite_store, "whole")
    insert_campaign(sqlite_store, "partial", "acme", **nothing)
    if missing in {"balancing_test", "balancing_approved_by"}:
        insert_campaign(sqlite_store, "blank", "acme", **blank)

    campaigns = loaded(sqlite_store).campaigns

    assert campaigns["whole"].facts.balancing_test == BalancingTest(date(2026, 1, 2), date(2028, 12, 31))
    assert [name for name, campaign in campaigns.items() if campaign.facts.balancing_test] == ["whole"]


def test_a_campaign_has_its_own_washes(store: Database) -> None:
    insert_campaign(store, "spring", washed_at={})
    insert_campaign(store, "autumn", washed_at={})
    for campaign, register, at in (("spring", "be_dncm", NOON), ("spring", "nix", NOON - DAY), ("autumn", "nix", NOON)):
        row = {"campaign_id": campaign, "register": register, "washed_at": at, "evidence": "e", "noted_by": "n"}
        insert_rows(store, RegisterWashRow, row)

    campaigns = loaded(store).campaigns

    assert campaigns["spring"].facts.washed_at == {"be_dncm": NOON, "nix": NOON - DAY}
    assert campaigns["autumn"].facts.washed_at == {"nix": NOON}


# ---------------------------------------------------------------- the number


def test_a_change_raises_the_number_with_its_transaction_or_not_at_all(store: Database) -> None:
    with store.writing() as connection:
        raise_generation(connection)
        assert generation(Database(store.url)) == 1
    assert generation(store) == 2

    def fail() -> None:
        with store.writing() as connection:
            raise_generation(connection)
            raise NotFound("something else")

    with pytest.raises(NotFound):
        fail()
    assert generation(store) == 2


def test_changes_at_the_same_time_each_raise_it(store: Database) -> None:
    def change(_: int) -> None:
        with store.writing() as connection:
            raise_generation(connection)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(40)))

    assert generation(store) == 41


CONTROLLER = {
    "id": "acme",
    "name": "Acme",
    "address": "a",
    "register_number": "1",
    "email": "a@acme.example",
    "phone": "+4570123499",
    "privacy_url": "https://acme.example",
    "complaint_body": "Datatilsynet",
    "complaint_url": "https://datatilsynet.example",
    "created_at": NOON,
}


def wash(at_days: int) -> Callable[[Connection], object]:
    return lambda connection: note_wash(connection, "spring", "nix", NOON + at_days * DAY, "receipt", "Anna")


@pytest.mark.parametrize(
    ("change", "raises_it"),
    [
        (lambda connection: add_to_catalogue(connection, [CONTROLLER], [], []), True),
        (lambda connection: add_to_catalogue(connection, [], [], []), False),
        (wash(1), True),
        (wash(0), False),
        (wash(-1), False),
    ],
    ids=["a new controller", "nothing new", "a later wash", "the same wash", "an earlier wash"],
)
def test_what_changes_the_catalogue_says_so(
    store: Database, change: Callable[[Connection], object], raises_it: bool
) -> None:
    insert_campaign(store, "spring", "beta")
    with store.writing() as connection:
        wash(0)(connection)
    before = generation(store)

    with store.writing() as connection:
        change(connection)

    assert generation(store) == before + raises_it


def test_a_wash_never_goes_back_in_time(store: Database) -> None:
    insert_campaign(store, "spring", washed_at={})
    for days, is_noted in ((0, True), (2, True), (1, False), (2, False)):
        with store.writing() as connection:
            assert wash(days)(connection) is is_noted

    assert loaded(store).campaigns["spring"].facts.washed_at == {"nix": NOON + 2 * DAY}


def test_what_is_there_already_stays_as_it_is(store: Database) -> None:
    insert_controller(store, "acme", name="As it was")

    with store.writing() as connection:
        add_to_catalogue(connection, [CONTROLLER, {**CONTROLLER, "id": "new"}], [], [])

    assert loaded(store).controllers == ("acme", "new")


@pytest.mark.postgres
def test_a_copy_made_during_a_change_has_the_older_number(postgres_store: Database) -> None:
    # statements of one reading may see different moments there: the number must not be newer than anything else
    insert_campaign(postgres_store, "spring")
    before = generation(postgres_store)
    with postgres_store.reading() as connection:

        @event.listens_for(connection, "after_cursor_execute", once=True)
        def change(*_: object) -> None:
            insert_campaign(postgres_store, "autumn")

        found = load(connection)

    assert found.generation == before
    assert set(found.campaigns) == {"spring", "autumn"}
