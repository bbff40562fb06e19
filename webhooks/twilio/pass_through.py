"""Everything else below `/2010-04-01/`: handed on by the allow-list, or refused. See docs/pass-through.md."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from middleware.errors import CallRefused, MethodNotPassed, NotPassed
from middleware.services.access import Access
from middleware.services.pass_through.passing import PassThrough, Request
from webhooks.auth import twilio_credential
from webhooks.twilio.error_bodies import NOT_SUPPORTED, error_body
from webhooks.twilio.renaming import renamed_answer

_ACCOUNT = re.compile(r"Accounts/(AC[0-9a-fA-F]{32})/(.+)")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
METHOD_NOT_ALLOWED = 20004


def create_blueprint(access: Access, passing: PassThrough, own_account_sid: str) -> Blueprint:
    """One route for all; those with routes of their own come before it."""
    blueprint = Blueprint("twilio_pass_through", __name__)

    @blueprint.route("/2010-04-01/<path:rest>", methods=METHODS)
    def pass_on(rest: str) -> Response:
        found = _ACCOUNT.fullmatch(rest)
        given = request.authorization
        account_sid = found[1] if found else (given.username if given and given.username else "")
        asker = twilio_credential(access, request, account_sid)
        path = found[2] if found else rest
        query, form = list(request.args.items(multi=True)), list(request.form.items(multi=True))
        answer = passing.ask(Request(request.method, path, query, form), asker)
        if answer is None:
            return Response(status=204)
        if isinstance(answer, dict):
            return renamed_answer(answer, asker, 201 if _creates(request.method, path) else 200)
        response = Response(answer.chunks, content_type=answer.content_type)
        if answer.length is not None:
            response.content_length = answer.length
        return response

    @blueprint.errorhandler(CallRefused)
    def refused_by_twilio(error: CallRefused) -> Response:
        said = str(error.body.get("message") or "Twilio refused the request")
        known = request.authorization.username if request.authorization else None
        return error_body(error.status, _code(error), said.replace(own_account_sid, known or "AC"))

    @blueprint.errorhandler(NotPassed)
    def not_passed(error: NotPassed) -> Response:
        return error_body(403, NOT_SUPPORTED, str(error))

    @blueprint.errorhandler(MethodNotPassed)
    def method_not_passed(error: MethodNotPassed) -> Response:
        return error_body(405, METHOD_NOT_ALLOWED, str(error))

    return blueprint


def _creates(method: str, path: str) -> bool:
    """As Twilio answers: 201 where something new is there, such as a recording."""
    return method == "POST" and path.endswith("/Recordings.json")


def _code(error: CallRefused) -> int:
    code = error.body.get("code")
    return code if isinstance(code, int) else error.status
