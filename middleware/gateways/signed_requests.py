"""Requests to a dialer's own URL, put together and signed as Twilio does it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from middleware.callback_urls import CallbackUrl
from middleware.gateways.checked_http import Request
from middleware.gateways.ports import Pairs


def signed_request(target: CallbackUrl, method: str, parameters: Pairs, token: str, delivery_id: str) -> Request:
    """Signed over the URL without fragment, user and password; with GET the parameters are part of the URL."""
    parts = target.parts._replace(path=target.parts.path or "/")  # what is asked for where a URL has no path
    if method == "GET":
        parts = parts._replace(query="&".join(part for part in (parts.query, urlencode(parameters)) if part))
    target = replace(target, parts=parts)
    form = _Form(parameters) if method == "POST" else {}
    headers = {
        "X-Twilio-Signature": RequestValidator(token).compute_signature(target.address, form),
        "I-Twilio-Idempotency-Token": delivery_id,
        "User-Agent": "Ringfence/1",
        "Accept-Encoding": "identity",
    }
    if target.user is not None:
        pair = f"{target.user}:{target.password}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
    if method != "POST":
        return Request(target, method, headers, None)
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    return Request(target, method, headers, urlencode(parameters).encode())


class _Form(dict[str, list[str]]):
    """Every value of each name, as the validator asks for them."""

    def __init__(self, parameters: Pairs) -> None:
        super().__init__()
        for name, value in parameters:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        """All values of one name."""
        return self[name]
