"""What the one reading of a check brings about the people at a number, alike on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.decision.model import CalleeFacts, Consent, Customer, DirectoryMark, LegalForm, NumberKind
from middleware.errors import StoreUnavailable
from middleware.services.callee import callee_from
from middleware.store.database import Database
from middleware.store.hot_path.model import MOST_CONTACTS, ContactFound, HotAsk
from middleware.store.models import ContactRow
from tests.people import answers_at, insert_company, insert_contact
from tests.reserving import PEPPER
from tests.rows import insert_campaign

DESK, MOBILE = "+4533123456", "+4526123456"
WISHED = datetime(2026, 3, 10, 9, 30, 15, 123456, tzinfo=UTC)
EVERYTHING: dict[str, Any] = {
    "time_zone": "Europe/Copenhagen",
    "subdivision": "84",
    "checked_on": date(2026, 1, 2),
    "call_consent_on": date(2026, 1, 3),
    "call_consent_source": 'a form, "signed"',
    "call_consent_ends_on": date(2027, 1, 3),
    "machine_consent_on": date(2026, 1, 4),
    "machine_consent_source": "a form",
    "machine_consent_ends_on": date(2027, 1, 4),
    "customer_since": date(2025, 1, 5),
    "customer_ended_on": date(2026, 1, 5),
    "prospect_reason": "asked for a price list at the fair",
    "prospect_reason_on": date(2026, 1, 6),
    "listed_in": {"dk_robinson": "2026-01-07", "se_nix": "2026-01-08"},
    "asked_to_be_called_at": WISHED,
    "promised_at": WISHED + timedelta(days=1),
}


def found_at(store: Database, number: str, contact_id: str | None = None) -> tuple[ContactFound, ...]:
    ask = HotAsk("acme", "spring", "dialer", PEPPER.number(number), (), contact_id)
    return hot_path_for(store, Clock()).read(ask).contacts


@pytest.fixture
def store(store: Database) -> Database:
    insert_campaign(store)
    return store


def test_all_that_is_on_file_about_a_contact_reaches_the_rules(store: Database) -> None:
    company = insert_company(store, is_advert_protected=True)
    anna = insert_contact(store, numbers=(), company_id=company, **EVERYTHING)
    answers_at(store, anna, DESK, line_kind="fixed", directory_mark="starred")

    assert callee_from(found_at(store, DESK)) == CalleeFacts(
        legal_form=LegalForm.LEGAL_PERSON,
        time_zone="Europe/Copenhagen",
        subdivision="84",
        line_kind=NumberKind.FIXED,
        directory_mark=DirectoryMark.STARRED,
        call_consent=Consent(date(2026, 1, 3), True, date(2027, 1, 3)),
        machine_consent=Consent(date(2026, 1, 4), True, date(2027, 1, 4)),
        customer=Customer(date(2025, 1, 5), date(2026, 1, 5)),
        prospect_reason_on=date(2026, 1, 6),
        has_source=True,
        checked_on=date(2026, 1, 2),
        is_advert_protected=True,
        listed_in={"dk_robinson": date(2026, 1, 7), "se_nix": date(2026, 1, 8)},
        asked_to_be_called_at=WISHED,
        promised_at=WISHED + timedelta(days=1),
    )


def test_of_a_contact_without_company_or_any_fact_nothing_is_known(store: Database) -> None:
    insert_contact(store, data_source="", checked_on=None)

    assert callee_from(found_at(store, DESK)) == CalleeFacts()


def test_each_number_of_a_person_has_its_own_line_and_mark(store: Database) -> None:
    anna = insert_contact(store, numbers=())
    answers_at(store, anna, DESK, line_kind="fixed", directory_mark="listed")
    answers_at(store, anna, MOBILE, line_kind="mobile")

    desk, mobile = callee_from(found_at(store, DESK)), callee_from(found_at(store, MOBILE))

    assert (desk.line_kind, desk.directory_mark) == (NumberKind.FIXED, DirectoryMark.LISTED)
    assert (mobile.line_kind, mobile.directory_mark) == (NumberKind.MOBILE, DirectoryMark.UNKNOWN)


def test_a_named_person_is_asked_about_alone(store: Database) -> None:
    anna = insert_contact(store, subdivision="84")
    insert_contact(store, email="bo@boozt.example", subdivision="81")

    assert callee_from(found_at(store, DESK)).subdivision is None
    assert callee_from(found_at(store, DESK, anna)).subdivision == "84"


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ({"promised_at": WISHED}, CalleeFacts(promised_at=WISHED)),
        ({"listed_in": {"se_nix": "2026-01-08"}}, CalleeFacts(listed_in={"se_nix": date(2026, 1, 8)})),
    ],
    ids=["a promise", "a register's entry"],
)
def test_what_bars_one_of_more_people_than_are_read_is_read_nevertheless(
    store: Database, bar: dict[str, Any], expected: CalleeFacts
) -> None:
    people = MOST_CONTACTS + 20
    ids = [insert_contact(store, email=f"p{place}@boozt.example") for place in range(people)]
    for contact_id in (ids[0], ids[people // 2], ids[-1]):
        with store.writing() as connection:
            connection.execute(update(ContactRow).values(promised_at=None, listed_in=None))
            connection.execute(update(ContactRow).where(ContactRow.id == contact_id).values(**bar))

        found = found_at(store, DESK)

        assert len(found) == MOST_CONTACTS + 1
        assert callee_from(found) == expected


def test_of_many_promises_the_latest_is_read(store: Database) -> None:
    for place in range(MOST_CONTACTS + 20):
        at = WISHED + timedelta(days=place)
        insert_contact(store, email=f"p{place}@boozt.example", promised_at=at, listed_in={"se_nix": "2026-01-08"})

    assert callee_from(found_at(store, DESK)).promised_at == WISHED + timedelta(days=MOST_CONTACTS + 19)


@pytest.mark.parametrize("listed", ['{"se_nix": "some day"}', "[]", '"se_nix"'])
def test_what_is_damaged_is_not_taken_for_unknown(store: Database, listed: str) -> None:
    insert_contact(store)
    with store.writing() as connection:
        connection.execute(text("UPDATE contacts SET listed_in = :listed"), {"listed": listed})

    with pytest.raises(StoreUnavailable, match="backup"):
        found_at(store, DESK)
