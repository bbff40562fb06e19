"""Register and VAT numbers are checked by their check digits; every way of writing one is the same company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.leads.identifiers import register_number, vat_number

VALID = [
    ("DK", "13585628"),
    ("SE", "556016-0680"),
    ("NO", "988 077 917"),
    ("FI", "2077474-0"),
    ("DE", "Aachen HRB 11223"),
    ("NL", "12345678"),
    ("BE", "0403.019.261"),
    ("FR", "552 008 443"),
    ("AT", "FN 122119m"),
    ("CH", "CHE-100.155.212"),
    ("ES", "B58378431"),
    ("IT", "00743110157"),
    ("PL", "8567346215"),
    ("CZ", "25123891"),
    ("IE", "123456"),
    ("GB", "SC123456"),
    ("PT", "501 964 843"),
    ("LU", "B 12345"),
    ("US", "91-1144442"),
    ("CA", "12302 6635 RC 0001"),
    ("AU", "83 914 571 673"),
]
WRONG = [
    ("DK", "13585627"),
    ("SE", "556016-0681"),
    ("NO", "988 077 918"),
    ("FI", "2077474-1"),
    ("DE", "HRB"),
    ("NL", "1234567"),
    ("BE", "0403.019.262"),
    ("FR", "552 008 444"),
    ("AT", "FN 122119"),
    ("CH", "CHE-100.155.213"),
    ("ES", "B58378432"),
    ("IT", "00743110158"),
    ("PL", "123"),
    ("CZ", "25123892"),
    ("IE", "12345678X"),
    ("GB", "SC12345"),
    ("PT", "501 964 844"),
    ("LU", "12345"),
    ("US", "07-1144442"),
    ("CA", "12302 6636 RC 0001"),
    ("AU", "83 914 571 674"),
]


@pytest.mark.parametrize(("country", "text"), VALID)
def test_a_number_of_each_country_is_valid_and_a_key(country: str, text: str) -> None:
    found = register_number(text, country)

    assert found.is_valid
    assert found.key is not None
    assert found.key.startswith(f"{country}|")


@pytest.mark.parametrize(("country", "text"), WRONG)
def test_a_number_with_a_wrong_digit_or_form_is_no_key(country: str, text: str) -> None:
    found = register_number(text, country)

    assert not found.is_valid
    assert found.key is None


SAME = [
    ("DK", ["13585628", "13 58 56 28", "DK13585628", "DK-13585628"]),
    ("SE", ["556016-0680", "5560160680", "SE556016068001"]),
    ("NO", ["995525828", "NO 995 525 828 MVA"]),
    ("FI", ["2077474-0", "FI20774740"]),
    ("BE", ["0403.019.261", "BE0403019261", "BE 403 019 261"]),
    ("FR", ["732829320", "732 829 320 00074", "FR44732829320"]),
    ("CH", ["CHE-107.787.577", "CHE-107.787.577 MWST", "CHE107787577IVA"]),
    ("PL", ["8567346215", "PL 856-734-62-15"]),
    ("NL", ["12345678", "KvK 12345678", "12345678.0".removesuffix(".0")]),
    ("GB", ["01234567", "1234567"]),
    ("DE", ["Aachen HRB 11223", "HRB 11223 Aachen"]),
]


@pytest.mark.parametrize(("country", "texts"), SAME)
def test_every_way_of_writing_a_number_is_the_same_company(country: str, texts: list[str]) -> None:
    assert len({register_number(text, country).key for text in texts}) == 1
    assert register_number(texts[0], country).key is not None


def test_a_german_number_without_its_court_is_right_and_tells_no_company() -> None:
    found = register_number("HRB 11223", "DE")

    assert found.is_valid
    assert found.key is None


@given(st.integers(10_000_000, 99_999_999))
def test_one_in_about_ten_danish_numbers_is_right_by_modulus_11(number: int) -> None:
    digits = [int(digit) for digit in str(number)]
    is_right = sum(a * b for a, b in zip(digits, (2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0

    assert register_number(str(number), "DK").is_valid is is_right


def test_a_vat_number_tells_its_country_itself() -> None:
    assert vat_number("DE136695976", "DK").key == "DE|136695976"
    assert vat_number("DE136695977", "DK").key is None
    assert vat_number("13585628", "DK").key == "DK|13585628"


@pytest.mark.parametrize("country", ["JP", None])
def test_a_country_whose_numbers_are_not_known_takes_them_as_they_are(country: str | None) -> None:
    assert register_number("12-34 A", country).key == f"{country}|1234A"
    assert not register_number("?", country).is_valid


@given(st.text(max_size=40), st.sampled_from(["DK", "DE", "NL", "FR", "GB", "AT", "CZ", "US", None]))
def test_no_text_at_all_makes_the_check_fail(text: str, country: str | None) -> None:
    register_number(text, country)
    vat_number(text, country)
