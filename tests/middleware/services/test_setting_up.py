"""A folder of files comes into the store whole or not at all, may be loaded again, and is told where it is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from middleware.clock import Clock
from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.services.access import Access
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.setting_up import Loaded, SettingUp
from middleware.store.catalogue import current_generation
from middleware.store.database import Database
from middleware.store.models import (
    Base,
    CallerIdRow,
    CompanyRow,
    ContactNumberRow,
    ContactRow,
    ControllerRow,
    GuardRow,
    RegisterWashRow,
    SuppressedPrefixRow,
    SuppressionRow,
)
from tests.set_up_folder import CAMPAIGNS, CONTACTS, FILES, written

PEPPER = Pepper(b"p" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "files")


def load(store: Database, folder: Path, **keys: str) -> Loaded:
    setting_up = SettingUp(store, Clock(), PEPPER)
    return setting_up.load(setting_up.read(folder), keys)


def count(store: Database, table: type[Base]) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def counts(store: Database) -> list[int]:
    return [count(store, table) for table in (ControllerRow, CompanyRow, ContactRow, ContactNumberRow, SuppressionRow)]


def test_everything_in_the_folder_comes_into_the_store(store: Database, folder: Path) -> None:
    loaded = load(store, folder)

    assert loaded.added == {
        "controllers": 1,
        "campaigns": 1,
        "caller IDs": 2,
        "agents": 4,
        "credentials": 2,
        "register washes": 1,
        "contacts": 3,
        "suppressions": 4,
    }
    assert loaded.updated == {"controllers": 0, "campaigns": 0, "agents": 0, "contacts": 0}
    assert counts(store) == [1, 1, 3, 4, 3]
    assert (count(store, CallerIdRow), count(store, SuppressedPrefixRow)) == (2, 1)


def test_loading_the_same_folder_again_changes_nothing_but_the_day_of_the_wash(store: Database, folder: Path) -> None:
    load(store, folder)
    before = counts(store), count(store, GuardRow)

    again = load(store, folder)

    assert {kind: new for kind, new in again.added.items() if new} == {"register washes": 1}
    assert again.updated == {"controllers": 0, "campaigns": 0, "agents": 0, "contacts": 0}
    assert again.new_keys == {}
    assert (counts(store), count(store, GuardRow)) == before


def test_what_an_administrator_changed_since_stays_changed(store: Database, folder: Path) -> None:
    load(store, folder)
    lifted_at = datetime(2026, 11, 1, tzinfo=UTC)
    with store.writing() as connection:
        connection.execute(update(ControllerRow).values(name="Acme Nordic ApS"))
        connection.execute(update(SuppressionRow).values(lifted_at=lifted_at))
        connection.execute(update(SuppressedPrefixRow).values(lifted_at=lifted_at))
        connection.execute(update(CallerIdRow).values(withdrawn_at=lifted_at))

    load(store, folder)

    with store.reading() as connection:
        assert connection.scalar(select(ControllerRow.name)) == "Acme Nordic ApS"
        assert set(connection.scalars(select(SuppressionRow.lifted_at))) == {lifted_at}
        assert set(connection.scalars(select(SuppressedPrefixRow.lifted_at))) == {lifted_at}
        assert set(connection.scalars(select(CallerIdRow.withdrawn_at))) == {lifted_at}


def test_people_companies_and_numbers_are_found_by_their_keys_however_they_are_spelled(
    store: Database, folder: Path
) -> None:
    load(store, folder)

    with store.reading() as connection:
        keys = set(connection.scalars(select(SuppressionRow.subject_key)))
        assert connection.scalar(select(CompanyRow.company_key)) == PEPPER.company("DK", "99000011")
        assert PEPPER.mailbox("mette.holm@holm.example") in set(connection.scalars(select(ContactRow.person_key)))
    assert keys == {
        PEPPER.number("+4568001099"),
        PEPPER.mailbox("mette.holm@holm.example"),
        PEPPER.company("DK", "99000011"),
    }


def test_a_suppression_takes_the_next_row_of_every_number_it_bears_on(store: Database, folder: Path) -> None:
    load(store, folder)

    with store.reading() as connection:
        blocked = set(connection.scalars(select(GuardRow.subject).where(GuardRow.kind == "block")))
    # the number itself, and those of the person and of the company's people
    assert blocked == {f"n:{PEPPER.number(number)}" for number in ("+4568001099", "+4568001011", "+4568001012")}


def test_a_key_that_was_made_beforehand_opens_and_is_not_shown_as_new_elsewhere(store: Database, folder: Path) -> None:
    loaded = load(store, folder, dialer="rf_dialer.made-beforehand")

    assert loaded.new_keys == {"dialer": "rf_dialer.made-beforehand"}
    access = Access(CurrentCatalogue(store), Clock(), b"c" * 32)
    assert access.by_api_key("rf_dialer.made-beforehand").role == "dialer"


def test_a_credential_that_is_there_under_another_key_is_named(store: Database, folder: Path) -> None:
    load(store, folder, dialer="rf_dialer.first")

    assert load(store, folder, dialer="rf_dialer.second").other_keys == ("dialer",)
    assert load(store, folder, dialer="rf_dialer.first").other_keys == ()


def test_an_earlier_wash_never_replaces_a_later_one(store: Database, folder: Path) -> None:
    load(store, folder)
    with store.reading() as connection:
        latest = connection.scalar(select(RegisterWashRow.washed_at))
    earlier = CAMPAIGNS.replace("days_ago: 1", "washed_at: 2026-01-01T12:00:00+01:00")
    (folder / "campaigns.yaml").write_text(earlier, encoding="utf-8")

    load(store, folder)

    with store.reading() as connection:
        assert connection.scalar(select(RegisterWashRow.washed_at)) == latest
    assert latest is not None
    assert timedelta(hours=23) < datetime.now(UTC) - latest < timedelta(hours=25)


def test_processes_that_hold_the_catalogue_learn_of_the_change(store: Database, folder: Path) -> None:
    with store.reading() as connection:
        before = current_generation(connection)
    load(store, folder)

    with store.reading() as connection:
        assert current_generation(connection) > before


WRONG = [
    (
        "controllers.yaml",
        "email: privacy@acme.example",
        "email: privacy",
        "controllers.yaml, line 6: email: is no e-mail",
    ),
    ("campaigns.yaml", "audience: b2b", "audience: b3b", "campaigns.yaml, line 5: audience: must be"),
    ("campaigns.yaml", "controller: acme", "controller: akme", "campaigns.yaml, line 2: there is no controller akme"),
    ("campaigns.yaml", "days_ago: 1, ", "", "campaigns.yaml, line 12: washes.0: give either"),
    ("campaigns.yaml", "open: true", "open: true\n  opne: true", "campaigns.yaml, line 7: opne: is no key"),
    ("credentials.yaml", "campaign: spring, ", "", "credentials.yaml, line 3: kind twilio needs a campaign"),
    ("contacts.csv", ",da,+4568001012", ",da,+45680", "contacts.csv, line 3: numbers.0: is no telephone number"),
    ("contacts.csv", "acme,,,sv", "acme,,,fr", "contacts.csv, line 4: language"),
    (
        "contacts.csv",
        "jonas.holm@",
        "METTE.holm@",
        "contacts.csv, line 3: this person is given before, at contacts.csv",
    ),
    ("contacts.csv", "numbers,", "telephone,", "contacts.csv, line 1: unknown column telephone"),
    ("suppressions.csv", "spring,objection", "autumn,objection", "suppressions.csv, line 4: there is no campaign"),
    ("suppressions.csv", "everywhere,,", "everywhere,acme,", "suppressions.csv, line 2: scope_id"),
    ("suppressions.csv", "DK 99000011", "99000011", "suppressions.csv, line 4: value of a company"),
    ("suppressions.csv", "+45 90", "4590", "suppressions.csv, line 5: value of a prefix is +"),
    ("caller_ids.yaml", "+45 68 00 00 10", "+45 68", "caller_ids.yaml, line 2: number: is no telephone number"),
    ("caller_ids.yaml", "standing: owned", "standing: rented", "caller_ids.yaml, line 2: standing: must be"),
    ("caller_ids.yaml", "controller: acme, n", "controller: akme, n", "caller_ids.yaml, line 2: there is no con"),
    ("caller_ids.yaml", "campaign: spring", "campaign: autumn", "caller_ids.yaml, line 4: there is no campaign autumn"),
    ("caller_ids.yaml", "campaign: spring, number: \"+46846500410\"", "number: \"+4568000010\"",
     "caller_ids.yaml, line 4: caller ID +4568000010 of acme is given before, at caller_ids.yaml, line 2"),
    ("agents.yaml", "client:mette", "client:", "agents.yaml, line 2: address: is no client: and a name"),
    ("agents.yaml", "+45 68 00 00 21", "+45 90 11 22 33", "agents.yaml, line 6: address: is no ordinary telephone"),
    ("agents.yaml", "+45 68 00 00 21", "112", "agents.yaml, line 6: address: is no telephone number"),
    ("agents.yaml", "sip:Jonas@", "sip:+4568000022@", "agents.yaml, line 8: address: carries a telephone number"),
    ("agents.yaml", "sip:Jonas@acme.sip.example", "sip:jonas", "agents.yaml, line 8: address: is no sip:user@domain"),
    ("agents.yaml", "sip:@acme.sip.example", "sip:@acme", "agents.yaml, line 10: address: is no sip:user@domain"),
    ("agents.yaml", "sip:@acme.sip.example", "sip:JONAS@acme.sip.example",
     "agents.yaml, line 10: this agent is given before, at agents.yaml, line 8"),
    ("agents.yaml", "controller: acme", "controller: akme", "agents.yaml, line 2: there is no controller akme"),
    ("agents.yaml", "campaigns: [spring]", "campaigns: [autumn]", "agents.yaml, line 2: there is no campaign autumn"),
    ("agents.yaml", "campaigns: [spring]", "campaigns: []", "agents.yaml, line 2: campaigns must name at least one"),
    ("agents.yaml", "campaigns: [spring]", "campaigns: [spring, spring]", "agents.yaml, line 2: campaigns names one"),
    ("agents.yaml", "takes_ring_backs: false", "takes_ring_backs: true", "agents.yaml, line 10: a whole domain cannot"),
    ("agents.yaml", "language: da", "language: fi", "agents.yaml, line 2: language: must be"),
    ("campaigns.yaml", "  washes:", "  speaker: robot\n  washes:", "campaigns.yaml, line 11: speaker: must be 'human'"),
    ("campaigns.yaml", "  washes:", "  list_checked_on: 2026-01-02\n  list_checked_days_ago: 3\n  washes:",
     "campaigns.yaml, line 2: give either list_checked_on or"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "said"), WRONG, ids=[f"{row[0]}: {row[3][-28:]}" for row in WRONG])
def test_a_mistake_is_told_with_file_and_line(
    sqlite_store: Database, folder: Path, name: str, right: str, wrong: str, said: str
) -> None:
    assert right in FILES[name]
    (folder / name).write_text(FILES[name].replace(right, wrong, 1), encoding="utf-8")

    with pytest.raises(InvalidSetUp) as told:
        load(sqlite_store, folder)

    assert [line for line in told.value.lines if line.startswith(said)], told.value.lines


def test_all_mistakes_of_all_files_are_told_at_once_and_nothing_is_loaded(store: Database, folder: Path) -> None:
    for name, right, wrong, _ in (WRONG[0], WRONG[1], WRONG[6], WRONG[12]):
        (folder / name).write_text(FILES[name].replace(right, wrong, 1), encoding="utf-8")

    with pytest.raises(InvalidSetUp) as told:
        load(store, folder)

    assert {line.split(",")[0] for line in told.value.lines} == {
        "controllers.yaml",
        "campaigns.yaml",
        "contacts.csv",
        "suppressions.csv",
    }
    assert counts(store) == [0, 0, 0, 0, 0]


def test_a_mistake_about_a_person_is_told_without_the_address_or_number(sqlite_store: Database, folder: Path) -> None:
    text = CONTACTS.replace("jonas.holm@", "mette.holm@").replace("+45 68 00 10 11", "+4568")
    (folder / "contacts.csv").write_text(text, encoding="utf-8")

    with pytest.raises(InvalidSetUp) as told:
        load(sqlite_store, folder)

    assert "holm.example" not in str(told.value)
    assert "4568" not in str(told.value)


def test_a_file_from_a_spreadsheet_with_its_byte_order_mark_is_read(sqlite_store: Database, folder: Path) -> None:
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8-sig")

    assert load(sqlite_store, folder).added["contacts"] == 3


def test_a_folder_without_any_of_the_files_is_told_what_it_lacks(sqlite_store: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetUp, match=r"holds none of controllers\.yaml"):
        load(sqlite_store, tmp_path)
