"""Twilio's Calls resource as dialers know it: create, fetch, list, update. Every create goes through the gate."""

from __future__ import annotations

import logging
import re

import orjson
from flask import Blueprint, Response, request

from middleware.errors import CallNotCreated, CallRefused, CreateUncertain, TooFast
from middleware.explanations import callee_zone, say, when_callable
from middleware.services.access import Access
from middleware.services.asking import Answer, Credential
from middleware.services.call_requests import read_call_request
from middleware.services.calls import Calls
from middleware.services.live_requests import read_update
from middleware.services.routes.live_calls import LiveCalls
from middleware.services.routes.placing import Created
from webhooks.answers import answer_body
from webhooks.auth import twilio_credential
from webhooks.languages import reader_language, spoken_in
from webhooks.twilio.error_bodies import NOT_PLACED, REFUSED, TOO_MANY, UNCERTAIN, error_body
from webhooks.twilio.renaming import renamed_answer

logger = logging.getLogger(__name__)
ACCOUNT = "/2010-04-01/Accounts/<account_sid>"
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")


def create_blueprint(access: Access, calls: Calls, live_calls: LiveCalls) -> Blueprint:
    """The drop-in routes. SDKs change their base URL and use credentials that we issued; nothing else changes."""
    blueprint = Blueprint("twilio_rest", __name__)

    @blueprint.post(f"{ACCOUNT}/Calls.json")
    def create(account_sid: str) -> Response:
        asker = twilio_credential(access, request, account_sid, is_rechecked=True)
        pairs = list(request.form.items(multi=True))
        created = calls.create(read_call_request(pairs, request.headers.get("Idempotency-Key")), asker)
        return created_answer(created, asker)

    @blueprint.get(f"{ACCOUNT}/Calls/<call_sid>.json")
    def fetch(account_sid: str, call_sid: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        return renamed_answer(live_calls.fetch(call_sid, asker), asker, 200)

    @blueprint.post(f"{ACCOUNT}/Calls/<call_sid>.json")
    def update(account_sid: str, call_sid: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        pairs = list(request.form.items(multi=True))
        return renamed_answer(live_calls.update(call_sid, read_update(pairs), asker), asker, 200)

    @blueprint.get(f"{ACCOUNT}/Calls.json")
    def list_calls(account_sid: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        page = live_calls.list(list(request.args.items(multi=True)), asker)
        return renamed_answer(page, asker, 200)

    install_create_errors(blueprint)
    return blueprint


def install_create_errors(blueprint: Blueprint) -> None:
    """What a dialer is told when Twilio made no call, or perhaps one."""

    @blueprint.errorhandler(CallRefused)
    def refused_by_twilio(error: CallRefused) -> Response:
        said, known = orjson.dumps(error.body).decode(), request.authorization
        if known is not None and known.username:  # as everywhere, in place of the account at Twilio
            said = _ACCOUNT_SID.sub(lambda _: known.username or "", said)
        return Response(said, error.status, content_type="application/json")

    @blueprint.errorhandler(CallNotCreated)
    def not_created(error: CallNotCreated) -> Response:
        logger.error("a permitted call was not made: %s", error)
        message = f"{error}. No call was made and the attempt does not count: send the request again later."
        return error_body(503, NOT_PLACED, message)

    @blueprint.errorhandler(CreateUncertain)
    def uncertain(error: CreateUncertain) -> Response:
        # never a 5xx here: clients would send it again, and the call may exist
        message = f"{error}. It may ring: do not call again; its status callbacks or the call list will tell."
        return error_body(409, UNCERTAIN, message)

    @blueprint.errorhandler(TooFast)
    def too_fast(error: TooFast) -> Response:
        answer = error_body(429, TOO_MANY, f"{error}. No call was made: send the same request again in a second.")
        answer.headers["Retry-After"] = "1"
        return answer


def created_answer(created: Created, asker: Credential) -> Response:
    """What was made, or why it was not."""
    if created.call is not None:
        return renamed_answer(created.call, asker, 201)
    if created.answer is None:
        raise AssertionError("a call that was neither made nor refused")
    return refusal(created.answer, reader_language())


def refusal(answer: Answer, language: str) -> Response:
    """A refusal as SDKs raise it: every reason in the message, and when it ends; the whole decision in the details."""
    details = answer_body(answer, language)
    reasons = " ".join(f"[{reason['code']}] {reason['message']}" for reason in details["reasons"])
    told = [f"{say('overall.refused', language)}: {reasons}"]
    if len(answer.reasons) > 1:  # a single reason says by itself when it ends
        told.append(when_callable(answer.not_before, language, callee_zone(answer.reasons, answer.callee)))
    if answer.not_before is not None:
        told.append(f"[{answer.not_before.isoformat()}]")
    message = " ".join(told)
    return spoken_in(language, error_body(400, REFUSED, message, details))
