"""`POST .../outcome`: how a call went that the dialer placed itself, and what a person said whom we called."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from middleware.services.access import Access
from middleware.services.outcomes import Outcomes
from webhooks.answers import attempt_body
from webhooks.attempts import json_answer, json_object
from webhooks.auth import api_credential
from webhooks.languages import reader_language, spoken_in


def create_blueprint(access: Access, outcomes: Outcomes) -> Blueprint:
    """Two routes to the same: by our own id, and by Twilio's, which is all that a dialer of the drop-in has."""
    blueprint = Blueprint("outcomes", __name__)

    @blueprint.post("/v1/attempts/<uuid:attempt_id>/outcome")
    def report(attempt_id: UUID) -> Response:
        asker = api_credential(access, request, "dialer", "caller")
        attempt = outcomes.report(str(attempt_id), json_object(request.get_data()), asker)
        language = reader_language()
        return spoken_in(language, json_answer(attempt_body(attempt, language), 200))

    @blueprint.post("/v1/calls/<call_sid>/outcome")
    def report_call(call_sid: str) -> Response:
        asker = api_credential(access, request, "dialer", "caller")
        attempt = outcomes.report_call(call_sid, json_object(request.get_data()), asker)
        language = reader_language()
        return spoken_in(language, json_answer(attempt_body(attempt, language), 200))

    return blueprint
