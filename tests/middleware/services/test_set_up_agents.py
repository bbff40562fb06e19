"""Our own people on file: brought up to date by each loading, and never somebody who has to be asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.clock import Clock
from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.services.setting_up import Loaded, SettingUp
from middleware.set_up.agent_shapes import own_address
from middleware.store.catalogue import Agent, Catalogue
from middleware.store.catalogue_reading import load as load_catalogue
from middleware.store.database import Database
from tests.set_up_folder import AGENTS, CONTACTS, SUPPRESSIONS, written

PEPPER = Pepper(b"p" * 32)
SOREN = "+4568000021"


def load(store: Database, folder: Path, **files: str) -> Loaded:
    setting_up = SettingUp(store, Clock(), PEPPER)
    return setting_up.load(
        setting_up.read(written(folder, **{f"{name}.{_ending(name)}": files[name] for name in files}))
    )


def _ending(name: str) -> str:
    return "csv" if name in {"contacts", "suppressions"} else "yaml"


def catalogue(store: Database) -> Catalogue:
    with store.reading() as connection:
        return load_catalogue(connection)


def agent(store: Database, address: str) -> Agent | None:
    return next(iter(catalogue(store).agents.get(address, ())), None)


def problems(store: Database, folder: Path, **files: str) -> tuple[str, ...]:
    with pytest.raises(InvalidSetUp) as told:
        load(store, folder, **files)
    return told.value.lines


def test_agents_are_found_by_their_addresses_with_whom_they_call_for(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)

    assert agent(store, "client:mette") == Agent("acme", "client:mette", "Mette Berg", "da", ("spring",), True)
    assert agent(store, "sip:jonas@acme.sip.example") is not None
    assert agent(store, SOREN) is not None


def test_people_take_ring_backs_and_domains_do_not_unless_the_file_says_otherwise(
    sqlite_store: Database, tmp_path: Path
) -> None:
    told = AGENTS.replace("name: Mette", "takes_ring_backs: false, name: Mette")

    load(sqlite_store, tmp_path, agents=told)

    takes = {address: one.takes_ring_backs for address, (one, *_) in catalogue(sqlite_store).agents.items()}
    assert takes == {
        "client:mette": False,
        SOREN: True,
        "sip:jonas@acme.sip.example": True,
        "sip:@acme.sip.example": False,
    }


def test_loading_again_brings_an_agent_up_to_date_and_every_process_learns_it(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)
    before = catalogue(store).generation

    again = load(store, tmp_path, agents=AGENTS.replace("Mette Berg, language: da", "Mette Holm, language: sv"))

    mette = agent(store, "client:mette")
    assert mette is not None
    assert (mette.name, mette.language) == ("Mette Holm", "sv")
    assert (again.added["agents"], again.updated["agents"]) == (0, 1)
    assert catalogue(store).generation > before


def test_who_left_is_ours_no_more_and_stays_away_until_a_later_day_says_that_they_are_back(
    store: Database, tmp_path: Path
) -> None:
    load(store, tmp_path)
    left = AGENTS.replace("name: Mette", "withdrawn: true, name: Mette")

    assert load(store, tmp_path, agents=left).updated["agents"] == 1
    assert agent(store, "client:mette") is None
    assert load(store, tmp_path, agents=left).updated["agents"] == 0
    assert load(store, tmp_path).added["agents"] == 0
    assert agent(store, "client:mette") is None
    today = datetime.now(UTC).date().isoformat()
    assert load(store, tmp_path, agents=AGENTS.replace("2026-01-02", today)).added["agents"] == 1
    assert agent(store, "client:mette") is not None


@pytest.mark.parametrize(
    ("given_as", "suppression"),
    [
        ("this very number", "number,+45 68 00 00 21,everywhere,,complaint,letter,2026-03-09"),
        ("for one campaign", "number,004568000021,campaign,spring,objection,letter,2026-03-09"),
        ("its range", "prefix,+45680000,controller,acme,high_cost,letter,2026-03-09"),
    ],
)
def test_a_number_on_the_stop_list_is_no_agents(
    store: Database, tmp_path: Path, given_as: str, suppression: str
) -> None:
    said = problems(store, tmp_path, suppressions=f"{SUPPRESSIONS}{suppression}\n")

    assert said == ("agents.yaml, line 6: this number is on the stop list, so it cannot be an agent's",)
    assert catalogue(store).agents == {}
    assert catalogue(store).controllers == ()  # nothing else came in either


def test_a_contacts_number_is_no_agents_whosever_contact_it_is(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path / "first", agents="[]\n", contacts=f"{CONTACTS}acme,,,da,{SOREN},the register,,,,\n")

    [said] = problems(store, tmp_path / "second")

    assert said.startswith("agents.yaml, line 6: this number is a contact's")
    assert SOREN[-6:] not in said


def test_an_agent_whose_number_comes_on_the_stop_list_is_rung_unasked_no_more(
    store: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load(store, tmp_path / "first")
    objected = f"{SUPPRESSIONS}number,{SOREN},everywhere,,objection,letter,2026-03-09\n"

    loaded = load(store, tmp_path / "second", agents="[]\n", suppressions=objected)

    assert (loaded.added["suppressions"], loaded.updated["agents"]) == (1, 1)
    assert agent(store, SOREN) is None
    assert agent(store, "client:mette") is not None
    assert SOREN not in caplog.text


def test_an_agents_number_does_not_become_a_contacts_behind_the_agents_back(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path / "first")

    more = f"{CONTACTS}acme,,,da,{SOREN},the register,,,,\n"

    [said] = problems(store, tmp_path / "second", agents="[]\n", contacts=more)
    assert said.startswith("contacts.csv, line 5: a number of this contact is an agent's: withdraw the agent first")
    gone = AGENTS.replace("name: Søren", "withdrawn: true, name: Søren")
    assert load(store, tmp_path / "third", agents=gone, contacts=more).added["contacts"] == 1


@pytest.mark.parametrize(
    ("written_so", "found_as"),
    [
        ("client:Anna.B_2", "client:Anna.B_2"),
        ("CLIENT:anna", "client:anna"),
        ("sip:Desk.1@PBX.example", "sip:desk.1@pbx.example"),
        ("sips:101@pbx.example:5061;transport=tls", "sip:101@pbx.example"),
        ("sip:@PBX.example", "sip:@pbx.example"),
        ("0045 68 00 00 21", SOREN),
        (" +4568000021 ", SOREN),
    ],
)
def test_an_address_may_be_spelled_as_people_do(written_so: str, found_as: str) -> None:
    assert own_address(written_so.strip()) == found_as


@pytest.mark.parametrize(
    "address",
    ["client:a b", "client:?x=1", "sip:4568000021@pbx.example", "sip:@", "sip:a@b@c.example", "mette", "", "68000021",
     "+4590112233", "+870773111632", "sim:HS123", "sip:@10", "sip:desk@localhost"],
)  # fmt: skip
def test_what_is_nobodys_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"is no|carries"):
        own_address(address)


@given(st.text(max_size=60) | st.from_regex(r"(client:|sips?:)[ -~]{0,40}", fullmatch=True))
def test_an_address_that_is_taken_means_the_same_read_again(address: str) -> None:
    try:
        once = own_address(address)
    except ValueError:
        return
    assert own_address(once) == once
