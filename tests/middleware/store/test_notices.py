"""The duty to inform: one for each person and controller, also when several calls are answered at one moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from middleware.errors import UnknownNotice
from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database
from middleware.store.models import AttemptRow, CompanyRow, ContactNumberRow, ContactRow, NoticeRow, OutboxRow
from middleware.store.notices import (
    DEADLINE,
    move_notice,
    note_objection,
    notice_by_id,
    notices_in_trouble,
    owe_notice,
)
from tests.builders import NOON
from tests.people import insert_answered_attempt, insert_company, insert_contact, owe, row_of_notice
from tests.rows import insert_campaign, insert_controller

HOUR = timedelta(hours=1)


def notices(store: Database) -> list[NoticeRow]:
    with store.reading() as connection:
        rows = connection.execute(select(NoticeRow.__table__).order_by(NoticeRow.subject))
        return [NoticeRow(**row._asdict()) for row in rows]


def promised(store: Database) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(OutboxRow)) or 0


# ---------------------------------------------------------------- once


def test_answered_calls_at_the_same_moment_owe_one_notice(store: Database) -> None:
    insert_campaign(store, "spring")
    insert_campaign(store, "summer")
    anna = insert_contact(store)
    attempts = [
        insert_answered_attempt(store, anna, campaign_id=campaign, asked_at=NOON + place * HOUR)
        for place, campaign in enumerate(("spring", "summer") * 4)
    ]
    together = threading.Barrier(len(attempts))

    def answered(attempt_id: str) -> None:
        own = Database(store.url)
        together.wait(10)
        with own.writing() as connection:
            owe_notice(connection, AttemptRepository(connection).by_id(attempt_id), NOON)
        own.dispose()

    with ThreadPoolExecutor(len(attempts)) as pool:
        for future in [pool.submit(answered, attempt_id) for attempt_id in attempts]:
            future.result(30)

    [notice] = notices(store)
    assert (notice.state, notice.deadline_at) == ("due", NOON + timedelta(days=30))
    assert promised(store) == 1


@pytest.mark.postgres
def test_of_two_transactions_that_are_open_together_the_second_finds_it_owed(postgres_store: Database) -> None:
    insert_campaign(postgres_store)
    anna = insert_contact(postgres_store)
    first, second = (insert_answered_attempt(postgres_store, anna, asked_at=NOON + n * HOUR) for n in (0, 1))
    began = threading.Event()

    def other() -> None:
        own = Database(postgres_store.url)
        with own.writing() as connection:
            attempt = AttemptRepository(connection).by_id(second)
            began.set()
            owe_notice(connection, attempt, NOON)  # waits for the first to commit
        own.dispose()

    with ThreadPoolExecutor(1) as pool:
        with postgres_store.writing() as connection:
            owe_notice(connection, AttemptRepository(connection).by_id(first), NOON)
            running = pool.submit(other)
            assert began.wait(10)
        running.result(10)

    assert [notice.attempt_id for notice in notices(postgres_store)] == [first]
    assert promised(postgres_store) == 1


def test_each_person_and_each_controller_is_a_duty_of_its_own(store: Database) -> None:
    insert_campaign(store, "spring", "acme")
    insert_campaign(store, "autumn", "beta")
    people = [insert_contact(store), insert_contact(store, email="bo@boozt.example")]
    at_beta = insert_contact(store, "beta")
    for contact_id in (*people, people[0]):
        owe(store, contact_id)
    owe(store, at_beta, controller_id="beta", campaign_id="autumn")

    found = {(notice.controller_id, notice.subject) for notice in notices(store)}
    assert found == {("acme", f"p:{people[0]}"), ("acme", f"p:{people[1]}"), ("beta", f"p:{at_beta}")}
    assert promised(store) == 3


def test_a_call_that_is_undone_owes_nothing(store: Database) -> None:
    insert_campaign(store)
    attempt_id = insert_answered_attempt(store, insert_contact(store))

    def fail() -> None:
        with store.writing() as connection:
            owe_notice(connection, AttemptRepository(connection).by_id(attempt_id), NOON)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert (notices(store), promised(store)) == ([], 0)


# ---------------------------------------------------------------- nobody to write to


@pytest.mark.parametrize("email", [None, ""])
def test_a_person_without_a_mailbox_stays_owed_in_sight(store: Database, email: str | None) -> None:
    insert_campaign(store)

    owe(store, insert_contact(store, email=email))

    [notice] = notices(store)
    assert notice.state == "no_address"
    assert promised(store) == 0
    with store.reading() as connection:
        assert notices_in_trouble(connection, NOON) == {"no_address": 1}


def test_numbers_that_nobody_is_known_at_are_duties_by_number(store: Database) -> None:
    insert_campaign(store)
    for callee in ("+4533123456", "+4533123456", "+4520123456"):
        owe(store, None, callee=callee)

    found = notices(store)
    assert [notice.state for notice in found] == ["no_address"] * 2
    assert {notice.subject for notice in found} == {f"n:{notice.callee_key}" for notice in found}


def test_what_needs_somebody_to_look_is_counted_and_what_is_late(store: Database) -> None:
    insert_campaign(store)
    states = ["sent", "due", "handed", "refused", "uncertain", "uncertain", "no_address"]
    for place, state in enumerate(states):
        notice_id = owe(store, insert_contact(store, email=f"p{place}@boozt.example"))
        with store.writing() as connection:
            assert move_notice(connection, notice_id or "", "due", state=state)

    with store.reading() as connection:
        assert notices_in_trouble(connection, NOON + DEADLINE) == {"refused": 1, "uncertain": 2, "no_address": 1}
        late = notices_in_trouble(connection, NOON + DEADLINE + timedelta(seconds=1))
    assert late == {"refused": 1, "uncertain": 2, "no_address": 1, "overdue": 6}


# ---------------------------------------------------------------- read and changed


def test_a_notice_is_read_with_all_that_its_text_is_made_of(store: Database) -> None:
    insert_campaign(store, texts={"da": {"purpose": "at sælge"}})
    anna = insert_contact(store, company_id=insert_company(store), time_zone="Europe/Oslo", language="sv")
    notice_id = owe(store, anna, caller_id="+4570120000")

    with store.reading() as connection:
        seen = notice_by_id(connection, notice_id or "")

    assert (seen.state, seen.controller_id, seen.contact_id) == ("due", "acme", anna)
    assert (seen.contact_name, seen.email, seen.language, seen.time_zone) == (
        "Anna Jensen", "anna@boozt.example", "sv", "Europe/Oslo",
    )  # fmt: skip
    assert (seen.company_name, seen.caller_id, seen.called_at) == ("Boozt & Co A/S", "+4570120000", NOON)
    assert (seen.controller_name, seen.complaint_body) == ("Acme ApS", "Datatilsynet")
    assert seen.texts == {"da": {"purpose": "at sælge"}}


def test_a_notice_outlives_the_call_and_the_person(store: Database) -> None:
    insert_campaign(store)
    notice_id = owe(store, insert_contact(store, company_id=insert_company(store))) or ""
    with store.reading() as connection:
        before = notice_by_id(connection, notice_id)
    with store.writing() as connection:
        for table in (ContactNumberRow, ContactRow, CompanyRow, AttemptRow):
            connection.execute(delete(table))

    with store.reading() as connection:
        after = notice_by_id(connection, notice_id)

    gone = {"callee", "caller_id", "called_at", "contact_name", "email", "language", "person_key", "data_source"}
    expected = {name: None if name in gone | {"company_name"} else value for name, value in asdict(before).items()}
    assert asdict(after) == expected


def test_a_notice_that_never_was_is_unknown(store: Database) -> None:
    with pytest.raises(UnknownNotice), store.reading() as connection:
        notice_by_id(connection, "019cb8b8-1e00-7000-8000-000000000000")


def test_a_notice_moves_only_from_where_it_is_expected(store: Database) -> None:
    insert_campaign(store)
    notice_id = owe(store, insert_contact(store)) or ""

    with store.writing() as connection:
        assert not move_notice(connection, notice_id, "handed", state="sent")
        assert move_notice(connection, notice_id, "due", state="handed", message_id="<m@x>")
        assert not move_notice(connection, notice_id, "due", state="handed")
        assert not move_notice(connection, "0" * 36, "due", state="handed")

    assert (row_of_notice(store, notice_id).state, row_of_notice(store, notice_id).message_id) == ("handed", "<m@x>")


def test_processes_that_move_it_at_the_same_moment_agree_on_one(store: Database) -> None:
    insert_campaign(store)
    notice_id = owe(store, insert_contact(store)) or ""
    together = threading.Barrier(8)

    def hand_over(_: int) -> bool:
        own = Database(store.url)
        together.wait(10)
        with own.writing() as connection:
            is_moved = move_notice(connection, notice_id, "due", state="handed")
        own.dispose()
        return is_moved

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hand_over, range(8))) == 1


def test_the_first_objection_through_a_link_stands(store: Database) -> None:
    insert_controller(store)
    insert_campaign(store)
    notice_id, other = (owe(store, insert_contact(store, email=f"{n}@boozt.example")) or "" for n in "ab")

    for at in (NOON, NOON + HOUR):
        with store.writing() as connection:
            note_objection(connection, notice_id, at)

    assert row_of_notice(store, notice_id).objected_at == NOON
    assert row_of_notice(store, other).objected_at is None
