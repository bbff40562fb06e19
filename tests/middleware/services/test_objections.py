"""An objection bars the whole person, at every campaign in its scope, from the very next decision on."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from middleware.bootstrap import hot_path_for
from middleware.decision.model import Reason, Subject
from middleware.errors import UnknownNotice
from middleware.services.asking import Answer, Credential
from middleware.services.objection_desk import ObjectionScope
from middleware.services.objections import Objections
from middleware.services.precall import Precall
from middleware.store.database import Database
from middleware.store.models import AttemptRow, ContactNumberRow, ContactRow, GuardRow, SuppressionRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON
from tests.mail_server import MailServer
from tests.notice_office import BASE_URL, LINKS, NoticeOffice, transport_to
from tests.people import answers_at, insert_contact, owe, row_of_notice
from tests.reserving import MORNING, PEPPER, InterruptedHotPath, a_dialer, a_gate, a_question, clock_showing
from tests.rows import insert_campaign
from tests.stopped_clock import StoppedClock
from webhooks.pages.objection import create_blueprint

DIRECT, MOBILE, SWITCHBOARD = "+4533123456", "+4520123456", "+4533129999"
AT_BETA, COLLEAGUE = "+4533127777", "+4520127777"
CLOCK = clock_showing(MORNING)


@dataclass
class World:
    """Anna answers at three numbers for `acme` and at one for `beta`; Bo is a colleague at the same switchboard."""

    store: Database
    desk: Objections
    precall: Precall
    dialer: Credential
    anna: str
    notice_id: str

    def reasons(self, callee: str, campaign_id: str = "spring") -> list[str]:
        """Why this call may not be made now; asked without reserving."""
        considered = self.precall.consider(a_question(callee, campaign_id), self.dialer)
        return [verdict.reason.value for verdict in considered.decision.refusals if verdict.reason]

    def rows(self) -> list[tuple[str, str, str, str | None]]:
        """Subject, key, scope and its id of all entries."""
        with self.store.reading() as connection:
            found = connection.execute(select(SuppressionRow.__table__))
            return sorted((row.subject, row.subject_key, row.scope, row.scope_id) for row in found)

    def guards(self) -> int:
        with self.store.reading() as connection:
            return len(connection.execute(select(GuardRow.seq)).all())


def build(store: Database) -> World:
    for campaign, controller in (("spring", "acme"), ("summer", "acme"), ("autumn", "beta")):
        insert_campaign(store, campaign, controller)
    anna = insert_contact(store, numbers=(DIRECT, MOBILE, SWITCHBOARD))
    insert_contact(store, "beta", numbers=(AT_BETA,))
    insert_contact(store, email="bo@boozt.example", numbers=(COLLEAGUE, SWITCHBOARD))
    notice_id = owe(store, anna, callee=DIRECT)
    assert notice_id is not None
    dialer = a_dialer(store)
    return World(store, Objections(store, StoppedClock(NOON)), a_gate(store, CLOCK), dialer, anna, notice_id)


@pytest.fixture
def world(store: Database) -> World:
    return build(store)


@pytest.fixture
def sqlite_world(sqlite_store: Database) -> World:
    return build(sqlite_store)


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


def test_clicks_at_the_same_moment_make_one_objection(world: World) -> None:
    together = threading.Barrier(6)
    scopes: list[ObjectionScope] = ["controller", "everywhere"] * 3

    def click(scope: ObjectionScope) -> None:
        together.wait(10)
        world.desk.object(world.notice_id, scope, "one_click")

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(click, scope) for scope in scopes]:
            future.result(30)

    rows = world.rows()
    assert len(rows) == len(set(rows)) == 9


@pytest.mark.parametrize(
    ("scope", "callee", "campaign"),
    [
        ("controller", DIRECT, "spring"),
        ("controller", MOBILE, "summer"),
        ("controller", SWITCHBOARD, "spring"),
        ("everywhere", DIRECT, "autumn"),
        ("everywhere", AT_BETA, "autumn"),
    ],
)
def test_a_call_that_is_being_permitted_at_that_moment_is_refused(
    world: World, scope: ObjectionScope, callee: str, campaign: str
) -> None:
    hot_path = InterruptedHotPath(
        hot_path_for(world.store, CLOCK), lambda: world.desk.object(world.notice_id, scope, "one_click")
    )

    answer = a_gate(world.store, CLOCK, hot_path=hot_path).reserve(a_question(callee, campaign), world.dialer)

    assert not answer.is_permitted
    assert Reason.SUPPRESSION_NUMBER in {reason.code for reason in answer.reasons}


def test_a_call_to_somebody_else_at_that_moment_goes_through(world: World) -> None:
    hot_path = InterruptedHotPath(
        hot_path_for(world.store, CLOCK), lambda: world.desk.object(world.notice_id, "everywhere", "one_click")
    )

    answer: Answer = a_gate(world.store, CLOCK, hot_path=hot_path).reserve(a_question(COLLEAGUE), world.dialer)

    assert answer.is_permitted


# ---------------------------------------------------------------- what the page shows


def test_the_page_tells_neither_name_nor_whole_number(sqlite_world: World) -> None:
    subject = sqlite_world.desk.describe(sqlite_world.notice_id)

    assert (subject.language, subject.controller_name) == ("da", "Acme ApS")
    assert subject.masked_number == "+45…56"
    assert (subject.already_objected, subject.already_objected_everywhere) == (False, False)


@pytest.mark.parametrize(
    ("objected", "expected"),
    [([], (False, False)), (["controller"], (True, False)), (["everywhere"], (True, True)),
     (["controller", "everywhere"], (True, True))],
)  # fmt: skip
def test_it_tells_whether_it_was_said_before(
    world: World, objected: list[ObjectionScope], expected: tuple[bool, bool]
) -> None:
    for scope in objected:
        world.desk.object(world.notice_id, scope, "objection_page")

    subject = world.desk.describe(world.notice_id)

    assert (subject.already_objected, subject.already_objected_everywhere) == expected


@pytest.mark.parametrize(("scope", "scope_id"), [("controller", "beta"), ("campaign", "spring"), ("campaign", "acme")])
def test_what_bars_others_or_one_campaign_alone_is_no_objection_to_this_controller(
    sqlite_world: World, scope: str, scope_id: str
) -> None:
    with sqlite_world.store.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER, PEPPER.number(DIRECT), scope, scope_id, reason="x", source="x", noted_by="x", at=NOON
        )

    assert not sqlite_world.desk.describe(sqlite_world.notice_id).already_objected


@pytest.mark.parametrize("act", ["describe", "object"])
def test_a_notice_that_is_not_known_changes_nothing(sqlite_world: World, act: str) -> None:
    unknown = "019cb8b8-1e00-7000-8000-000000000000"
    acts: dict[str, Callable[[], object]] = {
        "describe": lambda: sqlite_world.desk.describe(unknown),
        "object": lambda: sqlite_world.desk.object(unknown, "everywhere", "one_click"),
    }

    with pytest.raises(UnknownNotice):
        acts[act]()

    assert sqlite_world.rows() == []


# ---------------------------------------------------------------- from the mail to the refusal


@pytest.mark.parametrize("way", ["the page, one controller", "the page, everywhere", "one click"])
def test_the_link_in_the_mail_works_to_the_end(sqlite_world: World, way: str) -> None:
    world = sqlite_world
    with MailServer() as server:
        NoticeOffice(world.store, transport_to(server)).work()
        [received] = server.mails
    mail = message_from_bytes(received.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    [in_text] = re.findall(rf"{BASE_URL}/objection/\S+", str(body.get_content()))
    path = in_text.removeprefix(BASE_URL)
    assert mail["List-Unsubscribe"] == f"<{in_text}>"
    app = Flask(__name__)
    app.register_blueprint(create_blueprint(world.desk, LINKS))
    client = app.test_client()
    assert client.get(path).status_code == 200
    assert world.reasons(MOBILE) == []  # looking changes nothing: mail scanners follow links

    if way == "one click":
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    else:
        answer = client.post(path, data={"scope": "everywhere" if way.endswith("everywhere") else "controller"})

    assert answer.status_code == 200
    for callee in (DIRECT, MOBILE, SWITCHBOARD):
        for campaign in ("spring", "summer"):
            assert Reason.SUPPRESSION_NUMBER in world.reasons(callee, campaign)
    assert bool(world.reasons(AT_BETA, "autumn")) == way.endswith("everywhere")
    assert client.post(path.replace("/objection/", "/objection/x"), data={"scope": "everywhere"}).status_code == 404
