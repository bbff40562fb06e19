"""One person may be on record with several controllers and answer at several numbers."""

from __future__ import annotations

from middleware.store.contacts import contacts_of_person, numbers_of
from middleware.store.database import Database
from tests.people import insert_contact
from tests.reserving import PEPPER
from tests.rows import insert_controller

ANNA, BO = PEPPER.mailbox("anna@boozt.example"), PEPPER.mailbox("bo@boozt.example")
FIRST, SECOND, SHARED = "+4533123456", "+4520123456", "+4533129999"


def test_a_person_is_found_at_the_controllers_asked_for_alone(store: Database) -> None:
    for controller in ("acme", "beta", "gamma"):
        insert_controller(store, controller)
    at_acme = insert_contact(store, "acme")
    at_beta = insert_contact(store, "beta", email="ANNA@boozt.example")
    insert_contact(store, "acme", email="bo@boozt.example")

    with store.reading() as connection:
        assert contacts_of_person(connection, ANNA, ["acme"]) == (at_acme,)
        assert set(contacts_of_person(connection, ANNA, ["acme", "beta", "gamma"])) == {at_acme, at_beta}
        assert contacts_of_person(connection, ANNA, ["gamma"]) == ()
        assert contacts_of_person(connection, ANNA, []) == ()
        assert contacts_of_person(connection, "0" * 32, ["acme"]) == ()


def test_the_numbers_of_several_contacts_are_told_once_each(store: Database) -> None:
    insert_controller(store)
    anna = insert_contact(store, numbers=(FIRST, SECOND, SHARED))
    bo = insert_contact(store, email="bo@boozt.example", numbers=(SHARED,))
    nobody = insert_contact(store, email="carl@boozt.example", numbers=())

    def numbers(*contacts: str) -> list[str]:
        with store.reading() as connection:
            return sorted(numbers_of(connection, contacts))

    assert numbers(anna, bo) == sorted(PEPPER.number(each) for each in (FIRST, SECOND, SHARED))
    assert numbers(bo) == [PEPPER.number(SHARED)]
    assert numbers(nobody) == numbers() == []
