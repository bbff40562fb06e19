"""Twilio's Calls resource over Twilio's own HTTP client, with its answers sorted by what is certain after them."""

from __future__ import annotations

from typing import Any

import orjson
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from middleware.errors import CallNotCreated, CallRefused, CarrierUnavailable, CreateUncertain
from middleware.gateways.ports import Pairs

_CREATED = 201
_CERTAINLY_NOT = frozenset({429, 503})  # turned away unprocessed; 500 and 502 may have made the call


class TwilioCarrier:
    """One account. Requests are never repeated here: creating has no idempotency key at Twilio."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str, timeout_seconds: float) -> None:
        self._auth = (account_sid, auth_token)
        self._calls = f"{base_url}/2010-04-01/Accounts/{account_sid}/Calls"
        self._http = TwilioHttpClient(pool_connections=True, timeout=timeout_seconds)

    def create(self, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.create`."""
        try:
            response = self._send("POST", f"{self._calls}.json", data=_form(parameters))
        except requests.ConnectTimeout as error:
            raise CallNotCreated("Twilio could not be reached in time") from error
        except requests.ConnectionError as error:
            if _was_never_sent(error):
                raise CallNotCreated("Twilio could not be reached") from error
            raise CreateUncertain("the connection to Twilio broke before it answered") from error
        except requests.RequestException as error:
            raise CreateUncertain("Twilio did not answer in time") from error
        if response.status_code in _CERTAINLY_NOT:
            raise CallNotCreated(f"Twilio turned the request away ({response.status_code})")
        if response.status_code >= 500:
            raise CreateUncertain(f"Twilio failed while creating ({response.status_code})")
        try:
            return _body(response, _CREATED)
        except CarrierUnavailable as error:
            raise CreateUncertain("Twilio's answer cannot be read") from error

    def fetch(self, call_sid: str) -> dict[str, Any]:
        """See `CallCarrier.fetch`."""
        return self._ask("GET", f"{self._calls}/{call_sid}.json")

    def update(self, call_sid: str, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.update`."""
        return self._ask("POST", f"{self._calls}/{call_sid}.json", data=_form(parameters))

    def list(self, query: Pairs) -> dict[str, Any]:
        """See `CallCarrier.list`."""
        return self._ask("GET", f"{self._calls}.json", params=_form(query))

    def _ask(self, method: str, url: str, **options: object) -> dict[str, Any]:
        try:
            response = self._send(method, url, **options)
        except requests.RequestException as error:
            raise CarrierUnavailable("Twilio did not answer: try again") from error
        if response.status_code >= 500 or response.status_code in _CERTAINLY_NOT:
            raise CarrierUnavailable(f"Twilio answered {response.status_code}: try again")
        return _body(response, 200)

    def _send(self, method: str, url: str, **options: object) -> Response:
        return self._http.request(method, url, auth=self._auth, **options)


def _form(parameters: Pairs) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in parameters:
        form.setdefault(name, []).append(value)
    return form


def _body(response: Response, wanted: int) -> dict[str, Any]:
    try:
        body = orjson.loads(response.text)
    except orjson.JSONDecodeError as error:
        raise CarrierUnavailable("Twilio's answer cannot be read") from error
    if not isinstance(body, dict):
        raise CarrierUnavailable("Twilio's answer cannot be read")
    if response.status_code != wanted:
        raise CallRefused(response.status_code, body)
    return body


def _was_never_sent(error: requests.ConnectionError) -> bool:
    """Whether no connection was ever made: then nothing can have been created."""
    cause: BaseException | None = error
    for _ in range(8):  # requests wraps urllib3, which wraps the socket's own error
        if cause is None:
            return False
        if type(cause).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectionRefusedError"}:
            return True
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else (cause.args[0] if _wraps(cause) else cause.__cause__)
    return False


def _wraps(error: BaseException) -> bool:
    return bool(error.args) and isinstance(error.args[0], BaseException)
