"""The objection page: a GET never acts, a POST acts and says so, in the language of the notice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from middleware.errors import StoreUnavailable, UnknownNotice
from middleware.notices.links import ObjectionLinks
from middleware.services.objection_desk import ObjectionScope, ObjectionSubject
from webhooks.pages.objection import create_blueprint
from webhooks.pages.objection_texts import TEXTS

LINKS = ObjectionLinks("a-secret-of-thirty-two-characters", "http://localhost")
NOTICE = "0192-abc"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class FakeDesk:
    """One person's notice; remembers what was objected to, as the real desk does."""

    subject: ObjectionSubject
    objections: list[tuple[str, ObjectionScope, str]] = field(default_factory=list)
    is_store_gone: bool = False

    def describe(self, notice_id: str) -> ObjectionSubject:
        if notice_id != NOTICE:
            raise UnknownNotice("no such notice")
        return self.subject

    def object(self, notice_id: str, scope: ObjectionScope, source: str) -> None:
        if self.is_store_gone:
            raise StoreUnavailable("the store is gone")
        self.objections.append((notice_id, scope, source))
        self.subject = replace(
            self.subject,
            already_objected=True,
            already_objected_everywhere=self.subject.already_objected_everywhere or scope == "everywhere",
        )


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(ObjectionSubject("en", "Nordlys & Søn <ApS>", "+45…56", already_objected=False))


@pytest.fixture
def client(desk: FakeDesk) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(create_blueprint(desk, LINKS))
    return app.test_client()


@pytest.fixture
def path() -> str:
    return LINKS.url_for(NOTICE).removeprefix("http://localhost")


def scopes(answer: TestResponse) -> list[str]:
    return re.findall(r'<button name="scope" value="(\w+)">', answer.text)


def heading(answer: TestResponse) -> str:
    return unescape(re.findall(r"<h1>(.*)</h1>", answer.text)[0])


def test_opening_the_link_shows_who_called_and_does_nothing(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method)
        assert answer.status_code == 200

    assert desk.objections == []
    answer = client.get(path)
    assert "from Nordlys &amp; Søn &lt;ApS&gt; to the number +45…56" in answer.text
    assert scopes(answer) == ["controller", "everywhere"]
    assert answer.text.count('<form method="post">') == 1


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("controller", "Nordlys &amp; Søn &lt;ApS&gt; will not call you again."),
        ("everywhere", "No company that uses this system will call you again."),
    ],
)
def test_pressing_a_button_objects_in_that_scope_and_confirms_it(
    client: FlaskClient, desk: FakeDesk, path: str, scope: ObjectionScope, sentence: str
) -> None:
    answer = client.post(path, data={"scope": scope})

    assert answer.status_code == 200
    assert desk.objections == [(NOTICE, scope, "objection_page")]
    assert heading(answer) == "Your objection has been noted"
    assert sentence in answer.text


@pytest.mark.parametrize("scope", ["controller", "everywhere"])
def test_a_second_press_says_that_it_was_already_noted(client: FlaskClient, path: str, scope: ObjectionScope) -> None:
    client.post(path, data={"scope": scope})

    again = client.post(path, data={"scope": scope})

    assert again.status_code == 200
    assert heading(again) == "Your objection was already noted"


def test_an_objection_to_one_company_can_be_widened_to_all(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    client.post(path, data={"scope": "controller"})

    assert scopes(client.get(path)) == ["everywhere"]
    assert "already noted" in client.get(path).text
    assert heading(client.post(path, data={"scope": "everywhere"})) == "Your objection has been noted"
    assert scopes(client.get(path)) == []
    assert [scope for _, scope, _ in desk.objections] == ["controller", "everywhere"]


@pytest.mark.parametrize("form", [{}, {"scope": ""}, {"scope": "nobody"}, {"List-Unsubscribe": "maybe"}])
def test_a_press_that_names_no_scope_does_nothing_and_asks_again(
    client: FlaskClient, desk: FakeDesk, path: str, form: dict[str, str]
) -> None:
    answer = client.post(path, data=form)

    assert answer.status_code == 400
    assert desk.objections == []
    assert scopes(answer) == ["controller", "everywhere"]
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_in_a_mail_program_objects_to_this_company_at_once(
    client: FlaskClient, desk: FakeDesk, path: str, content_type: str
) -> None:
    for _ in range(2):
        answer = client.post(path, data=ONE_CLICK, content_type=content_type)

        assert answer.status_code == 200
        assert answer.mimetype == "text/plain"
        assert answer.text == "Nordlys & Søn <ApS> will not call you again.\n"
    assert desk.objections == [(NOTICE, "controller", "one_click")] * 2


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["x", "0192-abc", "0192-abc." + "x" * 43, "..%2f..", "%00", "x/"])
def test_a_link_that_is_not_ours_tells_what_to_do_instead(
    client: FlaskClient, desk: FakeDesk, method: str, token: str
) -> None:
    answer = client.open(f"/objection/{token}", method=method, data=ONE_CLICK if method == "POST" else None)

    assert answer.status_code == 404
    assert heading(answer) == "This link does not work"
    assert "reply to the e-mail" in answer.text
    assert desk.objections == []


def test_one_flipped_character_of_the_link_is_refused(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    flipped = path[:-1] + ("A" if path[-1] != "A" else "B")

    assert client.post(flipped, data={"scope": "everywhere"}).status_code == 404
    assert desk.objections == []


def test_a_notice_that_was_erased_tells_what_to_do_instead(client: FlaskClient) -> None:
    erased = LINKS.url_for("another").removeprefix("http://localhost")

    assert client.get(erased).status_code == 404
    assert client.post(erased, data=ONE_CLICK).status_code == 404


@pytest.mark.parametrize("form", [{"scope": "controller"}, ONE_CLICK])
def test_an_objection_that_cannot_be_stored_is_never_confirmed(
    client: FlaskClient, desk: FakeDesk, path: str, form: dict[str, str]
) -> None:
    desk.is_store_gone = True

    answer = client.post(path, data=form)

    assert answer.status_code == 503
    assert heading(answer) == "Your objection has not been noted yet"


@pytest.mark.parametrize("language", ["en", "da", "sv", "de", "nl"])
def test_every_page_speaks_the_language_of_the_notice(
    client: FlaskClient, desk: FakeDesk, path: str, language: str
) -> None:
    desk.subject = replace(desk.subject, language=language)
    texts = TEXTS[language]

    asked = client.get(path)
    noted = client.post(path, data={"scope": "everywhere"})
    again = client.post(path, data={"scope": "everywhere"})

    for answer in (asked, noted, again):
        assert f'<html lang="{language}">' in answer.text
    assert [heading(answer) for answer in (asked, noted, again)] == [
        texts.title,
        texts.noted_title,
        texts.already_title,
    ]
    assert texts.question in asked.text


def test_a_language_without_texts_is_answered_in_english(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    desk.subject = replace(desk.subject, language="fi")

    assert heading(client.get(path)) == "Do not call me again"


@pytest.mark.parametrize(("accepted", "language"), [("de-DE,de;q=0.9", "de"), ("fi", "en"), ("fi,sv;q=0.5", "sv")])
def test_where_no_notice_tells_the_language_the_browser_does(client: FlaskClient, accepted: str, language: str) -> None:
    answer = client.get("/objection/x", headers={"Accept-Language": accepted})

    assert f'<html lang="{language}">' in answer.text


def test_the_five_languages_differ_in_every_sentence_and_name_the_company_where_they_must() -> None:
    for name in (slot for slot in TEXTS["en"].__slots__ if slot not in {"language"}):
        assert len({getattr(texts, name) for texts in TEXTS.values()}) == 5, name
    for texts in TEXTS.values():
        for sentence in (texts.called, texts.button_controller, texts.noted_controller):
            assert "{controller}" in sentence
        assert "{number}" in texts.called


def test_the_page_loads_nothing_but_its_own_style_and_runs_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    tags = set(re.findall(r"<(\w+)", answer.text))
    [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', answer.text)

    assert tags.isdisjoint({"script", "img", "style", "iframe"})
    assert re.findall(r"\b(?:style|on\w+|src)=", answer.text) == []
    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; form-action 'self'"
    )
    assert client.get(style).mimetype == "text/css"
    assert "prefers-color-scheme: dark" in client.get(style).text


def test_neither_caches_nor_other_sites_nor_search_engines_learn_the_link(client: FlaskClient, path: str) -> None:
    for answer in (client.get(path), client.post(path, data=ONE_CLICK), client.get("/objection/x")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_phone_and_a_keyboard_are_enough(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page
    assert "<legend>" in page
    assert "tabindex" not in page
