"""A number at which many people answer: whoever of them has said no, the number is not rung for."""

import pytest
from sqlalchemy import insert

from middleware.decision.model import Subject
from middleware.store.database import Database
from middleware.store.hot_path.model import MOST_CONTACTS
from middleware.store.ids import new_id
from middleware.store.models import ContactNumberRow, ContactRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON
from tests.reserving import MORNING, PEPPER, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign, migrated

CLOCK = clock_showing(MORNING)


@pytest.fixture
def store(sqlite_url: str) -> Database:
    store = migrated(sqlite_url)
    insert_campaign(store, "spring")
    return store


def insert_people(store: Database, count: int) -> None:
    with store.writing() as connection:
        for place in range(count):
            contact_id = new_id(NOON)
            connection.execute(
                insert(ContactRow).values(
                    id=contact_id,
                    controller_id="acme",
                    person_key=f"{place:032x}",
                    language="da",
                    time_zone="Pacific/Auckland",  # where it is night, if everybody's zone is believed
                    data_source="the company's website",
                    created_at=NOON,
                )
            )
            at_number = {"number_key": PEPPER.number(number(1)), "contact_id": contact_id, "number": number(1)}
            connection.execute(insert(ContactNumberRow).values(controller_id="acme", **at_number))


@pytest.mark.parametrize("people", [1, MOST_CONTACTS, MOST_CONTACTS + 1, 3 * MOST_CONTACTS])
def test_the_last_of_many_people_at_a_number_is_not_forgotten(store: Database, people: int) -> None:
    insert_people(store, people)
    with store.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.PERSON,
            f"{people - 1:032x}",
            "controller",
            "acme",
            reason="objection",
            source="test",
            noted_by="test",
            at=NOON,
        )

    answer = a_gate(store, CLOCK).reserve(a_question(number(1)), a_dialer(store))

    assert "suppression.person" in [reason.code for reason in answer.reasons]


@pytest.mark.parametrize(("people", "is_permitted"), [(MOST_CONTACTS, False), (MOST_CONTACTS + 1, True)])
def test_a_time_zone_counts_only_where_it_is_known_for_everybody_at_the_number(
    store: Database, people: int, is_permitted: bool
) -> None:
    insert_people(store, people)

    answer = a_gate(store, CLOCK).reserve(a_question(number(1)), a_dialer(store))

    assert answer.is_permitted is is_permitted
