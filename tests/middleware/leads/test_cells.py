"""Days, forms, countries, regions, zones and web addresses as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import LegalForm
from middleware.leads.cells import AmbiguousDay, DayOrder, day_of, is_no, legal_form_of
from middleware.leads.places import country_of, region_of, zone_of
from middleware.leads.websites import registrable_domain

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
APRIL = date(2026, 4, 3)


@given(DAYS)
def test_every_day_is_read_in_each_of_its_spellings(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.isoformat()}T09:30:00Z",
        f"{day.isoformat()} 09:30",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day:02d}-{day.month:02d}-{day.year}",
        f"{day.day:02d}. {day.month:02d}. {day.year}",
    ):
        assert day_of(text) == day
    assert day_of(f"{day.day}/{day.month}/{day.year}", DayOrder.DAY_FIRST) == day
    assert day_of(f"{day.month}/{day.day}/{day.year}", DayOrder.MONTH_FIRST) == day


@given(DAYS)
def test_a_day_with_slashes_is_read_only_where_it_can_mean_one_day(day: date) -> None:
    text = f"{day.day}/{day.month}/{day.year}"

    if day.day <= 12 and day.day != day.month:
        with pytest.raises(AmbiguousDay):
            day_of(text)
    else:
        assert day_of(text) == day


def test_a_month_that_stands_first_is_seen_where_the_other_cannot_be_one() -> None:
    assert day_of("12/31/2026") == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["", "yes", "2026", "31.2.2026", "46115", "3 April 2026", "2026-13-01", "1.1.26"])
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        day_of(text)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("", True),
        ("nej", True),
        ("NEIN", True),
        ("0", True),
        ("False", True),
        ("x", False),
        ("yes", False),
        ("1", False),
    ],
)
def test_a_plain_no_is_known_in_all_languages(text: str, is_so: bool) -> None:
    assert is_no(text) is is_so


FORMS = [
    ("A/S", LegalForm.LEGAL_PERSON),
    ("ApS", LegalForm.LEGAL_PERSON),
    ("Aktiebolag", LegalForm.LEGAL_PERSON),
    ("GmbH", LegalForm.LEGAL_PERSON),
    ("B.V.", LegalForm.LEGAL_PERSON),
    ("Ltd", LegalForm.LEGAL_PERSON),
    ("Enkeltmandsvirksomhed", LegalForm.SOLE_TRADER),
    ("ENK", LegalForm.SOLE_TRADER),
    ("Enskild firma", LegalForm.SOLE_TRADER),
    ("Einzelunternehmen", LegalForm.SOLE_TRADER),
    ("Eenmanszaak", LegalForm.SOLE_TRADER),
    ("sole_trader", LegalForm.SOLE_TRADER),
    ("I/S", LegalForm.PARTNERSHIP),
    ("Handelsbolag", LegalForm.PARTNERSHIP),
    ("GbR", LegalForm.PARTNERSHIP),
    ("GmbH & Co. KG", LegalForm.PARTNERSHIP),
    ("V.O.F.", LegalForm.PARTNERSHIP),
    ("CV", LegalForm.UNKNOWN),  # a partnership in the Netherlands, a cooperative in Belgium
    ("something else", LegalForm.UNKNOWN),
    ("", LegalForm.UNKNOWN),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_a_legal_form_is_known_as_registers_write_it(text: str, form: LegalForm) -> None:
    assert legal_form_of(text) is form


@pytest.mark.parametrize("form", [form for form in LegalForm if form is not LegalForm.UNKNOWN])
def test_our_own_words_for_forms_are_understood(form: LegalForm) -> None:
    assert legal_form_of(form.value) is form


COUNTRIES = [
    ("DK", "DK"),
    ("dnk", "DK"),
    ("Danmark", "DK"),
    ("Dänemark", "DK"),
    ("Tyskland", "DE"),
    ("Duitsland", "DE"),
    ("Deutschland", "DE"),
    ("Holland", "NL"),
    ("UK", "GB"),
    ("United Kingdom", "GB"),
    ("Storbritannien", "GB"),
    ("Österreich", "AT"),
    ("Schweiz", "CH"),
    ("USA", "US"),
    ("Europe", None),
    ("XX", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "country"), COUNTRIES)
def test_a_country_is_known_by_code_and_by_name_in_many_languages(text: str, country: str | None) -> None:
    assert country_of(text) == country


REGIONS = [
    ("BY", "DE", "BY"),
    ("DE-BY", "DE", "BY"),
    ("Bayern", "DE", "BY"),
    ("Bavaria", "DE", "BY"),
    ("Augsburg", "DE", None),
    ("Canarias", "ES", "CN"),
    ("Canary Islands", "ES", "CN"),
    ("Zürich", "CH", "ZH"),
    ("Genf", "CH", "GE"),
    ("Scotland", "GB", "SCT"),
    ("Wien", "AT", "9"),
    ("Madeira", "PT", "30"),
    ("Nowhere", "DE", None),
    ("Skåne", "SE", None),
]


@pytest.mark.parametrize(("text", "country", "code"), REGIONS)
def test_a_region_is_known_by_code_and_name_where_regions_differ(text: str, country: str, code: str | None) -> None:
    assert region_of(text, country) == code


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Copenhagen", "Europe/Copenhagen"),
        (" Atlantic/Canary ", "Atlantic/Canary"),
        ("America/New York", "America/New_York"),
        ("CET", None),
        ("Etc/GMT+1", None),
        ("+01:00", None),
        ("Europe/Atlantis", None),
        ("../etc/passwd", None),
    ],
)
def test_only_a_place_is_a_time_zone(text: str, zone: str | None) -> None:
    assert zone_of(text) == zone


WEBSITES = [
    ("https://www.shop.acme.co.uk/en?x=1", "acme.co.uk"),
    ("acme.dk", "acme.dk"),
    ("WWW.Acme.DK/", "acme.dk"),
    ("http://acme.dk:8080", "acme.dk"),
    ("https://www.smørrebrød.dk", "xn--smrrebrd-64af.dk"),
    ("https://www.facebook.com/acme", None),
    ("acme.github.io", "acme.github.io"),
    ("co.uk", None),
]


@pytest.mark.parametrize(("text", "domain"), WEBSITES)
def test_a_web_address_leads_to_the_domain_that_was_registered(text: str, domain: str | None) -> None:
    assert registrable_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["none", "n/a", "acme", "ann@acme.dk", "a b.dk", "http://", "http://[", "x" * 70 + ".dk"]
)
def test_what_is_no_web_address_is_told(text: str) -> None:
    with pytest.raises(ValueError):
        registrable_domain(text)
