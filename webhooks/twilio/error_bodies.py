"""Twilio's error body, with Twilio's codes where they fit and documented codes of our own where they do not.

SDKs turn any 4xx or 5xx answer of this shape into their own exception. Never 429 or 5xx for a refusal: clients would
repeat it.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson
from flask import Response, current_app, request

from middleware import errors

REFUSED = 68001
NOT_SUPPORTED = 68002
NOT_DECIDED = 68003
UNCERTAIN = 68004
NOT_PLACED = 68005
NOT_ASKED = 68006
TOO_MANY = 20429  # Twilio's own: not processed, safe to repeat a little later
OUR_CODES = range(68000, 69000)
TWILIO_DOCS = "https://www.twilio.com/docs/errors"
_CODES: dict[type[Exception], int] = {
    errors.NotAuthenticated: 20003,
    errors.NotAllowed: 20006,
    errors.NotFound: 20404,
    errors.StoreUnavailable: NOT_DECIDED,
    errors.ClockSkew: NOT_DECIDED,
    errors.CarrierUnavailable: NOT_ASKED,
    errors.InvalidRequest: NOT_SUPPORTED,
    errors.IdempotencyConflict: NOT_SUPPORTED,
}
_BY_STATUS = {HTTPStatus.NOT_FOUND: 20404, HTTPStatus.METHOD_NOT_ALLOWED: 20004, HTTPStatus.UNAUTHORIZED: 20003}


def error_body(status: int, code: int, message: str, details: object = None) -> Response:
    """`code`, `message`, `more_info`, `status`: what every SDK reads. Our codes link to our own page, in the message
    too, since Twilio's SDK for Python drops `more_info`."""
    more_info = f"{TWILIO_DOCS}/{code}"
    if code in OUR_CODES:
        more_info = f"{current_app.config['PUBLIC_BASE_URL']}/twilio/errors/{code}"
        message = f"{message.removesuffix('.')}. See {more_info}"
    body = {"code": code, "message": message, "more_info": more_info, "status": status}
    if details is not None:
        body["details"] = details
    return Response(orjson.dumps(body), status, content_type="application/json")


def twilio_error(error: Exception, status: HTTPStatus, detail: str) -> Response:
    """An error of the domain or of routing as Twilio would put it."""
    code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), None)
    if code is None:
        code = _BY_STATUS.get(status, NOT_DECIDED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else NOT_SUPPORTED)
    if isinstance(error, errors.InvalidRequest):
        status = HTTPStatus.BAD_REQUEST
        code = getattr(error, "twilio_code", None) or code
    if status == HTTPStatus.NOT_FOUND:
        detail = f"The requested resource {request.path} was not found"
    answer = error_body(status, code, detail)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return answer
