"""A test client that holds every request and every answer to the description that the service gives of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from webhooks.openapi import description

READERS: dict[str, Callable[[bytes], Any]] = {
    "application/problem+json": json.loads,
    "application/jsonl": bytes.decode,
    "application/x-ndjson": bytes.decode,
    "text/csv": bytes.decode,
    "text/xml": bytes.decode,
}
PASSED_THROUGH = "/2010-04-01/"
PAGES = ("/objection/", "/twilio/errors/", "/static/")


class CheckedClient(FlaskClient):
    """Raises AssertionError for an answer that is not described, and for an accepted request that is not."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if not response.request.path.startswith(PAGES):
            check(response)
        return response


def told(response: TestResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(response.get_data())


@cache
def contract() -> OpenAPI:
    """The description as it is served, at the address where test clients find it."""
    document = {**json.loads(description()), "servers": [{"url": "http://localhost"}]}
    return OpenAPI.from_dict(document, config=Config(extra_media_type_deserializers=READERS))


def check(response: TestResponse) -> None:
    """An accepted request must be as described, an answer always; routing's own refusals of unknown paths have none."""
    environ = dict(response.request.environ)
    environ["wsgi.input"].seek(0)
    request = WerkzeugOpenAPIRequest(Request(environ))
    try:
        if response.status_code < 300:
            contract().validate_request(request)
        contract().validate_response(request, WerkzeugOpenAPIResponse(response))
    except (PathNotFound, OperationNotFound):
        if response.request.path.startswith(PASSED_THROUGH):  # Twilio's own description tells of these
            return
        assert response.status_code in {404, 405}, f"{response.request.path} is not described"
    except OpenAPIError as error:
        cause = error.__cause__ or error
        raise AssertionError(
            f"{request.method} {response.request.path} answered {response.status_code}: {error!r} {cause!r} "
            f"{getattr(cause, 'schema_errors', '')} {response.get_data(as_text=True)[:600]}"
        ) from error
