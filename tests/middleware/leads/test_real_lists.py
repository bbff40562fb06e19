"""Lists as CRMs export them in five languages, each in the encoding and with the separators of its kind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from middleware.decision.model import Consent, LegalForm
from middleware.leads.fields import Field
from middleware.leads.lead import Lead, LeadReader
from middleware.leads.opening import open_list
from middleware.leads.records import RemarkKind, Table

FILES = Path(__file__).parent / "files"

LISTS = [
    ("hubspot.en.csv", "CSV, UTF-8, separated by commas", ("Record ID", "Lead Status")),
    ("superoffice.da.csv", "CSV, Windows-1252 or ISO 8859-1, as it is not UTF-8, separated by semicolons",
     ("Bemærkninger",)),
    ("lime.sv.csv", "CSV, UTF-8 with a byte order mark, separated by tabs", ("Kundansvarig",)),
    ("export.de.csv", "CSV, UTF-16, separated by semicolons", ("Betreuer",)),
    ("pipedrive.nl.csv", "CSV, UTF-8, separated by commas", ("Fase",)),
    ("salesforce.en.csv", "CSV, UTF-8, separated by commas", ("Close Date",)),
]  # fmt: skip


def opened(name: str) -> Table:
    return open_list((FILES / name).open("rb"))


def leads(name: str) -> list[Lead]:
    table = opened(name)
    reader = LeadReader(table.columns)
    found = [reader.read(record) for record in table.records()]
    return [lead for lead in found if isinstance(lead, Lead)]


@pytest.mark.parametrize(("name", "description", "unknown"), LISTS)
def test_the_make_of_a_list_is_found_out_and_its_other_columns_are_named(
    name: str, description: str, unknown: tuple[str, ...]
) -> None:
    table = opened(name)

    assert table.description == description
    assert table.columns.unknown == unknown
    assert table.columns.rivals == ()
    assert len(table.columns.places) == len(table.columns.headings) - len(unknown)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("hubspot.en.csv", ["+35312345678", "+4930901820"]),
        ("superoffice.da.csv", ["+4532123456", "+4520123456"]),
        ("lime.sv.csv", ["+46812345600"]),
        ("export.de.csv", ["+4930901820", "+498912345678"]),
        ("pipedrive.nl.csv", ["+31201234567"]),
        ("salesforce.en.csv", ["+4532123457", "+4532123458"]),
    ],
)
def test_numbers_are_read_by_the_country_of_their_row(name: str, numbers: list[str]) -> None:
    assert [lead.number.parsed.e164 for lead in leads(name)] == numbers


def test_a_danish_list_tells_forms_consents_and_checks() -> None:
    nordlys, aase = leads("superoffice.da.csv")

    assert nordlys.facts.legal_form is LegalForm.LEGAL_PERSON
    assert nordlys.facts.call_consent == Consent(date(2026, 4, 3), ends_on=date(2027, 12, 31))
    assert nordlys.facts.has_source
    assert nordlys.facts.checked_on == date(2026, 6, 1)
    assert nordlys.register_key == "DK|13585628"
    assert nordlys.company_keys == ("DK|13585628", "domain|nordlys.dk")
    assert aase.facts.legal_form is LegalForm.SOLE_TRADER
    assert aase.register_key is None
    assert [(each.kind, each.column, each.value) for each in aase.remarks] == [
        (RemarkKind.IDENTIFIER_INVALID, "CVR-nummer", "13585627")
    ]


def test_a_cell_with_a_line_end_does_not_shift_the_lines_that_follow() -> None:
    assert [record.line for record in opened("superoffice.da.csv").records()] == [2, 4]


def test_a_swedish_list_tells_its_consent() -> None:
    (volvo,) = leads("lime.sv.csv")

    assert volvo.facts.call_consent == Consent(date(2026, 4, 3))
    assert volvo.register_key == "SE|5560125790"
    assert volvo.remarks == ()


def test_a_german_list_tells_regions_and_who_is_not_called() -> None:
    mueller, huber = leads("export.de.csv")

    assert mueller.facts.subdivision == "BY"
    assert mueller.facts.call_consent == Consent(date(2026, 4, 3), ends_on=date(2027, 12, 31))
    assert mueller.company_keys == ("DE|Aachen HRB 11223", "DE|136695976", "domain|mueller.de")
    assert not mueller.is_objection
    assert huber.facts.subdivision == "SN"
    assert huber.is_objection


def test_a_dutch_list_tells_sole_traders() -> None:
    (korst,) = leads("pipedrive.nl.csv")

    assert korst.facts.legal_form is LegalForm.SOLE_TRADER
    assert korst.register_key == "NL|12345678"


def test_an_english_list_tells_zones_and_regions() -> None:
    obrien, maier = leads("hubspot.en.csv")

    assert obrien.facts.time_zone == "Europe/Dublin"
    assert maier.facts.subdivision == "BY"
    assert maier.company_keys == ("domain|beispiel.de",)


def test_salesforce_says_do_not_call() -> None:
    assert [lead.is_objection for lead in leads("salesforce.en.csv")] == [False, True]
    assert Field.OBJECTION in opened("salesforce.en.csv").columns.places
