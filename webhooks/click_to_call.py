"""`/v1/click-to-call`: a button beside a number. The agent's telephone rings first, then the callee's, if it may."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, request

from middleware.errors import CallNotCreated, CallRefused, CreateUncertain, TooFast
from middleware.services.access import Access
from middleware.services.routes.click_to_call import Clicked, ClickToCall
from webhooks.answers import answer_body
from webhooks.attempts import json_answer, json_object
from webhooks.auth import api_credential
from webhooks.languages import reader_language, spoken_in
from webhooks.problems import problem

logger = logging.getLogger(__name__)


def create_blueprint(access: Access, click_to_call: ClickToCall) -> Blueprint:
    """A refusal is an answer: 200, with `permitted: false`. 201: the agent's telephone rings."""
    blueprint = Blueprint("click_to_call", __name__)

    @blueprint.post("/v1/click-to-call")
    def click() -> Response:
        asker = api_credential(access, request, "dialer", "caller", is_rechecked=True)
        raw = request.get_data()
        clicked, language = click_to_call.place(json_object(raw), raw, asker), reader_language()
        return spoken_in(language, json_answer(_body(clicked, language), 201 if clicked.agent_call else 200))

    @blueprint.errorhandler(CallRefused)
    def refused_by_twilio(error: CallRefused) -> Response:
        detail = f"{error}: the agent's telephone was not rung. Check the agent's address and the caller ID at Twilio."
        return problem(502, "Bad Gateway", detail)

    @blueprint.errorhandler(TooFast)
    @blueprint.errorhandler(CallNotCreated)
    def not_created(error: TooFast | CallNotCreated) -> Response:
        logger.error("an agent was not rung: %s", error)
        return problem(503, "Service Unavailable", f"{error}. Nobody was rung: press again in a moment.")

    @blueprint.errorhandler(CreateUncertain)
    def uncertain(error: CreateUncertain) -> Response:
        detail = f"{error}. The agent's telephone may ring: wait half a minute before pressing again."
        return problem(409, "Conflict", detail)

    return blueprint


def _body(clicked: Clicked, language: str) -> dict[str, Any]:
    body, call = answer_body(clicked.answer, language), clicked.agent_call
    if call is None:
        return body
    return {**body, "agent_call": {"id": call.own_call_id, "call_sid": call.call_sid, "call_status": call.call_status}}
