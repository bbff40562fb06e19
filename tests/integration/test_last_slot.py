"""Sixty-four processes ask at the same moment for what is left: exactly as many get it as there is."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from middleware.decision.model import Reason, Subject
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.database import Database
from middleware.store.hot_path.model import subject_id
from middleware.store.models import CompanyRow, ContactNumberRow, ContactRow, GuardRow
from tests.builders import NOON
from tests.racers import Ask, Field, racers, tally
from tests.reserving import MORNING, PEPPER, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign, insert_credential, insert_rows, migrated

ASKERS = 64
API_KEY = "rf_dialer.secret-of-dialer"
DAY = timedelta(days=1)
TWO_OF_A_COMPANY = {"caps": [{"count": 2, "within_days": 30, "subject": "company", "scope": "controller"}]}
CAP_REACHED, IN_FLIGHT = Reason.ATTEMPTS_CAP_REACHED.value, Reason.ATTEMPTS_IN_FLIGHT.value


@pytest.fixture
def database(database_url: str) -> Database:
    """Two campaigns of one controller; all of Denmark's rules, and two calls a month to any one company."""
    database = migrated(database_url)
    for campaign_id in ("spring", "autumn"):
        insert_campaign(
            database, campaign_id, overrides=TWO_OF_A_COMPANY, washed_at={"dk_robinson": MORNING - 40 * DAY}
        )
    assert insert_credential(database, "dialer", "dialer", controller_id="acme") == API_KEY
    return database


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    with racers(ASKERS) as field:
        yield field


def earlier_attempts(database: Database, callee: str, *days_ago: int) -> None:
    """Permits that a dialer took, did not use, and cannot have back."""
    credential = CurrentCatalogue(database).get().credentials["dialer"]
    for days in days_ago:
        answer = a_gate(database, clock_showing(MORNING - days * DAY)).reserve(a_question(callee), credential)
        assert answer.is_permitted, answer.reasons


def colleagues(database: Database, count: int) -> None:
    """People of one company, each with a number of their own."""
    company = {
        "id": "company", "controller_id": "acme", "company_key": "c" * 32, "name": "Muster GmbH",
        "country": "DE", "register_number": "HRB 1",
    }  # fmt: skip
    people = [
        {
            "id": f"contact-{which}", "controller_id": "acme", "company_id": "company",
            "person_key": f"{which:032d}", "language": "de", "data_source": "trade fair", "created_at": NOON,
        }
        for which in range(count)
    ]  # fmt: skip
    numbers = [
        {
            "controller_id": "acme", "number_key": PEPPER.number(number(which)),
            "contact_id": f"contact-{which}", "number": number(which),
        }
        for which in range(count)
    ]  # fmt: skip
    insert_rows(database, CompanyRow, company)
    insert_rows(database, ContactRow, *people)
    insert_rows(database, ContactNumberRow, *numbers)


def seqs(database: Database, scope: str, subject: str) -> list[int]:
    query = select(GuardRow.seq).where(GuardRow.scope == scope, GuardRow.subject == subject)
    with database.reading() as connection:
        return list(connection.scalars(query.order_by(GuardRow.seq)))


def race(
    field: Field,
    database: Database,
    *callees: str,
    campaigns: tuple[str, ...] = ("spring", "autumn"),
    days: int = 0,
) -> Counter[str]:
    """What the processes were told at ten in the morning in Berlin, `days` after the first race."""
    offset = clock_showing(MORNING + days * DAY).offset
    return tally(
        field.race(
            [
                Ask(database.url, API_KEY, campaigns[place % len(campaigns)], callee, offset)
                for place, callee in enumerate(callees)
            ]
        )
    )


def test_the_last_slot_of_a_callee_goes_to_one_of_64(database: Database, field: Field) -> None:
    earlier_attempts(database, number(0), 20, 14, 11)

    told = race(field, database, *[number(0)] * ASKERS, campaigns=("spring",))

    assert told == {"permitted": 1, f"{CAP_REACHED} and {IN_FLIGHT}": ASKERS - 1}
    assert seqs(database, "acme", subject_id(Subject.NUMBER, PEPPER.number(number(0)))) == [1, 2, 3, 4]


def test_two_slots_of_a_company_go_to_two_of_64_in_two_campaigns(database: Database, field: Field) -> None:
    """Each asks for a colleague of the others, so nothing but the company's cap stands between them."""
    colleagues(database, ASKERS)

    told = race(field, database, *(number(which) for which in range(ASKERS)))

    assert told == {"permitted": 2, CAP_REACHED: ASKERS - 2}
    assert seqs(database, "acme", subject_id(Subject.COMPANY, "company")) == [1, 2]


def test_two_slots_of_a_number_go_to_two_of_64_in_two_campaigns_one_after_the_other(
    database: Database, field: Field
) -> None:
    """While the first is under way nobody else may ring, so there are two races for two slots, and one for none."""
    earlier_attempts(database, number(0), 21, 14)

    told = [race(field, database, *[number(0)] * ASKERS, days=days) for days in (0, 2, 6)]

    assert told == [
        {"permitted": 1, IN_FLIGHT: ASKERS - 1},
        {"permitted": 1, f"{CAP_REACHED} and {IN_FLIGHT}": ASKERS - 1},
        {CAP_REACHED: ASKERS},
    ]
