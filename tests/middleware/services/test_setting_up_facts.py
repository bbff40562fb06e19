"""The facts that rules ask for come in by files: read strictly, and told again to those who are there already."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.decision.model import (
    CalleeFacts,
    CallerIdFacts,
    Consent,
    Customer,
    Dialling,
    DirectoryMark,
    LegalForm,
    NumberKind,
    Speaker,
    Standing,
)
from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.services.callee import callee_from
from middleware.services.setting_up import Loaded, SettingUp
from middleware.store.catalogue import Campaign
from middleware.store.catalogue_reading import load as load_catalogue
from middleware.store.database import Database
from middleware.store.hot_path.model import HotAsk
from middleware.store.models import CompanyRow, ContactRow
from tests.set_up_folder import CAMPAIGNS, CONTROLLERS, written

PEPPER = Pepper(b"p" * 32)
DESK, MOBILE = "+4568001011", "+46701740611"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANNA: dict[str, str] = {
    "controller": "acme",
    "name": "Anna Holm",
    "email": "anna@holm.example",
    "language": "da",
    "numbers": f"{DESK};{MOBILE}",
    "data_source": "the company's website",
}
EVERYTHING = ANNA | {
    "line_kind": "fixed; mobile",
    "directory_mark": "starred;",
    "time_zone": "Europe/Copenhagen",
    "subdivision": "BY",
    "checked_on": "2026-10-01",
    "call_consent_on": "2026-01-05",
    "call_consent_source": "a signed form",
    "call_consent_ends_on": "2027-01-05",
    "call_consent_wording": "You may call me about desks.",
    "machine_consent_on": "2026-01-06",
    "machine_consent_source": "a signed form",
    "customer_since": "2025-02-01",
    "customer_ended_on": "2026-02-01",
    "prospect_reason": "asked for a price list at the fair",
    "prospect_reason_on": "2026-03-01",
    "listed_in": "dk_robinson 2026-01-01; se_nix 2026-02-02",
    "asked_to_be_called_at": "2026-11-20T10:00:00+01:00",
    "promised_at": "2026-11-30T10:00:00+01:00",
    "company": "Holm A/S",
    "country": "DK",
    "register_number": "99000011",
    "legal_form": "legal_person",
    "advert_protected": "yes",
}


def contacts(*people: dict[str, str]) -> str:
    """A file of contacts with every column that any of them needs."""
    columns = list(dict.fromkeys(name for person in people for name in person))
    rows = [",".join(person.get(name, "") for name in columns) for person in people]
    return "\n".join([",".join(columns), *rows]) + "\n"


def load(store: Database, folder: Path, *people: dict[str, str], **instead: str) -> Loaded:
    files = {name.replace("_yaml", ".yaml"): text for name, text in instead.items()}
    written(folder, **{"contacts.csv": contacts(*(people or (ANNA,))), **files})
    setting_up = SettingUp(store, Clock(NOW - datetime.now(UTC)), PEPPER)
    return setting_up.load(setting_up.read(folder))


def callee_at(store: Database, number: str) -> CalleeFacts:
    """As the next decision will see whoever answers there."""
    ask = HotAsk("acme", "spring", "dialer", PEPPER.number(number), ())
    return callee_from(hot_path_for(store, Clock()).read(ask).contacts)


def campaign(store: Database) -> Campaign:
    with store.reading() as connection:
        return load_catalogue(connection).campaigns["spring"]


# ---------------------------------------------------------------- what files may tell


def test_every_fact_of_a_contact_comes_from_its_row(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path, EVERYTHING)

    assert callee_at(store, DESK) == CalleeFacts(
        legal_form=LegalForm.LEGAL_PERSON,
        time_zone="Europe/Copenhagen",
        subdivision="BY",
        line_kind=NumberKind.FIXED,
        directory_mark=DirectoryMark.STARRED,
        call_consent=Consent(date(2026, 1, 5), True, date(2027, 1, 5)),
        machine_consent=Consent(date(2026, 1, 6), True, None),
        customer=Customer(date(2025, 2, 1), date(2026, 2, 1)),
        prospect_reason_on=date(2026, 3, 1),
        has_source=True,
        checked_on=date(2026, 10, 1),
        is_advert_protected=True,
        listed_in={"dk_robinson": date(2026, 1, 1), "se_nix": date(2026, 2, 2)},
        asked_to_be_called_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        promised_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
    )
    assert callee_at(store, MOBILE).line_kind is NumberKind.MOBILE
    assert callee_at(store, MOBILE).directory_mark is DirectoryMark.UNKNOWN


def test_what_a_row_leaves_out_is_not_known(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path, ANNA | {"line_kind": "unknown;unknown", "directory_mark": "unknown;unknown"})

    assert callee_at(store, DESK) == CalleeFacts(has_source=True)


MORE = """\
  requires_consent: true
  agency: true
  processor_agreement_on: 2026-02-02
  registrations: [at_rtr, es_lista]
  list_source: a fair
  list_checked_days_ago: 3
  speaker: machine
  dialling: predictive
"""


def test_campaigns_and_controllers_bring_their_papers(store: Database, tmp_path: Path) -> None:
    load(
        store,
        tmp_path,
        campaigns_yaml=CAMPAIGNS + MORE,
        controllers_yaml=CONTROLLERS + "  overrides: {ring_seconds: 20}\n",
    )

    found = campaign(store)
    assert found.controller_overrides == {"ring_seconds": 20}
    assert (found.speaker, found.dialling) == (Speaker.MACHINE, Dialling.PREDICTIVE)
    assert (found.facts.requires_consent, found.facts.is_agency) == (True, True)
    assert (found.facts.processor_agreement_on, found.facts.registrations) == (date(2026, 2, 2), ("at_rtr", "es_lista"))
    assert (found.facts.has_list_source, found.facts.list_checked_on) == (True, date(2026, 11, 21))


def test_a_campaign_that_leaves_everything_out_has_stated_nothing(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)

    found = campaign(store)
    assert (found.speaker, found.dialling, found.controller_overrides) == (None, None, {})
    assert (found.facts.is_agency, found.facts.processor_agreement_on) == (True, None)
    assert (found.facts.has_list_source, found.facts.list_checked_on) == (False, None)


def test_a_caller_id_is_put_on_file_with_what_its_digits_tell(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)

    assert set(campaign(store).caller_ids) == {
        CallerIdFacts("+4568000010", "DK", NumberKind.FIXED_OR_MOBILE, Standing.OWNED, True),
        CallerIdFacts("+46846500410", "SE", NumberKind.FIXED, Standing.VERIFIED, False),
    }


def test_a_prefix_bars_from_the_next_look_on(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)

    with store.reading() as connection:
        found = load_catalogue(connection).prefixes_of("+4590123456")
    assert [(entry.prefix, entry.scope, entry.reason) for entry in found] == [("+4590", "everywhere", "high_cost")]
    assert found[0].since == datetime(2026, 6, 4, tzinfo=UTC)


# ---------------------------------------------------------------- what does not fit

WRONG: list[tuple[dict[str, str], str]] = [
    ({"call_consent_source": ""}, "call_consent_source is missing"),
    ({"call_consent_on": ""}, "call_consent_on is missing"),
    ({"machine_consent_source": ""}, "machine_consent_source is missing"),
    ({"call_consent_ends_on": "2026-01-04"}, "call_consent: call_consent_ends_on lies before call_consent_on"),
    ({"customer_since": ""}, "customer_ended_on needs customer_since"),
    ({"customer_ended_on": "2025-01-31"}, "customer: customer_ended_on lies before customer_since"),
    ({"prospect_reason": ""}, "prospect_reason and prospect_reason_on"),
    ({"prospect_reason_on": ""}, "prospect_reason and prospect_reason_on"),
    ({"line_kind": "mobile"}, "line_kind must hold one word for each number"),
    ({"line_kind": "mobile;landline"}, "line_kind.1: must be 'fixed'"),
    ({"directory_mark": "starred;star"}, "directory_mark.1: must be 'listed'"),
    ({"subdivision": "DE-BY"}, "subdivision: "),
    ({"listed_in": "se_nix"}, "listed_in: must be registers with a day each"),
    ({"listed_in": "se_nix 2026-13-01"}, "listed_in.se_nix: "),
    ({"promised_at": "2026-11-30"}, "promised_at: must be a day with its time and zone"),
    ({"promised_at": "2026-11-30T10:00"}, "promised_at: must be a day with its time and zone"),
    ({"asked_to_be_called_at": "soon"}, "asked_to_be_called_at: must be a day with its time and zone"),
    ({"advert_protected": "perhaps"}, "advert_protected: must be a valid boolean"),
    ({"company": "", "country": "", "register_number": ""}, "advert_protected is about the company"),
    ({"checked_on": "last week"}, "checked_on: must be a valid date"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG, ids=[row[1][:40] for row in WRONG])
def test_a_fact_that_does_not_fit_is_told_with_its_line_and_nothing_is_loaded(
    sqlite_store: Database, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidSetUp) as told:
        load(sqlite_store, tmp_path, ANNA | {"email": "bo@holm.example"}, EVERYTHING | changed)

    assert [line for line in told.value.lines if line.startswith(f"contacts.csv, line 3: {said}")], told.value.lines
    with sqlite_store.reading() as connection:
        assert connection.scalar(select(ContactRow.id)) is None


# ---------------------------------------------------------------- told again


def test_facts_that_were_not_known_are_filled_in_when_the_folder_is_loaded_again(
    store: Database, tmp_path: Path
) -> None:
    plain = ANNA | {"company": "Holm A/S", "country": "DK", "register_number": "99000011"}
    load(store, tmp_path, plain)
    assert callee_at(store, DESK) == CalleeFacts(has_source=True)

    again = load(store, tmp_path, EVERYTHING, campaigns_yaml=CAMPAIGNS + MORE)

    assert again.added["contacts"] == 0
    assert again.updated == {"controllers": 0, "campaigns": 1, "agents": 0, "contacts": 1}
    told = callee_at(store, DESK)
    load(store, tmp_path / "fresh", EVERYTHING | {"email": "bo@holm.example", "numbers": "+4568001012;+46701740612"})
    assert told == callee_at(store, "+4568001012")
    assert campaign(store).speaker is Speaker.MACHINE
    assert not campaign(store).facts.requires_consent  # chosen when the campaign was made


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("", "", None),
        ("", "neutral", "neutral"),
        ("neutral", "", "neutral"),
        ("neutral", "none", "none"),
        ("none", "neutral", "neutral"),
    ],
)
def test_what_answering_machines_hear_is_as_the_file_last_said(
    store: Database, tmp_path: Path, first: str, then: str, kept: str | None
) -> None:
    for said in (first, then):
        load(store, tmp_path, campaigns_yaml=CAMPAIGNS + (f"  voicemail: {said}\n" if said else ""))

    assert campaign(store).voicemail == kept


def test_a_consent_of_the_first_edition_counts_once_its_source_is_told(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path)
    with store.writing() as connection:
        connection.execute(update(ContactRow).values(call_consent_on=date(2026, 1, 5)))
    assert callee_at(store, DESK).call_consent == Consent(date(2026, 1, 5), has_source=False)

    load(store, tmp_path, ANNA | {"call_consent_on": "2026-01-05", "call_consent_source": "a signed form"})

    assert callee_at(store, DESK).call_consent == Consent(date(2026, 1, 5))


FORM = {"call_consent_on": "2026-01-05", "call_consent_source": "a signed form"}
AGAIN: list[tuple[str, dict[str, str], dict[str, str], str, object]] = [
    ("an earlier consent changes nothing", FORM | {"call_consent_on": "2026-02-02"}, FORM, "call_consent",
     Consent(date(2026, 2, 2))),
    ("a later consent replaces one that has ended, end and all", FORM | {"call_consent_ends_on": "2026-03-01"},
     FORM | {"call_consent_on": "2026-04-01"}, "call_consent", Consent(date(2026, 4, 1))),
    ("a consent that has ended does not come back", FORM | {"call_consent_ends_on": "2026-03-01"}, FORM,
     "call_consent", Consent(date(2026, 1, 5), True, date(2026, 3, 1))),
    ("a consent learns of its end", FORM, FORM | {"call_consent_ends_on": "2026-03-01"}, "call_consent",
     Consent(date(2026, 1, 5), True, date(2026, 3, 1))),
    ("a consent is withdrawn before its end", FORM | {"call_consent_ends_on": "2027-03-01"},
     FORM | {"call_consent_ends_on": "2026-03-01"}, "call_consent", Consent(date(2026, 1, 5), True, date(2026, 3, 1))),
    ("a consent is not drawn out", FORM | {"call_consent_ends_on": "2026-03-01"},
     FORM | {"call_consent_ends_on": "2027-03-01"}, "call_consent", Consent(date(2026, 1, 5), True, date(2026, 3, 1))),
    ("a contract learns of its end", {"customer_since": "2025-01-01"},
     {"customer_since": "2025-01-01", "customer_ended_on": "2026-01-01"}, "customer",
     Customer(date(2025, 1, 1), date(2026, 1, 1))),
    ("a later check", {"checked_on": "2026-01-01"}, {"checked_on": "2026-02-01"}, "checked_on", date(2026, 2, 1)),
    ("an earlier check", {"checked_on": "2026-02-01"}, {"checked_on": "2026-01-01"}, "checked_on", date(2026, 2, 1)),
    ("no check at all", {"checked_on": "2026-02-01"}, {}, "checked_on", date(2026, 2, 1)),
    ("an earlier promise", {"promised_at": "2026-11-30T10:00Z"}, {"promised_at": "2026-11-29T10:00Z"},
     "promised_at", datetime(2026, 11, 30, 10, 0, tzinfo=UTC)),
    ("one more register", {"listed_in": "se_nix 2026-01-01"}, {"listed_in": "dk_robinson 2026-02-02"}, "listed_in",
     {"se_nix": date(2026, 1, 1), "dk_robinson": date(2026, 2, 2)}),
    ("listed again", {"listed_in": "se_nix 2026-01-01"}, {"listed_in": "se_nix 2026-03-03"}, "listed_in",
     {"se_nix": date(2026, 3, 3)}),
    ("an earlier entry", {"listed_in": "se_nix 2026-03-03"}, {"listed_in": "se_nix 2026-01-01"}, "listed_in",
     {"se_nix": date(2026, 3, 3)}),
    ("no register any more", {"listed_in": "se_nix 2026-01-01"}, {}, "listed_in", {"se_nix": date(2026, 1, 1)}),
    ("another Land", {"subdivision": "BY"}, {"subdivision": "BE"}, "subdivision", "BY"),
    ("another line", {"line_kind": "mobile;mobile"}, {"line_kind": "fixed;fixed"}, "line_kind", NumberKind.MOBILE),
]  # fmt: skip


@pytest.mark.parametrize(("first", "then", "fact", "expected"), [row[1:] for row in AGAIN],
                         ids=[row[0] for row in AGAIN])  # fmt: skip
def test_loading_again_forgets_nothing(
    store: Database, tmp_path: Path, first: dict[str, str], then: dict[str, str], fact: str, expected: object
) -> None:
    load(store, tmp_path, ANNA | first)

    load(store, tmp_path, ANNA | then)

    assert getattr(callee_at(store, DESK), fact) == expected


COMPANY = {"company": "Holm A/S", "country": "DK", "register_number": "99000011"}


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [("", "yes", True), ("no", "yes", True), ("yes", "no", True), ("yes", "", True), ("", "no", False)],
)
def test_a_company_that_turned_out_protected_stays_so(
    store: Database, tmp_path: Path, first: str, then: str, expected: bool
) -> None:
    load(store, tmp_path, ANNA | COMPANY | {"advert_protected": first})
    load(store, tmp_path, ANNA | COMPANY | {"advert_protected": then})

    with store.reading() as connection:
        assert connection.scalar(select(CompanyRow.is_advert_protected)) is expected


@pytest.mark.parametrize(("whose", "file"), [("controller", CONTROLLERS), ("campaign", CAMPAIGNS)])
def test_figures_of_its_own_that_a_file_states_take_the_place_of_the_old_ones(
    store: Database, tmp_path: Path, whose: str, file: str
) -> None:
    load(store, tmp_path)
    for stated, in_force in (
        ("  overrides: {ring_seconds: 20}\n", {"ring_seconds": 20}),
        ("  overrides: {ring_seconds: 25}\n", {"ring_seconds": 25}),
        ("", {"ring_seconds": 25}),  # a file that says nothing of them leaves them
        ("  overrides: {}\n", {}),
    ):
        load(store, tmp_path, **{f"{whose}s_yaml": file + stated})

        found = campaign(store)
        assert (found.controller_overrides if whose == "controller" else found.overrides) == in_force


def test_a_list_checked_later_is_told_and_one_checked_earlier_is_not(store: Database, tmp_path: Path) -> None:
    for days, checked_on in ((30, date(2026, 10, 25)), (40, date(2026, 10, 25)), (2, date(2026, 11, 22))):
        load(store, tmp_path, campaigns_yaml=f"{CAMPAIGNS}  list_checked_days_ago: {days}\n")
        assert campaign(store).facts.list_checked_on == checked_on


def test_thousands_of_people_are_told_at_once(sqlite_store: Database, tmp_path: Path) -> None:
    people: list[dict[str, Any]] = [
        ANNA | {"email": f"p{place}@holm.example", "numbers": f"+4532{place:06d}"} for place in range(101_000, 103_000)
    ]
    load(sqlite_store, tmp_path, *people)

    again = load(sqlite_store, tmp_path, *(person | {"checked_on": "2026-11-01"} for person in people))

    assert again.updated["contacts"] == len(people)
    assert callee_at(sqlite_store, "+4532102999").checked_on == date(2026, 11, 1)
