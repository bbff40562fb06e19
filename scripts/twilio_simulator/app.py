"""The web application: Twilio's API behind Basic authentication, the control API beside it."""

import base64
import binascii
import hmac
import uuid
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.conferences import Conferences
from scripts.twilio_simulator.control import Control
from scripts.twilio_simulator.errors import (
    METHOD_NOT_ALLOWED,
    NOT_AUTHENTICATED,
    UNAVAILABLE,
    TwilioError,
    not_found,
)
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.lookups import PREFIX, LookUps
from scripts.twilio_simulator.resources import Resources
from scripts.twilio_simulator.rest import CallsResource

_API: Final = f"/{API_VERSION}/"


def create_app(exchange: Exchange) -> web.Application:
    """Both APIs over one exchange, which the caller closes."""
    app = web.Application(middlewares=[_twilio_edge(exchange)])
    app.add_routes(CallsResource(exchange).routes())
    app.add_routes(Conferences(exchange).routes())
    app.add_routes(Resources(exchange).routes())
    app.add_routes(LookUps(exchange).routes())
    app.add_routes(Control(exchange).routes())
    return app


def _twilio_edge(exchange: Exchange) -> Middleware:
    """What every request to Twilio's API goes through: credentials, faults, errors in Twilio's words, headers."""
    expected = f"{exchange.settings.account_sid}:{exchange.settings.auth_token}".encode()

    @web.middleware
    async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await handler(request)
        try:
            _authenticate(request, expected)
            is_create = request.method == "POST" and request.path.endswith(("/Calls.json", "/Participants.json"))
            if not is_create and exchange.dice.request_is_refused():
                raise TwilioError(UNAVAILABLE, "Service is unavailable. Please try again.")
            response = await _handled(request, handler, exchange.settings.account_sid)
        except TwilioError as error:
            response = _error_response(error)
        response.headers["Twilio-Request-Id"] = f"RQ{uuid.uuid4().hex}"
        return response

    return edge


async def _handled(request: web.Request, handler: Handler, account_sid: str) -> web.StreamResponse:
    if not request.path.startswith((f"{_API}Accounts/{account_sid}/", PREFIX)):
        raise not_found(request.path)
    try:
        return await handler(request)
    except web.HTTPNotFound:
        raise not_found(request.path) from None
    except web.HTTPMethodNotAllowed:
        raise TwilioError(METHOD_NOT_ALLOWED, "Method not allowed") from None


def _authenticate(request: web.Request, expected: bytes) -> None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, expected):
        raise TwilioError(NOT_AUTHENTICATED, "Authenticate")


def _error_response(error: TwilioError) -> web.Response:
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.code == NOT_AUTHENTICATED else {}
    return json_answer(error.body(), error.http_status, headers)
