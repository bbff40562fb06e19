"""The objection link from a notice: a page that asks once, and the one click of mail programs."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, request

from middleware.errors import InvalidLink, RingfenceError, UnknownNotice
from middleware.services.objection_desk import (
    ObjectionDesk,
    ObjectionLinkReader,
    ObjectionScope,
    ObjectionSubject,
)
from webhooks.pages.objection_texts import TEXTS, ObjectionTexts, texts_for

_WEBHOOKS = Path(__file__).parents[1]
_SCOPES: dict[str, ObjectionScope] = {"controller": "controller", "everywhere": "everywhere"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address is the person's key to this page
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def create_blueprint(objections: ObjectionDesk, links: ObjectionLinkReader) -> Blueprint:
    """`GET` and `POST /objection/<token>`. No log-in: the signed link is the proof, as the right must be easy to use.

    A GET changes nothing, for mail scanners follow links. The page's own POST names a scope: `controller` (whose call
    it was) or `everywhere` (every company that uses this Ringfence). A POST with `List-Unsubscribe=One-Click` comes
    from a mail program and acts at once for the controller: RFC 8058 has the program ask its user beforehand, forbids a
    second confirmation, and shows that user only the sender's name, so the sender is all that can have been meant.
    It is also why a POST needs no token of a session: whoever holds the link may object, and nobody else can guess it.
    """
    blueprint = Blueprint(
        "objection",
        __name__,
        template_folder=str(_WEBHOOKS / "templates"),
        static_folder=str(_WEBHOOKS / "static" / "objection"),
        static_url_path="/objection/static",
    )
    blueprint.after_request(_guard)
    blueprint.register_error_handler(InvalidLink, _unknown)
    blueprint.register_error_handler(UnknownNotice, _unknown)
    blueprint.register_error_handler(RingfenceError, _failed)

    @blueprint.get("/objection/<path:token>")  # a mangled link may hold slashes, and gets our page too
    def ask(token: str) -> Response:
        return _page_asking(objections.describe(links.notice_id_from(token)))

    @blueprint.post("/objection/<path:token>")
    def act(token: str) -> Response:
        notice_id = links.notice_id_from(token)
        subject = objections.describe(notice_id)
        if request.form.get("List-Unsubscribe", "").casefold() == "one-click":
            objections.object(notice_id, "controller", "one_click")
            text = texts_for(subject.language).noted_controller.format(controller=subject.controller_name)
            return Response(text + "\n", content_type="text/plain; charset=utf-8")
        scope = _SCOPES.get(request.form.get("scope", ""))
        if scope is None:
            return _page_asking(subject, is_choice_missing=True)
        objections.object(notice_id, scope, "objection_page")
        return _page_noted(subject, scope)

    return blueprint


def _page_asking(subject: ObjectionSubject, *, is_choice_missing: bool = False) -> Response:
    texts = texts_for(subject.language)
    names = {"controller": subject.controller_name, "number": subject.masked_number}
    page = render_template(
        "objection/ask.html",
        texts=texts,
        subject=subject,
        called=texts.called.format(**names),
        button_controller=texts.button_controller.format(**names),
        is_choice_missing=is_choice_missing,
    )
    return Response(page, 400 if is_choice_missing else 200)


def _page_noted(subject: ObjectionSubject, scope: ObjectionScope) -> Response:
    texts = texts_for(subject.language)
    everywhere = scope == "everywhere"
    was_noted = subject.already_objected_everywhere or (subject.already_objected and not everywhere)
    sentence = texts.noted_everywhere if everywhere else texts.noted_controller
    return _page_saying(
        texts,
        texts.already_title if was_noted else texts.noted_title,
        sentence.format(controller=subject.controller_name),
        texts.already if was_noted else texts.close,
    )


def _page_saying(texts: ObjectionTexts, title: str, *paragraphs: str, status: int = 200) -> Response:
    page = render_template("objection/say.html", texts=texts, title=title, paragraphs=paragraphs)
    return Response(page, status)


def _unknown(_error: Exception) -> Response:
    texts = _texts_of_reader()
    return _page_saying(texts, texts.unknown_title, texts.unknown, status=404)


def _failed(_error: Exception) -> Response:
    texts = _texts_of_reader()
    answer = _page_saying(texts, texts.failed_title, texts.failed, status=503)
    answer.headers["Retry-After"] = "60"
    return answer


def _texts_of_reader() -> ObjectionTexts:
    # no notice tells the language here, so the browser does
    return texts_for(request.accept_languages.best_match(TEXTS))


def _guard(answer: Response) -> Response:
    answer.headers.update(_HEADERS)
    return answer
