"""Register and VAT numbers of companies, checked by their own check digits (python-stdnum)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from stdnum.at import businessid, uid
from stdnum.au import abn, acn
from stdnum.be import vat as be_vat
from stdnum.ca import bn
from stdnum.ch import uid as ch_uid
from stdnum.ch import vat as ch_vat
from stdnum.cz import dic
from stdnum.de import handelsregisternummer
from stdnum.de import vat as de_vat
from stdnum.dk import cvr
from stdnum.es import nif as es_nif
from stdnum.exceptions import ValidationError
from stdnum.fi import alv, ytunnus
from stdnum.fr import siren, siret, tva
from stdnum.gb import vat as gb_vat
from stdnum.ie import vat as ie_vat
from stdnum.it import codicefiscale, iva
from stdnum.lu import tva as lu_tva
from stdnum.nl import btw
from stdnum.no import mva, orgnr
from stdnum.pl import nip, regon
from stdnum.pt import nif as pt_nif
from stdnum.se import orgnr as se_orgnr
from stdnum.se import vat as se_vat
from stdnum.us import ein

Check = Callable[[str], str]  # the number in one way of writing; raises stdnum's ValidationError

_DIGITS_AND_LETTERS = re.compile(r"[0-9A-Z]{2,20}")
# Every German court counts by itself: without its name, HRB 11223 is the number of many companies.
_WITHOUT_COURT = re.compile(r"(?:HRA|HRB|PR|GNR|VR)\d{1,7}[A-Z]?")


@dataclass(frozen=True, slots=True)
class Identifier:
    """`key` is the same for every way of writing the number; None where it does not tell one company from another."""

    key: str | None
    is_valid: bool


@lru_cache(maxsize=16_384)
def register_number(text: str, country: str | None) -> Identifier:
    """A number of the companies register, or a VAT number that contains it, of this country."""
    return _checked(text, country, _REGISTERS)


@lru_cache(maxsize=16_384)
def vat_number(text: str, country: str | None) -> Identifier:
    """A VAT number; its own prefix, where it has one, tells the country."""
    begins = text.strip()[:2].upper()
    prefix = {"EL": "GR"}.get(begins, begins)
    return _checked(text, prefix if prefix in _VATS else country, _VATS)


def _checked(text: str, country: str | None, checks: Mapping[str, tuple[Check, ...]]) -> Identifier:
    text = text.strip().removeprefix("'")
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    if country == "DE" and _WITHOUT_COURT.fullmatch(plain):
        return Identifier(None, True)
    for check in checks.get(country or "", ()):
        try:
            return Identifier(f"{country}|{check(text)}", True)
        except ValidationError:
            continue
    is_valid = country not in checks and _DIGITS_AND_LETTERS.fullmatch(plain) is not None
    return Identifier(f"{country}|{plain}" if is_valid else None, is_valid)


def _of_eight_digits(text: str) -> str:
    """The Dutch Chamber of Commerce gives eight digits without a check digit (twelve with the branch)."""
    digits = re.sub(r"[\s.\-]", "", text.upper().removeprefix("KVK").lstrip(": "))
    if not (digits.isdigit() and len(digits) in {8, 12}):
        raise ValidationError
    return digits[:8]


def _of_companies_house(text: str) -> str:
    """Companies House: eight characters, two letters or digits and six digits; leading zeros get lost."""
    number = text.upper().replace(" ", "")
    number = number.zfill(8) if number.isdigit() else number
    if not re.fullmatch(r"(?:[A-Z]{2}|\d{2})\d{6}", number):
        raise ValidationError
    return number


def _of_the_irish_cro(text: str) -> str:
    """The Companies Registration Office counts companies: up to seven digits, no check digit."""
    number = text.replace(" ", "").lstrip("0")
    if not (number.isdigit() and len(number) <= 7):
        raise ValidationError
    return number


def _of_luxembourg(text: str) -> str:
    """The Registre de commerce et des sociétés: B and up to six digits, no check digit."""
    number = text.upper().replace(" ", "").removeprefix("RCS").removeprefix("LUXEMBOURG")
    if not re.fullmatch(r"[A-M]\d{1,6}", number):
        raise ValidationError
    return number


def _polish_court_register(text: str) -> str:
    """KRS: ten digits, no check digit."""
    if not re.fullmatch(r"\d{10}", text.strip()):
        raise ValidationError
    return text.strip()


def _within(check: Check, part: slice) -> Check:
    """The register number inside of another number, such as Sweden's inside its VAT number."""
    return lambda text: check(text)[part]


_REGISTERS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "DK": (cvr.validate,),
        "SE": (se_orgnr.validate, _within(se_vat.validate, slice(10))),
        "NO": (orgnr.validate, _within(mva.validate, slice(9))),
        "FI": (ytunnus.validate, alv.validate),
        "DE": (handelsregisternummer.validate, de_vat.validate),
        "NL": (_of_eight_digits, btw.validate),
        "BE": (be_vat.validate,),
        "FR": (siren.validate, _within(siret.validate, slice(9)), _within(tva.validate, slice(2, None))),
        "AT": (businessid.validate, uid.validate),
        "CH": (ch_uid.validate, _within(ch_vat.validate, slice(12))),
        "ES": (es_nif.validate,),
        "IT": (iva.validate, codicefiscale.validate),
        "PL": (nip.validate, regon.validate, _polish_court_register),
        "CZ": (dic.validate,),
        "IE": (_of_the_irish_cro, ie_vat.validate),
        "GB": (_of_companies_house, gb_vat.validate),
        "PT": (pt_nif.validate,),
        "LU": (_of_luxembourg, lu_tva.validate),
        "US": (ein.validate,),
        "CA": (_within(bn.validate, slice(9)),),
        "AU": (abn.validate, acn.validate),
    }
)
_VATS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        **{country: _REGISTERS[country] for country in ("DK", "SE", "NO", "FI", "BE", "FR", "ES", "IT", "CZ", "PT")},
        "DE": (de_vat.validate,),
        "NL": (btw.validate,),
        "AT": (uid.validate,),
        "CH": (_within(ch_vat.validate, slice(12)),),
        "PL": (nip.validate,),
        "IE": (ie_vat.validate,),
        "GB": (gb_vat.validate,),
        "LU": (lu_tva.validate,),
    }
)
