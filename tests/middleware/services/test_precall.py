"""Between question and answer others change campaigns, withdraw credentials, object: the answer is never an old one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from middleware.bootstrap import hot_path_for
from middleware.decision.model import Reason, Subject
from middleware.errors import NotAuthenticated
from middleware.services.asking import Answer
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.outcomes import NOT_PLACED, Outcomes
from middleware.store.catalogue import Campaign, Credential, raise_generation
from middleware.store.database import Database
from middleware.store.hot_path.model import subject_id
from middleware.store.models import CampaignRow, ContactNumberRow, ContactRow, CredentialRow, GuardRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON
from tests.people import insert_contact
from tests.reserving import MORNING, PEPPER, InterruptedHotPath, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign, insert_rows, migrated

CLOCK = clock_showing(MORNING)


@pytest.fixture
def database(sqlite_url: str) -> Database:
    database = migrated(sqlite_url)
    insert_campaign(database, "spring")
    return database


def codes(answer: Answer) -> list[str]:
    return [reason.code for reason in answer.reasons]


def close_campaign(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(CampaignRow).values(is_open=False))
        raise_generation(connection)


class OvertakenCatalogue(CurrentCatalogue):
    """Another thread notices a change, and exchanges the copy, just after this one has looked its campaign up."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._waits = True

    def campaign_for(self, credential: Credential, campaign_id: str) -> Campaign:
        campaign = super().campaign_for(credential, campaign_id)
        if self._waits:
            self._waits = False
            close_campaign(self._database)
            self.refresh()
        return campaign


def test_a_campaign_that_is_closed_meanwhile_is_not_called_for(database: Database) -> None:
    dialer = a_dialer(database)
    gate = a_gate(database, CLOCK)
    gate.consider(a_question(number(1)), dialer)  # the copy in memory says that it is open

    close_campaign(database)

    assert codes(gate.reserve(a_question(number(1)), dialer)) == [Reason.CAMPAIGN_CLOSED]


def test_nor_when_another_thread_noticed_first(database: Database) -> None:
    dialer = a_dialer(database)
    gate = a_gate(database, CLOCK, catalogue=OvertakenCatalogue(database))

    assert codes(gate.reserve(a_question(number(1)), dialer)) == [Reason.CAMPAIGN_CLOSED]


def test_a_credential_withdrawn_meanwhile_is_turned_away_even_if_another_thread_noticed(database: Database) -> None:
    dialer = a_dialer(database)
    catalogue = CurrentCatalogue(database)
    gate = a_gate(database, CLOCK, catalogue=catalogue)
    with database.writing() as connection:
        connection.execute(update(CredentialRow).values(revoked_at=MORNING))
        raise_generation(connection)
    catalogue.refresh()

    with pytest.raises(NotAuthenticated):
        gate.reserve(a_question(number(1)), dialer)


def test_a_contact_that_is_not_at_this_number_does_not_hide_who_is(database: Database) -> None:
    contact = {
        "id": "contact-1",
        "controller_id": "acme",
        "person_key": "p" * 32,
        "language": "de",
        "data_source": "trade fair",
        "created_at": NOON,
    }
    at_number = {
        "controller_id": "acme",
        "number_key": PEPPER.number(number(1)),
        "contact_id": "contact-1",
        "number": number(1),
    }
    with database.writing() as connection:
        connection.execute(insert(ContactRow).values(contact))
        connection.execute(insert(ContactNumberRow).values(at_number))
        SuppressionRepository(connection).add(
            Subject.PERSON, "p" * 32, "controller", "acme", reason="objection", source="test", noted_by="test", at=NOON
        )
    dialer = a_dialer(database)

    answer = a_gate(database, CLOCK).reserve(a_question(number(1), contact_id="somebody-else"), dialer)

    assert codes(answer) == [Reason.SUPPRESSION_PERSON]


def test_a_request_repeated_while_the_first_is_being_written_finds_it(database_url: str) -> None:
    database = migrated(database_url)
    insert_campaign(database, "spring")
    dialer = a_dialer(database)
    question = a_question(number(1), idempotency_key="call-1")
    first: list[Answer] = []
    hot_path = InterruptedHotPath(
        hot_path_for(database, CLOCK), lambda: first.append(a_gate(database, CLOCK).reserve(question, dialer))
    )

    second = a_gate(database, CLOCK, hot_path=hot_path).reserve(question, dialer)

    assert first[0].is_permitted
    assert second == replace(first[0], is_replay=True)


def test_a_slot_taken_meanwhile_is_not_given_again(database_url: str) -> None:
    database = migrated(database_url)
    insert_campaign(database, "spring")
    insert_campaign(database, "autumn")
    dialer = a_dialer(database)
    faster: list[Answer] = []
    hot_path = InterruptedHotPath(
        hot_path_for(database, CLOCK),
        lambda: faster.append(a_gate(database, CLOCK).reserve(a_question(number(1), "autumn"), dialer)),
    )

    slower = a_gate(database, CLOCK, hot_path=hot_path).reserve(a_question(number(1)), dialer)

    assert faster[0].is_permitted
    assert codes(slower) == [Reason.ATTEMPTS_IN_FLIGHT]
    assert slower.not_before is not None
    assert slower.not_before >= MORNING + timedelta(hours=24)


def test_withdrawn_attempts_do_not_hide_those_that_count(database_url: str) -> None:
    """Germany permits four in thirty days and fifteen a week; twenty that do not count lie over three that do."""
    database = migrated(database_url)
    insert_campaign(database, "spring")
    berlin, dialer = "+493023125001", a_dialer(database)
    reason: dict[str, Any] = {"prospect_reason": "asked for a price list", "prospect_reason_on": date(2026, 11, 2)}
    insert_contact(database, numbers=(berlin,), **reason)
    for days in range(4):
        clock = clock_showing(MORNING + days * timedelta(days=2))
        gate, outcomes = a_gate(database, clock), Outcomes(database, clock)
        if days == 3:
            for _ in range(20):
                permit = gate.reserve(a_question(berlin), dialer)
                assert permit.attempts_left == 1
                outcomes.report(permit.attempt_id, {"outcome": NOT_PLACED}, dialer)
        assert gate.reserve(a_question(berlin), dialer).is_permitted

    later = a_gate(database, clock_showing(MORNING + timedelta(days=9))).reserve(a_question(berlin), dialer)

    assert codes(later) == [Reason.ATTEMPTS_CAP_REACHED]


def test_a_number_that_was_often_called_long_ago_may_be_called_again(database_url: str) -> None:
    database = migrated(database_url)
    insert_campaign(database, "spring")
    long_ago = MORNING - timedelta(days=300)
    subject = subject_id(Subject.NUMBER, PEPPER.number(number(1)))
    earlier = [
        {
            "scope": "acme", "subject": subject, "seq": seq, "kind": "attempt", "attempt_id": f"attempt-{seq}",
            "campaign_id": "spring", "placed_by": "dialer", "is_placed": True, "outcome": "no-answer",
            "reserved_at": long_ago + timedelta(days=seq), "expires_at": long_ago + timedelta(days=seq),
            "ended_at": long_ago + timedelta(days=seq),
        }
        for seq in range(1, 31)
    ]  # fmt: skip
    insert_rows(database, GuardRow, *earlier)

    assert a_gate(database, CLOCK).reserve(a_question(number(1)), a_dialer(database)).is_permitted

    with database.reading() as connection:
        newest = select(func.max(GuardRow.seq)).where(GuardRow.scope == "acme", GuardRow.subject == subject)
        assert connection.scalar(newest) == 31


@pytest.mark.parametrize("said", [{}, {"callback_at": "2026-12-01T10:00:00+01:00"}], ids=["no", "not before Tuesday"])
@pytest.mark.parametrize("at_the_same_number", [True, False], ids=["same number", "other number"])
def test_a_person_who_says_no_meanwhile_is_not_called(
    database_url: str, at_the_same_number: bool, said: dict[str, str]
) -> None:
    """What was said in an earlier call is reported late, just after the next one has read that it may be made."""
    database = migrated(database_url)
    insert_campaign(database, "spring")
    insert_contact(database, numbers=(number(1), number(2)))
    dialer = a_dialer(database)
    earlier = a_gate(database, CLOCK).reserve(a_question(number(1)), dialer)
    two_days_on = clock_showing(MORNING + timedelta(days=2))
    outcomes = Outcomes(database, two_days_on)
    told = {"outcome": "answered" if said else "declined", **said}

    def tell() -> None:
        outcomes.report(earlier.attempt_id, told, dialer)

    hot_path = InterruptedHotPath(hot_path_for(database, two_days_on), tell)
    next_callee = number(1) if at_the_same_number else number(2)

    answer = a_gate(database, two_days_on, hot_path=hot_path).reserve(a_question(next_callee), dialer)

    assert earlier.is_permitted
    assert (Reason.HOURS_PROMISED_LATER if said else Reason.ATTEMPTS_LOCKED_OUT) in codes(answer)
