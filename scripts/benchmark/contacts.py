"""Who is called in the benchmark's stores: a company and a contact behind every number that nobody has asked for yet.

Whatever the rules of their countries ask about is on file: legal form, kind of line, where the number comes from and
when it was checked, a consent with its source, a reason why this person presumably wants the call.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table

from middleware.keyed_hash import Pepper
from middleware.store.ids import new_id
from middleware.store.models import CompanyRow, ContactNumberRow, ContactRow
from scripts.benchmark.callees import CLEAN, COUNTRIES, country_at, is_mobile_at, number_at
from scripts.benchmark.people import CONTROLLER
from scripts.benchmark.stores.model import Fill, Row

CHUNK = 20_000
_LANGUAGES = {"DK": "da", "SE": "sv", "DE": "de", "NL": "nl"}


def clean_places(count: int) -> range:
    """The places of the first `count` numbers of every country that nobody has asked for."""
    return CLEAN[: count * len(COUNTRIES)]


def fill_contacts(fill: Fill, places: range, at: datetime, pepper: Pepper) -> None:
    """A company and a contact of hers for the number at each of these places; all was found and checked at `at`."""
    for first in range(0, len(places), CHUNK):
        made = [contact_rows(place, at, pepper) for place in places[first : first + CHUNK]]
        for model, rows in zip((CompanyRow, ContactRow, ContactNumberRow), zip(*made, strict=True), strict=True):
            fill(cast("Table", model.__table__), cast("Iterable[Row]", rows))


def contact_rows(place: int, at: datetime, pepper: Pepper) -> tuple[Row, Row, Row]:
    """The company, the contact, and the number at which the contact answers."""
    country, number, day = country_at(place), number_at(place), at.date()
    company: Row = {
        "id": new_id(at),
        "controller_id": CONTROLLER,
        "company_key": pepper.company(country, f"{place:08d}"),
        "name": f"Company {place}",
        "country": country,
        "register_number": f"{place:08d}",
        "legal_form": "legal_person",
        "is_advert_protected": False,
        "domain": None,
    }
    contact: Row = {
        "id": new_id(at),
        "controller_id": CONTROLLER,
        "company_id": company["id"],
        "person_key": pepper.mailbox(f"person{place}@benchmark.example"),
        "name": f"Person {place}",
        "email": f"person{place}@benchmark.example",
        "language": _LANGUAGES[country],
        "data_source": "made up for measuring",
        "data_obtained_on": day,
        "checked_on": day,
        "call_consent_on": day,
        "call_consent_source": "made up for measuring",
        "prospect_reason": "made up for measuring",
        "prospect_reason_on": day,
        "created_at": at,
    }
    answers_at: Row = {
        "controller_id": CONTROLLER,
        "number_key": pepper.number(number),
        "contact_id": contact["id"],
        "number": number,
        "line_kind": "mobile" if is_mobile_at(place) else "fixed",
    }
    return company, contact, answers_at
