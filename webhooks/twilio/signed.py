"""What Twilio sends: taken only with its signature over the very URL that we gave it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Request
from twilio.request_validator import RequestValidator

logger = logging.getLogger(__name__)
Signed = Callable[[Request], bool]


def signature_check(auth_token: str, *public_base_urls: str) -> Signed:
    """A check of requests. The public base URLs are configured, never taken from the request: a proxy may show us
    another host."""
    validator = RequestValidator(auth_token)

    def is_signed(request: Request) -> bool:
        path = request.path
        if request.query_string:
            path = f"{path}?{request.query_string.decode('ascii', 'replace')}"
        signature = request.headers.get("X-Twilio-Signature")
        form = request.form if request.method == "POST" else {}
        if signature and any(validator.validate(f"{base}{path}", form, signature) for base in public_base_urls):
            return True
        logger.warning("a request to %s without Twilio's signature was not taken", request.url_rule)
        return False

    return is_signed
