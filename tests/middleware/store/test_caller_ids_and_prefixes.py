"""What controllers may show, and prefixes on the stop list: part of what every process keeps in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from middleware.decision.model import CallerIdFacts, Dialling, NumberKind, Speaker, Standing
from middleware.store.caller_ids import add_caller_ids, withdraw_caller_id
from middleware.store.catalogue import Catalogue, SuppressedPrefix, current_generation
from middleware.store.catalogue_changes import tell_campaigns
from middleware.store.catalogue_reading import load
from middleware.store.database import Connection, Database
from middleware.store.ids import new_id
from middleware.store.suppressed_prefixes import lift_prefix, suppress_prefix
from tests.builders import NOON
from tests.rows import CALLER_ID, insert_caller_id, insert_campaign, insert_controller

COPENHAGEN, STOCKHOLM = "+4533101010", "+46846500410"
DAY = timedelta(days=1)


def loaded(store: Database) -> Catalogue:
    with store.reading() as connection:
        return load(connection)


def shown_by(store: Database, campaign: str) -> set[str]:
    return {caller_id.number for caller_id in loaded(store).campaigns[campaign].caller_ids}


# ---------------------------------------------------------------- campaigns


def test_a_campaign_brings_all_that_is_on_file_about_it(store: Database) -> None:
    insert_controller(store, "acme", overrides={"ring_seconds": 20})
    insert_campaign(
        store,
        requires_consent=True,
        is_agency=True,
        processor_agreement_on=date(2026, 1, 4),
        registrations=["at_rtr", "es_lista"],
        list_source="a fair",
        list_checked_on=date(2026, 1, 5),
        speaker="machine",
        dialling="predictive",
    )

    campaign = loaded(store).campaigns["spring"]

    assert campaign.controller_overrides == {"ring_seconds": 20}
    assert (campaign.speaker, campaign.dialling) == (Speaker.MACHINE, Dialling.PREDICTIVE)
    facts = campaign.facts
    assert (facts.requires_consent, facts.is_agency) == (True, True)
    assert facts.processor_agreement_on == date(2026, 1, 4)
    assert facts.registrations == ("at_rtr", "es_lista")
    assert (facts.has_list_source, facts.list_checked_on) == (True, date(2026, 1, 5))


@pytest.mark.parametrize("column", ["name", "address", "register_number", "email", "phone"])
def test_a_controller_of_whom_something_is_missing_is_not_identified(sqlite_store: Database, column: str) -> None:
    insert_controller(sqlite_store, "acme", **{column: "  "})
    insert_campaign(sqlite_store)
    insert_campaign(sqlite_store, "autumn", "beta")

    campaigns = loaded(sqlite_store).campaigns

    assert not campaigns["spring"].facts.is_controller_identified
    assert campaigns["autumn"].facts.is_controller_identified


@pytest.mark.parametrize(("stated", "asks_for_an_agreement"), [(None, True), (True, True), (False, False)])
def test_a_campaign_needs_a_processor_agreement_unless_it_says_that_no_agency_calls(
    sqlite_store: Database, stated: bool | None, asks_for_an_agreement: bool
) -> None:
    insert_campaign(sqlite_store, is_agency=stated)

    assert loaded(sqlite_store).campaigns["spring"].facts.is_agency is asks_for_an_agreement


def test_a_source_of_blanks_is_none(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store, list_source="  ")

    assert not loaded(sqlite_store).campaigns["spring"].facts.has_list_source


# ---------------------------------------------------------------- caller IDs


def test_a_campaign_may_show_its_own_numbers_and_those_of_its_controller(store: Database) -> None:
    for campaign, controller in (("spring", "acme"), ("summer", "acme"), ("autumn", "beta")):
        insert_campaign(store, campaign, controller)
    insert_caller_id(store, "acme", COPENHAGEN, campaign_id="summer")
    insert_caller_id(store, "beta", STOCKHOLM)

    assert shown_by(store, "spring") == {CALLER_ID}
    assert shown_by(store, "summer") == {CALLER_ID, COPENHAGEN}
    assert shown_by(store, "autumn") == {CALLER_ID, STOCKHOLM}


def test_a_number_is_read_as_it_was_put_on_file(store: Database) -> None:
    insert_campaign(store)
    insert_caller_id(store, "acme", STOCKHOLM, standing="verified", in_directory=False)

    found = {each.number: each for each in loaded(store).campaigns["spring"].caller_ids}

    assert found[STOCKHOLM] == CallerIdFacts(STOCKHOLM, "SE", NumberKind.FIXED, Standing.VERIFIED, False)


def a_row(number: str = COPENHAGEN, campaign_id: str | None = None) -> dict[str, Any]:
    return {
        "id": new_id(NOON),
        "controller_id": "acme",
        "campaign_id": campaign_id,
        "number": number,
        "country": "DK",
        "kind": "fixed_or_mobile",
        "standing": "owned",
        "in_directory": True,
        "evidence": "contract",
        "noted_by": "Anna Jensen",
        "since": date(2026, 1, 2),
    }


def test_a_withdrawn_number_may_no_longer_be_shown_and_does_not_come_back_by_itself(store: Database) -> None:
    insert_campaign(store)
    with store.writing() as connection:
        assert add_caller_ids(connection, [a_row(), a_row(campaign_id="spring")]) == 2
        assert add_caller_ids(connection, [a_row()]) == 0
    assert shown_by(store, "spring") == {CALLER_ID, COPENHAGEN}

    with store.writing() as connection:
        assert withdraw_caller_id(connection, "acme", COPENHAGEN, NOON) == 2
    assert shown_by(store, "spring") == {CALLER_ID}

    with store.writing() as connection:
        assert withdraw_caller_id(connection, "acme", COPENHAGEN, NOON) == 0
        assert add_caller_ids(connection, [a_row(), a_row(campaign_id="spring")]) == 0
    assert shown_by(store, "spring") == {CALLER_ID}


# ---------------------------------------------------------------- prefixes


def bar(connection: Connection, prefix: str = "+4590", scope: str = "everywhere", scope_id: str | None = None) -> bool:
    words = {"reason": "complaint", "source": "letter", "noted_by": "Anna Jensen"}
    return suppress_prefix(connection, prefix, scope, scope_id, since=NOON - DAY, at=NOON, **words)


def test_a_number_finds_every_prefix_that_it_begins_with(store: Database) -> None:
    with store.writing() as connection:
        for prefix in ("+4", "+4590", "+45901234", "+46"):
            bar(connection, prefix)
        bar(connection, "+4590", "controller", "acme")

    found = loaded(store).prefixes_of("+4590123456")

    assert [entry.prefix for entry in found] == ["+4", "+4590", "+4590", "+45901234"]
    assert {entry.scope_id for entry in found if entry.prefix == "+4590"} == {None, "acme"}
    assert found[0] == SuppressedPrefix(found[0].entry_id, "+4", "everywhere", None, "complaint", NOON - DAY)


@pytest.mark.parametrize(
    ("number", "is_barred"),
    [("+4590", True), ("+45901", True), ("+459", False), ("+4591000000", False), (None, False)],
)
def test_the_whole_prefix_has_to_match(sqlite_store: Database, number: str | None, is_barred: bool) -> None:
    with sqlite_store.writing() as connection:
        bar(connection)

    assert bool(loaded(sqlite_store).prefixes_of(number)) is is_barred


def test_a_lifted_prefix_bars_nobody_and_loading_it_again_does_not_bring_it_back(store: Database) -> None:
    with store.writing() as connection:
        assert bar(connection)
        assert not bar(connection)
        assert bar(connection, "+4590", "controller", "acme")
    with store.writing() as connection:
        assert lift_prefix(connection, "+4590", "everywhere", None, NOON) == 1
        assert not bar(connection)

    assert [entry.scope_id for entry in loaded(store).prefixes_of("+4590123456")] == ["acme"]


# ---------------------------------------------------------------- the number of the catalogue


CHANGES: list[tuple[str, Callable[[Connection], object], bool]] = [
    ("a new caller ID", lambda connection: add_caller_ids(connection, [a_row()]), True),
    ("a known caller ID", lambda connection: add_caller_ids(connection, [a_row(CALLER_ID)]), False),
    ("a caller ID withdrawn", lambda connection: withdraw_caller_id(connection, "acme", CALLER_ID, NOON), True),
    ("none to withdraw", lambda connection: withdraw_caller_id(connection, "acme", COPENHAGEN, NOON), False),
    ("a new prefix", lambda connection: bar(connection, "+4591"), True),
    ("a known prefix", bar, False),
    ("a prefix lifted", lambda connection: lift_prefix(connection, "+4590", "everywhere", None, NOON), True),
    ("none to lift", lambda connection: lift_prefix(connection, "+4590", "controller", "acme", NOON), False),
    ("news of a campaign", lambda c: tell_campaigns(c, [{"id": "spring"}], lambda *_: {"speaker": "machine"}), True),
    ("no news of a campaign", lambda c: tell_campaigns(c, [{"id": "spring"}], lambda *_: {}), False),
]


@pytest.mark.parametrize(("change", "raises_it"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_changes_says_so_in_its_own_transaction(
    store: Database, change: Callable[[Connection], object], raises_it: bool
) -> None:
    insert_campaign(store)
    with store.writing() as connection:
        bar(connection)
    with store.reading() as connection:
        before = current_generation(connection)

    with store.writing() as connection:
        change(connection)

    with store.reading() as connection:
        assert current_generation(connection) == before + raises_it
