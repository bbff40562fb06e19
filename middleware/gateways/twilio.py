"""Twilio's Calls resource over Twilio's own HTTP client, with its answers sorted by what is certain after them."""

from __future__ import annotations

from threading import local
from typing import Any
from urllib.parse import quote

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from middleware.errors import CallNotCreated, CarrierUnavailable, CreateUncertain
from middleware.gateways.ports import Pairs
from middleware.gateways.twilio_answers import NOT_OURS, WRONG_ACCOUNT, body_of

_CREATED = 201
_CERTAINLY_NOT = frozenset({429, 503})  # turned away unprocessed; 500 and 502 may have made the call
_NO_CONTENT = 204
_TIMED_OUT = 408
MOST_FOR_CONNECTING = 2.0  # seconds


class TwilioCarrier:
    """One account. Requests are never repeated here: creating has no idempotency key at Twilio.

    `timeout_seconds` is for connecting and the first byte of the answer together: dialers give up after ten.
    """

    def __init__(self, account_sid: str, auth_token: str, base_url: str, timeout_seconds: float) -> None:
        self._auth = (account_sid, auth_token)
        self._account = f"{base_url}/2010-04-01/Accounts/{account_sid}"
        self._calls = f"{self._account}/Calls"
        connecting = min(MOST_FOR_CONNECTING, timeout_seconds / 2)
        self._timeout = (connecting, timeout_seconds - connecting)
        self._of_thread = local()

    def create(self, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.create`."""
        return self._made(f"{self._calls}.json", parameters, "sid")

    def add_participant(self, conference: str, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.add_participant`."""
        path = f"{self._account}/Conferences/{quote(conference, safe='')}/Participants.json"
        return self._made(path, parameters, "call_sid")

    def conference(self, conference_sid: str) -> dict[str, Any]:
        """See `CallCarrier.conference`."""
        return self._ask("GET", f"{self._account}/Conferences/{quote(conference_sid, safe='')}.json")

    def participant(self, method: str, path: str, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.participant`."""
        given = {"params" if method == "GET" else "data": _form(parameters)}
        wanted = 204 if method == "DELETE" else 200
        return self._ask(method, f"{self._account}/{path}", wanted, **given)

    def _made(self, url: str, parameters: Pairs, sid: str) -> dict[str, Any]:
        try:
            response = self._send("POST", url, data=_form(parameters))
        except requests.ConnectTimeout as error:
            raise CallNotCreated("Twilio could not be reached in time") from error
        except requests.ConnectionError as error:
            if _was_never_sent(error):
                raise CallNotCreated("Twilio could not be reached") from error
            raise CreateUncertain("the connection to Twilio broke before it answered") from error
        except requests.RequestException as error:
            raise CreateUncertain("Twilio did not answer in time") from error
        return _created(response, sid)

    def fetch(self, call_sid: str) -> dict[str, Any]:
        """See `CallCarrier.fetch`."""
        return self._ask("GET", f"{self._calls}/{call_sid}.json")

    def update(self, call_sid: str, parameters: Pairs) -> dict[str, Any]:
        """See `CallCarrier.update`."""
        return self._ask("POST", f"{self._calls}/{call_sid}.json", data=_form(parameters))

    def list(self, query: Pairs) -> dict[str, Any]:
        """See `CallCarrier.list`."""
        return self._ask("GET", f"{self._calls}.json", params=_form(query))

    def _ask(self, method: str, url: str, wanted: int = 200, **options: object) -> dict[str, Any]:
        try:
            response = self._send(method, url, **options)
        except requests.RequestException as error:
            raise CarrierUnavailable("Twilio did not answer: try again") from error
        if response.status_code == NOT_OURS:
            raise CarrierUnavailable(WRONG_ACCOUNT)
        if not _is_answer(response.status_code, wanted):
            raise CarrierUnavailable(f"Twilio answered {response.status_code}: try again")
        return {} if response.status_code == wanted == _NO_CONTENT else _body(response, wanted)

    def _send(self, method: str, url: str, **options: object) -> Response:
        return self._http().request(method, url, auth=self._auth, **options)

    def _http(self) -> TwilioHttpClient:
        """One for each thread: Twilio's client keeps the answer in itself on the way back, so threads that shared one
        would at times get each other's answers."""
        client = getattr(self._of_thread, "client", None)
        if client is None:
            client = self._of_thread.client = TwilioHttpClient(pool_connections=True)
            client.timeout = self._timeout  # its constructor takes one number only
            _settle_environment(client.session, self._calls)
        return client


def _settle_environment(session: requests.Session, url: str) -> None:
    """Proxies and certificates as the environment says, looked up once: `requests` would for every call."""
    settled = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify = settled["proxies"], settled["verify"]
    session.trust_env = False


def _created(response: Response, sid: str) -> dict[str, Any]:
    status = response.status_code
    if status in _CERTAINLY_NOT:
        raise CallNotCreated(f"Twilio turned the request away ({status})", is_turned_away=True)
    if status == NOT_OURS:
        raise CallNotCreated(WRONG_ACCOUNT)  # handed on, it would look as if the dialer's own were wrong
    if not _is_answer(status, _CREATED):
        raise CreateUncertain(f"Twilio failed while creating ({status})")
    try:
        body = _body(response, _CREATED)
    except CarrierUnavailable as error:
        raise CreateUncertain("Twilio's answer cannot be read") from error
    if not isinstance(body.get(sid), str):
        raise CreateUncertain("Twilio's answer names no call")
    return body


def _is_answer(status: int, wanted: int) -> bool:
    """Whether Twilio has understood and decided: done, or refused. All others tell nothing of what it did."""
    return status == wanted or (400 <= status < 500 and status not in {_TIMED_OUT, 429})


def _form(parameters: Pairs) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in parameters:
        form.setdefault(name, []).append(value)
    return form


def _body(response: Response, wanted: int) -> dict[str, Any]:
    return body_of(response.status_code, response.text, is_success=response.status_code == wanted)


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
