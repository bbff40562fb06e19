"""Twilio's error body, with Twilio's codes where they fit and documented codes of our own where they do not.

SDKs turn any 4xx or 5xx answer of this shape into their own exception. Never 429 or 5xx for a refusal: clients would
repeat it.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from flask import Response

from middleware import errors

REFUSED = 68001
NOT_SUPPORTED = 68002
NOT_DECIDED = 68003
UNCERTAIN = 68004
NOT_PLACED = 68005
TWILIO_DOCS = "https://www.twilio.com/docs/errors"
_CODES: dict[type[Exception], int] = {
    errors.NotAuthenticated: 20003,
    errors.NotAllowed: 20006,
    errors.NotFound: 20404,
    errors.StoreUnavailable: NOT_DECIDED,
    errors.ClockSkew: NOT_DECIDED,
    errors.CarrierUnavailable: NOT_PLACED,
    errors.InvalidRequest: NOT_SUPPORTED,
}
_BY_STATUS = {HTTPStatus.NOT_FOUND: 20404, HTTPStatus.METHOD_NOT_ALLOWED: 20004, HTTPStatus.UNAUTHORIZED: 20003}


def error_body(status: int, code: int, message: str, details: object = None, more_info: str | None = None) -> Response:
    """`code`, `message`, `more_info`, `status`: what every SDK reads. Our codes link to our own page."""
    body = {"code": code, "message": message, "more_info": more_info or f"{TWILIO_DOCS}/{code}", "status": status}
    if details is not None:
        body["details"] = details
    return Response(orjson.dumps(body), status, content_type="application/json")


def twilio_error(error: Exception, status: HTTPStatus, detail: str) -> Response:
    """An error of the domain or of routing as Twilio would put it."""
    code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), None)
    if code is None:
        code = _BY_STATUS.get(status, NOT_DECIDED)
    if isinstance(error, errors.InvalidRequest):
        status = HTTPStatus.BAD_REQUEST
    answer = error_body(status, code, detail, more_info=f"/twilio/errors/{code}" if code >= REFUSED else None)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return answer
