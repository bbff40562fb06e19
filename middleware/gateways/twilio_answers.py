"""What Twilio's REST API answers, read."""

from __future__ import annotations

from typing import Any

import orjson

from middleware.errors import CallRefused, CarrierUnavailable

NOT_OURS = 401
WRONG_ACCOUNT = "Twilio does not accept the account SID and token that Ringfence is set up with"


def body_of(status: int, content: str | bytes, *, is_success: bool) -> dict[str, Any]:
    """The JSON object of an answer in which Twilio has decided. Raises `CallRefused` with it where that is a refusal,
    `CarrierUnavailable` where it cannot be read."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise CarrierUnavailable("Twilio's answer cannot be read") from error
    if not isinstance(body, dict):
        raise CarrierUnavailable("Twilio's answer cannot be read")
    if not is_success:
        raise CallRefused(status, body)
    return body
