"""`/openapi.json`: the description of this API, which the tests hold every route and answer to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import orjson
import yaml
from flask import Blueprint, Response, request

DESCRIPTION = Path(__file__).with_name("openapi.yaml")
OURS = "/v1/"


def create_blueprint() -> Blueprint:
    """Public, and named in a header of every answer of our own API (RFC 8631), so that it is found."""
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    def describe() -> Response:
        return Response(description(), content_type="application/json")

    @blueprint.after_app_request
    def link(response: Response) -> Response:
        if request.path.startswith(OURS):
            response.headers.add("Link", '</openapi.json>; rel="service-desc"')
        return response

    return blueprint


@cache
def description() -> bytes:
    """The description as JSON; read once."""
    return orjson.dumps(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))
