"""An objection bars the whole person, at every campaign in its scope, from the very next decision on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from middleware.decision.model import Reason
from middleware.services.objection_desk import ObjectionScope
from middleware.services.objections import Objections
from middleware.store.database import Database
from middleware.store.models import AttemptRow, ContactNumberRow, ContactRow, SuppressionRow
from tests.builders import NOON
from tests.objecting import AT_BETA, COLLEAGUE, DIRECT, MOBILE, SWITCHBOARD, World, build_world
from tests.people import answers_at, insert_contact, owe, row_of_notice
from tests.reserving import PEPPER
from tests.rows import insert_campaign
from tests.stopped_clock import StoppedClock


@pytest.fixture
def world(store: Database) -> World:
    return build_world(store)


@pytest.fixture
def sqlite_world(sqlite_store: Database) -> World:
    return build_world(sqlite_store)


# ---------------------------------------------------------------- who is barred, and where


def test_before_the_objection_everybody_may_be_called(world: World) -> None:
    for callee, campaign in ((DIRECT, "spring"), (SWITCHBOARD, "spring"), (AT_BETA, "autumn"), (COLLEAGUE, "summer")):
        assert world.reasons(callee, campaign) == []


def test_towards_one_controller_it_bars_every_number_at_every_campaign_of_that_one(world: World) -> None:
    world.desk.object(world.notice_id, "controller", "one_click")

    for callee in (DIRECT, MOBILE):
        for campaign in ("spring", "summer"):
            assert world.reasons(callee, campaign) == [Reason.SUPPRESSION_NUMBER, Reason.SUPPRESSION_PERSON]
        assert world.reasons(callee, "autumn") == []
    assert Reason.SUPPRESSION_NUMBER in world.reasons(SWITCHBOARD)
    assert world.reasons(AT_BETA, "autumn") == []
    assert world.reasons(COLLEAGUE) == []


def test_everywhere_it_bars_the_person_at_other_controllers_too_under_all_their_numbers(world: World) -> None:
    world.desk.object(world.notice_id, "everywhere", "objection_page")

    for callee in (DIRECT, MOBILE, SWITCHBOARD, AT_BETA):
        for campaign in ("spring", "summer", "autumn"):
            assert Reason.SUPPRESSION_NUMBER in world.reasons(callee, campaign)
    assert world.reasons(COLLEAGUE) == []


def test_what_is_kept_says_who_where_through_which_door_and_since_when(world: World) -> None:
    world.desk.object(world.notice_id, "controller", "one_click")

    keys = [("number", PEPPER.number(callee)) for callee in (DIRECT, MOBILE, SWITCHBOARD)]
    keys.append(("person", PEPPER.mailbox("anna@boozt.example")))
    assert world.rows() == sorted((subject, key, "controller", "acme") for subject, key in keys)
    with world.store.reading() as connection:
        rows = connection.execute(select(SuppressionRow.__table__)).all()
    assert {(row.reason, row.source, row.noted_by, row.since, row.lifted_at) for row in rows} == {
        ("objection", "one_click", "the person", NOON, None)
    }
    assert row_of_notice(world.store, world.notice_id).objected_at == NOON


def test_a_callee_nobody_knows_is_barred_by_the_number_alone(world: World) -> None:
    unknown = "+4533121111"
    notice_id = owe(world.store, None, callee=unknown)
    assert notice_id is not None

    world.desk.object(notice_id, "controller", "objection_page")

    assert world.reasons(unknown) == [Reason.SUPPRESSION_NUMBER]
    assert world.reasons(unknown, "autumn") == []
    assert world.rows() == [("number", PEPPER.number(unknown), "controller", "acme")]


@pytest.mark.parametrize("scope", ["controller", "everywhere"])
def test_a_number_learnt_later_is_barred_with_the_person(sqlite_world: World, scope: ObjectionScope) -> None:
    sqlite_world.desk.object(sqlite_world.notice_id, scope, "objection_page")

    answers_at(sqlite_world.store, sqlite_world.anna, "+4520121111")

    assert sqlite_world.reasons("+4520121111") == [Reason.SUPPRESSION_PERSON]


def test_a_controller_that_comes_later_may_not_call_who_objected_everywhere(sqlite_world: World) -> None:
    world = sqlite_world
    world.desk.object(world.notice_id, "everywhere", "objection_page")

    insert_campaign(world.store, "winter", "gamma")
    insert_contact(world.store, "gamma", numbers=("+4520122222",))

    assert world.reasons(DIRECT, "winter") == [Reason.SUPPRESSION_NUMBER]
    assert world.reasons("+4520122222", "winter") == [Reason.SUPPRESSION_PERSON]


def test_it_counts_however_the_number_is_spelled(sqlite_world: World) -> None:
    sqlite_world.desk.object(sqlite_world.notice_id, "controller", "objection_page")

    for spelling in ("0045 33 12 34 56", "+45 3312-3456", "tel:+45-33-12-34-56", "(+45) 33123456"):
        assert Reason.SUPPRESSION_NUMBER in sqlite_world.reasons(spelling)


def test_it_stays_when_the_person_is_erased(sqlite_world: World) -> None:
    world = sqlite_world
    world.desk.object(world.notice_id, "controller", "objection_page")
    with world.store.writing() as connection:
        connection.execute(delete(ContactNumberRow))
        connection.execute(delete(ContactRow))
        connection.execute(update(AttemptRow).values(callee=None, contact_id=None))

    assert world.reasons(MOBILE) == [Reason.SUPPRESSION_NUMBER]
    assert world.desk.describe(world.notice_id).masked_number == "…"
    world.desk.object(world.notice_id, "everywhere", "objection_page")
    assert world.reasons(DIRECT, "autumn") == [Reason.SUPPRESSION_NUMBER]


# ---------------------------------------------------------------- again, and at the same time


def test_saying_it_again_changes_nothing(world: World) -> None:
    world.desk.object(world.notice_id, "controller", "one_click")
    rows, guards = world.rows(), world.guards()

    Objections(world.store, StoppedClock(NOON + timedelta(days=1))).object(world.notice_id, "controller", "one_click")

    assert (world.rows(), world.guards()) == (rows, guards)
    assert row_of_notice(world.store, world.notice_id).objected_at == NOON


def test_who_said_it_to_one_controller_may_say_it_to_all(world: World) -> None:
    world.desk.object(world.notice_id, "controller", "one_click")
    world.desk.object(world.notice_id, "everywhere", "objection_page")

    scopes = [scope for _, _, scope, _ in world.rows()]
    assert (scopes.count("controller"), scopes.count("everywhere")) == (4, 5)


def test_saying_it_again_bars_what_was_learnt_of_the_person_since(sqlite_world: World) -> None:
    world = sqlite_world
    world.desk.object(world.notice_id, "controller", "one_click")
    answers_at(world.store, world.anna, "+4520121111")

    world.desk.object(world.notice_id, "controller", "one_click")

    assert ("number", PEPPER.number("+4520121111"), "controller", "acme") in world.rows()
    assert len(world.rows()) == 5


def test_a_lifted_objection_may_be_said_anew(sqlite_world: World) -> None:
    world = sqlite_world
    world.desk.object(world.notice_id, "controller", "one_click")
    with world.store.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=NOON))
    assert world.reasons(DIRECT) == []

    world.desk.object(world.notice_id, "controller", "one_click")

    assert Reason.SUPPRESSION_NUMBER in world.reasons(DIRECT)
