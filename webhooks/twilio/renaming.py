"""Twilio's answers with the account that the dialer knows, wherever Twilio's own stands, and with addresses of ours."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Response, current_app

from middleware.services.asking import Credential


def renamed_answer(body: dict[str, Any], asker: Credential, status: int) -> Response:
    """Dialers never learn the account at Twilio. Whole addresses, such as that of a recording's
    sound, lead to us: the dialer's credentials open nothing at Twilio."""
    own_account_sid, text = current_app.config["TWILIO_ACCOUNT_SID"], orjson.dumps(body).decode()
    if asker.account_sid is not None:
        here = f"{current_app.config['PUBLIC_BASE_URL']}/2010-04-01/Accounts/{asker.account_sid}"
        text = re.sub(rf'https?://[^/"\\]+/2010-04-01/Accounts/{own_account_sid}', lambda _: here, text)
        text = text.replace(own_account_sid, asker.account_sid)
    return Response(text, status, content_type="application/json")
