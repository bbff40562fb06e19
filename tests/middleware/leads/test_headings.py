"""Columns are found by their headings, in five languages and as CRMs export them; nothing is dropped in silence."""

from __future__ import annotations

import pytest

from middleware.leads.fields import Field
from middleware.leads.heading_words import HEADING_WORDS
from middleware.leads.headings import bare, field_of, recognise

HEADED = [
    ("Phone number", Field.PHONE),
    ("TELEFON", Field.PHONE),
    ("Tlf. nr.", Field.PHONE),
    ("Telefonnummer", Field.PHONE),
    ("Växelnummer", Field.PHONE),
    ("Rufnummer", Field.PHONE),
    ("Telefoonnummer", Field.PHONE),
    ("Telefon 2", Field.PHONE),
    ("Person - Phone - Work", Field.PHONE),
    ("Mobile Phone Number", Field.MOBILE),
    ("MobilePhone", Field.MOBILE),
    ("Mobiltlf", Field.MOBILE),
    ("Handynummer", Field.MOBILE),
    ("Mobiel nummer", Field.MOBILE),
    ("E-mail adresse", Field.EMAIL),
    ("E-postadress", Field.EMAIL),
    ("CVR-nr.", Field.REGISTER_NUMBER),
    ("Org.nr", Field.REGISTER_NUMBER),
    ("Handelsregister-Nr.", Field.REGISTER_NUMBER),
    ("KvK-nummer", Field.REGISTER_NUMBER),
    ("Ondernemingsnummer", Field.REGISTER_NUMBER),
    ("USt-IdNr.", Field.VAT_NUMBER),
    ("Company Domain Name", Field.WEBSITE),
    ("Hjemmeside", Field.WEBSITE),
    ("Country/Region", Field.COUNTRY),
    ("Land", Field.COUNTRY),
    ("Rechtsvorm", Field.LEGAL_FORM),
    ("Tidszone", Field.TIME_ZONE),
    ("Bundesland", Field.REGION),
    ("Samtykkedato", Field.CONSENT_ON),
    ("Källa till samtycke", Field.CONSENT_SOURCE),
    ("Einwilligung gültig bis", Field.CONSENT_ENDS_ON),
    ("Laatst gecontroleerd", Field.CHECKED_ON),
    ("Lead Source", Field.DATA_SOURCE),
    ("Do Not Call", Field.OBJECTION),
    ("Widerspruch", Field.OBJECTION),
    ("Kund sedan", Field.CUSTOMER_SINCE),
]


@pytest.mark.parametrize(("heading", "field"), HEADED)
def test_a_heading_is_understood_whatever_its_capitals_blanks_and_marks(heading: str, field: Field) -> None:
    assert field_of(heading) is field
    assert field_of(f"  {heading.upper()} ") is field


@pytest.mark.parametrize("heading", ["", "Notes", "Lead score", "Telefonmast", "Owner", "2", "Phone 1 extension"])
def test_a_heading_that_is_not_known_stands_for_nothing(heading: str) -> None:
    assert field_of(heading) is None


def test_no_heading_stands_for_two_fields() -> None:
    meant: dict[str, set[Field]] = {}
    for field, words in HEADING_WORDS.items():
        for word in words.split(","):
            meant.setdefault(bare(word), set()).add(field)

    assert {word: fields for word, fields in meant.items() if len(fields) > 1 or not word} == {}


def test_every_field_has_headings_in_all_five_languages() -> None:
    assert set(HEADING_WORDS) == set(Field)
    assert all(len(words.split(",")) >= 5 for words in HEADING_WORDS.values())


def test_unknown_columns_are_named_in_their_order() -> None:
    columns = recognise(["Score", "Telefon", "Notes", ""])

    assert columns.unknown == ("Score", "Notes", "(column 4)")
    assert dict(columns.places) == {Field.PHONE: 1}


def test_of_two_columns_for_the_same_the_left_one_is_used_and_the_other_named() -> None:
    columns = recognise(["Telefon", "Mobil", "Work phone"])

    assert dict(columns.places) == {Field.PHONE: 0, Field.MOBILE: 1}
    assert columns.rivals == (("Work phone", "Telefon", Field.PHONE),)


@pytest.mark.parametrize(
    ("heading", "country"), [("CVR", "DK"), ("KvK nummer", "NL"), ("HRB", "DE"), ("SIREN", "FR"), ("Org.nr", None)]
)
def test_a_heading_that_names_a_register_says_whose_it_is(heading: str, country: str | None) -> None:
    assert recognise(["Phone", heading]).register_country == country


@pytest.mark.parametrize(("heading", "has_number"), [("Telefon", True), ("Mobil", True), ("Navn", False)])
def test_a_list_needs_a_column_of_numbers(heading: str, has_number: bool) -> None:
    assert recognise([heading]).has_number is has_number
