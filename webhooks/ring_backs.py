"""`/v1/ring-backs`: who rang back, and what they wanted. See docs/ring-backs.md."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from middleware.errors import InvalidRequest
from middleware.services.access import Access
from middleware.services.exports.query import instant
from middleware.services.routes.ring_back_list import ROLES, RingBack, RingBackList
from webhooks.auth import api_credential

_PARAMETERS = ("from", "to")


def create_blueprint(access: Access, ring_backs: RingBackList) -> Blueprint:
    """For whoever answers them, and for those who look after it."""
    blueprint = Blueprint("ring_backs", __name__)

    @blueprint.get("/v1/ring-backs")
    def between() -> Response:
        asker = api_credential(access, request, *ROLES)
        for name in request.args:
            if name not in _PARAMETERS:
                raise InvalidRequest("is not a parameter of this list; known are from and to", name)
        begins, ends = (instant(request.args.get(name), name) for name in _PARAMETERS)
        page = ring_backs.between(begins, ends, asker)
        return _private({"ring_backs": [ring_back_body(each) for each in page.ring_backs], "is_whole": page.is_whole})

    @blueprint.get("/v1/ring-backs/<uuid:ring_back_id>")
    def one(ring_back_id: object) -> Response:
        asker = api_credential(access, request, *ROLES)
        return _private(ring_back_body(ring_backs.one(str(ring_back_id), asker)))

    return blueprint


def ring_back_body(ring_back: RingBack) -> dict[str, Any]:
    """One caller: the whole number, for whoever answers them."""
    return {
        "ring_back_id": ring_back.id,
        "at": ring_back.at,
        "caller": ring_back.caller,
        "caller_id": ring_back.caller_id,
        "controller": ring_back.controller_id,
        "campaign": ring_back.campaign_id,
        "attempt_id": ring_back.attempt_id,
        "language": ring_back.language,
        "choice": ring_back.choice,
        "recording_sid": ring_back.recording_sid,
        "recording_seconds": ring_back.recording_seconds,
        "call_sid": ring_back.call_sid,
        "ended_at": ring_back.ended_at,
    }


def _private(body: dict[str, Any]) -> Response:
    response = Response(orjson.dumps(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
