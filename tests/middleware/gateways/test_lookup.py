"""Twilio Lookup as it is asked, and what its bad days become."""

from __future__ import annotations

import base64
import json

import pytest

from middleware.errors import LookUpFailed
from middleware.gateways.lookup import TwilioLookUps
from tests.simulator import ACCOUNT_SID, AUTH_TOKEN
from tests.twiml_server import twiml_server

NUMBER = "+4533123456"
PATH = "/v2/PhoneNumbers/%2B4533123456"


def test_it_asks_for_the_line_of_one_number_with_our_credentials() -> None:
    with twiml_server() as twilio:
        twilio.serve(json.dumps({"valid": True}), content_type="application/json", path=PATH)

        body = TwilioLookUps(ACCOUNT_SID, AUTH_TOKEN, twilio.url).look_up(NUMBER)

        (asked,) = twilio.asked
    assert body == {"valid": True}
    assert (asked.method, asked.form) == ("GET", {"Fields": "line_type_intelligence"})
    assert base64.b64decode(asked.headers["Authorization"].split()[1]).decode() == f"{ACCOUNT_SID}:{AUTH_TOKEN}"


def test_a_number_that_it_cannot_read_is_an_answer() -> None:
    with twiml_server() as twilio:
        twilio.serve(json.dumps({"code": 20404}), 404, "application/json", PATH)

        assert TwilioLookUps(ACCOUNT_SID, AUTH_TOKEN, twilio.url).look_up(NUMBER) == {"code": 20404}


@pytest.mark.parametrize(
    ("status", "text"), [(401, "{}"), (429, "{}"), (500, "{}"), (503, ""), (200, "<html>"), (200, "[]"), (404, "gone")]
)
def test_anything_else_tells_nothing_and_names_no_number(status: int, text: str) -> None:
    with twiml_server() as twilio:
        twilio.serve(text, status, "application/json", PATH)

        with pytest.raises(LookUpFailed) as raised:
            TwilioLookUps(ACCOUNT_SID, AUTH_TOKEN, twilio.url).look_up(NUMBER)

    assert "33123456" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_twilio_that_is_not_there_tells_nothing() -> None:
    with pytest.raises(LookUpFailed, match="could not be reached"):
        TwilioLookUps(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:1").look_up(NUMBER)
