"""Twilio's answers with the account that the dialer knows, wherever Twilio's own stands."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from middleware.services.asking import Credential


def renamed_answer(body: dict[str, Any], own_account_sid: str, asker: Credential, status: int) -> Response:
    """`own_account_sid` is the one at Twilio, which dialers never learn."""
    text = orjson.dumps(body)
    if asker.account_sid is not None:
        text = text.replace(own_account_sid.encode(), asker.account_sid.encode())
    return Response(text, status, content_type="application/json")
