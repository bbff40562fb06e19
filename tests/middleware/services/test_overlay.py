"""What a lead file says of a person counts as if the person were a contact, and lifts nothing that is known."""

from dataclasses import fields, replace
from datetime import date

import pytest

from middleware.decision.model import CalleeFacts, Consent, Customer, DirectoryMark, LegalForm, NumberKind
from middleware.services.overlay import overlay
from tests.builders import utc

FULL = CalleeFacts(
    legal_form=LegalForm.LEGAL_PERSON,
    time_zone="Atlantic/Canary",
    subdivision="CN",
    line_kind=NumberKind.MOBILE,
    directory_mark=DirectoryMark.LISTED,
    call_consent=Consent(date(2026, 3, 1)),
    machine_consent=Consent(date(2026, 3, 2)),
    customer=Customer(date(2025, 1, 1)),
    prospect_reason_on=date(2026, 2, 1),
    has_source=True,
    checked_on=date(2026, 3, 3),
    is_advert_protected=True,
    listed_in={"robinson": date(2026, 1, 1)},
    promised_at=utc("2026-03-10 09:00"),
)
OTHER = CalleeFacts(
    legal_form=LegalForm.SOLE_TRADER,
    time_zone="Europe/Madrid",
    subdivision="MD",
    line_kind=NumberKind.FIXED,
    directory_mark=DirectoryMark.STARRED,
    call_consent=Consent(date(2024, 3, 1), ends_on=date(2025, 3, 1)),
    machine_consent=Consent(date(2024, 3, 1), has_source=False),
    customer=Customer(date(2020, 1, 1), ended_on=date(2021, 1, 1)),
    prospect_reason_on=date(2027, 2, 1),
    has_source=True,
    checked_on=date(2020, 3, 3),
    asked_to_be_called_at=utc("2026-03-01 09:00"),
)


def test_of_somebody_unknown_all_that_the_file_says_counts() -> None:
    assert overlay(CalleeFacts(), FULL) == FULL


@pytest.mark.parametrize("people", [0, 1, 2])
def test_what_the_file_does_not_say_changes_nothing(people: int) -> None:
    assert overlay(FULL, CalleeFacts(), people) == FULL


FILLED = [
    "legal_form",
    "time_zone",
    "subdivision",
    "line_kind",
    "directory_mark",
    "call_consent",
    "machine_consent",
    "customer",
    "prospect_reason_on",
    "has_source",
    "checked_on",
]


@pytest.mark.parametrize("fact", FILLED)
def test_each_fact_that_the_store_lacks_is_filled(fact: str) -> None:
    lacking = replace(OTHER, **{fact: getattr(CalleeFacts(), fact)})

    found = overlay(lacking, FULL, people=1)

    assert getattr(found, fact) == getattr(FULL, fact)


@pytest.mark.parametrize("fact", FILLED)
def test_each_fact_that_the_store_knows_stands(fact: str) -> None:
    assert getattr(overlay(OTHER, FULL, people=1), fact) == getattr(OTHER, fact)


def test_a_consent_that_ended_is_not_revived_by_the_file() -> None:
    ended = CalleeFacts(call_consent=Consent(date(2024, 1, 1), ends_on=date(2025, 1, 1)))

    found = overlay(ended, CalleeFacts(call_consent=Consent(date(2026, 1, 1))), people=1)

    assert found.call_consent == ended.call_consent


def test_people_who_differ_stay_unknown_whatever_the_file_says() -> None:
    assert overlay(CalleeFacts(), replace(FULL, promised_at=None, listed_in={}, is_advert_protected=False), 2) == (
        CalleeFacts()
    )


@pytest.mark.parametrize("people", [0, 1, 2])
def test_what_makes_a_call_harder_is_taken_from_both(people: int) -> None:
    known = CalleeFacts(listed_in={"nix": date(2026, 2, 2)}, promised_at=utc("2026-03-09 09:00"))

    found = overlay(known, FULL, people)

    assert found.is_advert_protected
    assert found.listed_in == {"nix": date(2026, 2, 2), "robinson": date(2026, 1, 1)}
    assert found.promised_at == utc("2026-03-10 09:00")


@pytest.mark.parametrize(
    ("known", "brought"), [(date(2026, 1, 1), date(2026, 5, 5)), (date(2026, 5, 5), date(2026, 1, 1))]
)
def test_of_two_days_of_a_register_entry_the_later_one_counts(known: date, brought: date) -> None:
    found = overlay(CalleeFacts(listed_in={"nix": known}), CalleeFacts(listed_in={"nix": brought}))

    assert found.listed_in == {"nix": date(2026, 5, 5)}


@pytest.mark.parametrize(("known", "brought", "held"), [("09", "08", "09"), ("08", "09", "09")])
def test_of_two_promises_the_later_one_holds(known: str, brought: str, held: str) -> None:
    found = overlay(
        CalleeFacts(promised_at=utc(f"2026-03-10 {known}:00")), CalleeFacts(promised_at=utc(f"2026-03-10 {brought}:00"))
    )

    assert found.promised_at == utc(f"2026-03-10 {held}:00")


def test_a_wish_to_be_called_comes_from_the_store_alone() -> None:
    assert overlay(CalleeFacts(), OTHER).asked_to_be_called_at is None
    assert overlay(OTHER, CalleeFacts()).asked_to_be_called_at == OTHER.asked_to_be_called_at


def test_every_fact_about_a_callee_has_its_rule_here() -> None:
    stricter = {"is_advert_protected", "listed_in", "promised_at", "asked_to_be_called_at"}

    assert {field.name for field in fields(CalleeFacts)} == {*FILLED, *stricter}
