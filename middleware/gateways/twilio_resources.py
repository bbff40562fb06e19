"""Any resource of the account over HTTP: JSON bodies, and the sound of recordings as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

import requests

from middleware.errors import CarrierUnavailable
from middleware.gateways.ports import Media, Pairs
from middleware.gateways.twilio_answers import NOT_OURS, WRONG_ACCOUNT, body_of

_AGAIN = frozenset({408, 429})
_CHUNK = 1 << 16


class AccountResources:
    """Keeps the promise of `ports.TwilioResources`; each request is made once, with a connection of its own."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str, timeout_seconds: float) -> None:
        self._auth = (account_sid, auth_token)
        self._account = f"{base_url}/2010-04-01/Accounts/{account_sid}"
        self._timeout = (min(2.0, timeout_seconds / 2), timeout_seconds)

    def ask(self, method: str, path: str, query: Pairs, form: Pairs) -> dict[str, Any] | None:
        """See `TwilioResources.ask`."""
        with closing(self._send(method, path, query, form, stream=False)) as response:
            if response.status_code == 204:
                return None
            return _body(response)

    def media(self, path: str, query: Pairs) -> Media:
        """See `TwilioResources.media`."""
        response = self._send("GET", path, query, (), stream=True)
        if response.status_code != 200:
            with closing(response):
                _body(response)
                raise CarrierUnavailable(f"Twilio answered {response.status_code}: try again")
        length = response.headers.get("Content-Length", "")
        return Media(
            content_type=response.headers.get("Content-Type", "application/octet-stream"),
            length=int(length) if length.isdecimal() and "Content-Encoding" not in response.headers else None,
            chunks=_chunks(response),
        )

    def _send(self, method: str, path: str, query: Pairs, form: Pairs, *, stream: bool) -> requests.Response:
        url = f"{self._account}/{quote(path)}"
        try:
            return requests.request(
                method,
                url,
                params=list(query),
                data=list(form) or None,
                auth=self._auth,
                timeout=self._timeout,
                stream=stream,
                allow_redirects=stream,  # sound may lie elsewhere; the credentials are not sent along
            )
        except requests.RequestException as error:
            raise CarrierUnavailable("Twilio did not answer: try again") from error


def _chunks(response: requests.Response) -> Iterator[bytes]:
    with closing(response):
        yield from response.iter_content(_CHUNK)


def _body(response: requests.Response) -> dict[str, Any]:
    status = response.status_code
    if status == NOT_OURS:
        raise CarrierUnavailable(WRONG_ACCOUNT)
    if status in _AGAIN or not (200 <= status < 300 or 400 <= status < 500):
        raise CarrierUnavailable(f"Twilio answered {status}: try again")
    return body_of(status, response.content, is_success=status < 400)
