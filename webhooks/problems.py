"""Where errors of the domain meet HTTP: problem+json (RFC 9457), or Twilio's error body on Twilio's routes."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from middleware import errors
from webhooks.twilio.error_bodies import twilio_error

logger = logging.getLogger(__name__)

STATUS: dict[type[errors.RingfenceError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.IdempotencyConflict: HTTPStatus.CONFLICT,
    errors.OutcomeConflict: HTTPStatus.CONFLICT,
    errors.ExportsBusy: HTTPStatus.TOO_MANY_REQUESTS,
    errors.StoreBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ClockSkew: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CarrierUnavailable: HTTPStatus.BAD_GATEWAY,
}
TWILIO_PATHS = "/2010-04-01/"
NO_CALL = "No call is permitted until this can be decided. Ask again shortly; tell your administrator if it lasts."


def install_error_handlers(app: Flask) -> None:
    """Every error becomes an answer that says what to do next; unexpected ones are logged and tell nothing inside."""
    app.register_error_handler(errors.RingfenceError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, title: str, detail: str, **members: object) -> Response:
    """A problem+json answer."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, content_type="application/problem+json")


def _domain_error(error: errors.RingfenceError) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = str(error)
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR}:
        logger.error("not decided: %s (%s %s)", error, request.method, request.url_rule)
        detail = f"{detail}. {NO_CALL}"
    if request.path.startswith(TWILIO_PATHS):
        return twilio_error(error, status, detail)
    members = {}
    if isinstance(error, errors.InvalidRequest) and error.field:
        members = {"field": error.field}
        detail = f"{error.field} {detail}"
    answer = problem(status, status.phrase, detail, **members)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="ringfence"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "1"
    return answer


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    detail = error.description or status.description
    if request.path.startswith(TWILIO_PATHS):
        return twilio_error(error, status, detail)
    return problem(status, status.phrase, detail)


def _unexpected(error: Exception) -> Response:
    # the text of a foreign error may hold personal data, so only its kind and place are logged
    place = "".join(traceback.format_tb(error.__traceback__))
    logger.error("unexpected %s in %s %s\n%s", type(error).__name__, request.method, request.url_rule, place)
    return _domain_error(errors.RingfenceError("something unexpected went wrong inside Ringfence"))
