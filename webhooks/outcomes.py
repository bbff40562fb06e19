"""`POST /v1/attempts/{id}/outcome`: how a call went that the dialer placed itself."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from middleware.services.access import Access
from middleware.services.outcomes import Outcomes
from webhooks.answers import attempt_body
from webhooks.attempts import json_answer, json_object
from webhooks.auth import api_credential


def create_blueprint(access: Access, outcomes: Outcomes) -> Blueprint:
    """One route: parse, call one service, serialise."""
    blueprint = Blueprint("outcomes", __name__)

    @blueprint.post("/v1/attempts/<uuid:attempt_id>/outcome")
    def report(attempt_id: UUID) -> Response:
        asker = api_credential(access, request, "dialer", "caller")
        return json_answer(attempt_body(outcomes.report(str(attempt_id), json_object(request.get_data()), asker)), 200)

    return blueprint
