"""Objections at the moment of a call or of each other, and what their page shows meanwhile."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask

from middleware.bootstrap import hot_path_for
from middleware.decision.model import Reason, Subject
from middleware.errors import UnknownNotice
from middleware.services.asking import Answer
from middleware.services.objection_desk import ObjectionScope
from middleware.store.database import Database
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON
from tests.mail_server import MailServer
from tests.notice_office import BASE_URL, LINKS, NoticeOffice, transport_to
from tests.objecting import AT_BETA, CLOCK, COLLEAGUE, DIRECT, MOBILE, SWITCHBOARD, World, build_world
from tests.reserving import PEPPER, InterruptedHotPath, a_gate, a_question
from webhooks.pages.objection import create_blueprint


@pytest.fixture
def world(store: Database) -> World:
    return build_world(store)


@pytest.fixture
def sqlite_world(sqlite_store: Database) -> World:
    return build_world(sqlite_store)


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
