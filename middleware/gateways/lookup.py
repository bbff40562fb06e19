"""Twilio Lookup v2 over Twilio's own HTTP client. Addresses hold the number, so none gets into an error."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import requests
from twilio.http.http_client import TwilioHttpClient

from middleware.errors import LookUpFailed

NOT_FOUND = 404
SECONDS_FOR_ANSWER = 15.0  # carriers are asked behind it, and nobody waits


class TwilioLookUps:
    """One account; keeps the promise of `ports.LineLookUps`."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str) -> None:
        self._auth = (account_sid, auth_token)
        self._numbers = f"{base_url}/v2/PhoneNumbers"
        self._client = TwilioHttpClient(pool_connections=True, timeout=SECONDS_FOR_ANSWER)

    def look_up(self, e164: str) -> dict[str, Any]:
        """See `LineLookUps.look_up`."""
        url = f"{self._numbers}/{quote(e164, safe='')}"
        try:
            response = self._client.request("GET", url, params={"Fields": "line_type_intelligence"}, auth=self._auth)
        except requests.RequestException:
            raise LookUpFailed("Twilio Lookup could not be reached") from None
        if response.status_code not in {200, NOT_FOUND}:
            raise LookUpFailed(f"Twilio Lookup answered {response.status_code}")
        try:
            body = orjson.loads(response.text)
        except orjson.JSONDecodeError:
            raise LookUpFailed("Twilio Lookup's answer cannot be read") from None
        if not isinstance(body, dict):
            raise LookUpFailed("Twilio Lookup's answer cannot be read")
        return body
