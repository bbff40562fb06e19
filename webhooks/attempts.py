"""`/v1/attempts` and `/v1/checks`: for dialers that place the call themselves, and for people who only ask."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request

from middleware.errors import InvalidRequest
from middleware.services.access import Access
from middleware.services.attempt_requests import AttemptRequests
from webhooks.answers import answer_body, attempt_body
from webhooks.auth import api_credential
from webhooks.languages import reader_language, spoken_in


def create_blueprint(access: Access, attempts: AttemptRequests) -> Blueprint:
    """Routes that parse, call one service and serialise."""
    blueprint = Blueprint("attempts", __name__)

    @blueprint.post("/v1/attempts")
    def reserve() -> Response:
        asker = api_credential(access, request, "dialer", "caller", is_rechecked=True)
        raw = request.get_data()
        answer = attempts.reserve(json_object(raw), raw, request.headers.get("Idempotency-Key"), asker)
        language = reader_language()
        response = spoken_in(language, json_answer(answer_body(answer, language), 201))
        if answer.is_replay:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    @blueprint.post("/v1/checks")
    def check() -> Response:
        asker = api_credential(access, request, "dialer", "caller", "admin", is_rechecked=True)
        raw = request.get_data()
        answer, language = attempts.check(json_object(raw), raw, asker), reader_language()
        return spoken_in(language, json_answer(answer_body(answer, language), 200))

    @blueprint.get("/v1/attempts/<uuid:attempt_id>")
    def look_up(attempt_id: UUID) -> Response:
        asker = api_credential(access, request, "dialer", "caller", "auditor", "admin")
        attempt, language = attempts.look_up(str(attempt_id), asker), reader_language()
        return spoken_in(language, json_answer(attempt_body(attempt, language), 200))

    return blueprint


def json_object(raw: bytes) -> dict[str, Any]:
    """The body as a JSON object; raises `InvalidRequest`."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise InvalidRequest("the body must be a JSON object")
    return body


def json_answer(body: dict[str, Any], status: int) -> Response:
    """A JSON response; instants become ISO 8601 with their offset."""
    return Response(orjson.dumps(body), status, content_type="application/json")
