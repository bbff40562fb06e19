"""Pressing 1 ends it at once, whatever happens at the same moment; the mail about a message goes out once it can."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from middleware.bootstrap import hot_path_for
from middleware.decision.model import Reason
from middleware.errors import MailDeferred, NotFound
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.objections import Objections
from middleware.services.routes.ring_back_mails import RingBackMails
from middleware.services.routes.ring_backs import TELL_RING_BACK, RingBacks
from middleware.services.routes.texts import Texts
from middleware.store.database import Database
from middleware.store.models import OutboxRow
from tests.builders import NOON
from tests.mail_server import Fault, MailServer
from tests.notice_office import transport_to
from tests.objecting import CLOCK, COLLEAGUE, DIRECT, MOBILE, World, build_world
from tests.reserving import PEPPER, InterruptedHotPath, a_gate, a_question
from tests.rows import CALLER_ID, insert_caller_id
from tests.stopped_clock import StoppedClock

ACMES = "+4570123411"
NOW = StoppedClock(NOON)


@pytest.fixture
def world(store: Database) -> World:
    return build_world(store)


@pytest.fixture
def sqlite_world(sqlite_store: Database) -> World:
    return build_world(sqlite_store)


def ring_backs(world: World) -> RingBacks:
    objections = Objections(world.store, NOW)
    return RingBacks(world.store, CurrentCatalogue(world.store), NOW, PEPPER, objections)


def rings_back(world: World, caller: str = DIRECT) -> str:
    """Anna rings the number that `acme` alone shows."""
    insert_caller_id(world.store, "acme", ACMES)
    return ring_backs(world).answer(f"CA{caller[1:]}", ACMES, caller).ring_back_id


def mails_owed(world: World) -> list[str]:
    with world.store.reading() as connection:
        return list(connection.scalars(select(OutboxRow.ref).where(OutboxRow.kind == TELL_RING_BACK)))


def test_a_call_that_is_being_permitted_while_1_is_pressed_is_refused(world: World) -> None:
    ring_back_id = rings_back(world)

    def press_1() -> None:
        ring_backs(world).object(ring_back_id)

    hot_path = InterruptedHotPath(hot_path_for(world.store, CLOCK), press_1)

    answer = a_gate(world.store, CLOCK, hot_path=hot_path).reserve(a_question(MOBILE), world.dialer)

    assert not answer.is_permitted
    assert Reason.SUPPRESSION_NUMBER in {reason.code for reason in answer.reasons}


def test_a_call_that_is_being_permitted_while_a_stop_comes_in_is_refused(world: World) -> None:
    texts = Texts(world.store, NOW, PEPPER, Objections(world.store, NOW))

    def write_stop() -> None:
        texts.receive("SM1", CALLER_ID, COLLEAGUE, "STOP", None)

    hot_path = InterruptedHotPath(hot_path_for(world.store, CLOCK), write_stop)

    answer = a_gate(world.store, CLOCK, hot_path=hot_path).reserve(a_question(COLLEAGUE), world.dialer)

    assert not answer.is_permitted
    assert Reason.SUPPRESSION_NUMBER in {reason.code for reason in answer.reasons}


def test_the_same_request_at_the_same_moment_is_one_call_one_objection_and_one_mail(world: World) -> None:
    world.precall.reserve(a_question(DIRECT), world.dialer)
    together = threading.Barrier(4)

    def ring(_: int) -> str:
        together.wait(10)
        service = ring_backs(world)
        ring_back_id = service.answer("CA1", CALLER_ID, DIRECT).ring_back_id
        service.object(ring_back_id)
        service.take_message(ring_back_id, "RE1", 9)
        return ring_back_id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(ring, range(4)))

    assert len(ids) == 1
    assert len(world.rows()) == len(set(world.rows()))
    assert mails_owed(world) == [*ids]


def test_a_person_erased_since_is_barred_by_the_number_that_rings(sqlite_world: World) -> None:
    service = ring_backs(sqlite_world)
    stranger = "+4533125555"

    service.object(service.answer("CA9", CALLER_ID, stranger).ring_back_id)

    assert sqlite_world.reasons(stranger) == [Reason.SUPPRESSION_NUMBER]


def test_a_mail_that_the_relay_defers_is_tried_again_and_one_it_refuses_is_not(sqlite_world: World) -> None:
    ring_back_id = rings_back(sqlite_world)
    ring_backs(sqlite_world).take_message(ring_back_id, "RE1", 9)
    with MailServer() as server:
        mails = RingBackMails(sqlite_world.store, transport_to(server), NOW, "n@x.example", "https://x.example")
        server.fault = Fault("rcpt", "defer")
        with pytest.raises(MailDeferred):
            mails.send(ring_back_id)
        server.fault = Fault("rcpt", "refuse")
        mails.send(ring_back_id)
        server.fault = None
        mails.send(ring_back_id)
        assert [mail.rcpt_tos for mail in server.mails] == [("privacy@acme.example",)]


def test_nothing_can_be_done_about_a_call_that_is_not_known(sqlite_world: World) -> None:
    service = ring_backs(sqlite_world)
    for act in (service.again, service.object, service.language_of):
        with pytest.raises(NotFound):
            act("01a20ce4-0000-7000-8000-000000000000")
