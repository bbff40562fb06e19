"""Reasons are told in the language of whoever asks, on every route that tells them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import create, some_form

NOBODY_EVER = "112"  # refused whenever it is asked for
EMERGENCY = {
    "en": "This is an emergency number.",
    "da": "Det er et alarmnummer.",
    "sv": "Det här är ett nödnummer.",
    "de": "Das ist eine Notrufnummer.",
    "nl": "Dit is een alarmnummer.",
}
QUESTION = {"campaign": "spring", "callee": NOBODY_EVER, "caller_id": CALLER_ID}


@pytest.mark.parametrize("path", ["/v1/attempts", "/v1/checks"])
@pytest.mark.parametrize("language", EMERGENCY)
def test_a_refusal_is_told_in_the_language_that_was_asked_for(
    client: FlaskClient, dialer: Dialer, path: str, language: str
) -> None:
    answer = client.post(path, json=QUESTION, headers={**dialer.bearer, "Accept-Language": language})

    reason = told(answer)["reasons"][0]
    assert reason["what"].startswith(EMERGENCY[language])
    assert reason["message"] == f"{reason['what']} {reason['next_step']}"
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("da-DK,da;q=0.9,en-US;q=0.8,en;q=0.7", "da"),
        ("da-DK,en;q=0.9", "da"),  # what a Danish browser says that was never set to anything else
        ("en;q=0.2, sv;q=0.9", "sv"),
        ("da;q=0, nl;q=0.1", "nl"),
        ("da;q=0", "en"),
        ("fr-FR, de-AT;q=0.5", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("x" * 3000, "en"),
        ("sv;q=nonsense, de", "de"),
    ],
)
def test_quality_values_decide_and_english_is_spoken_where_nothing_fits(
    client: FlaskClient, dialer: Dialer, accepted: str | None, language: str
) -> None:
    headers = dialer.bearer if accepted is None else {**dialer.bearer, "Accept-Language": accepted}

    answer = client.post("/v1/checks", json=QUESTION, headers=headers)

    assert answer.headers["Content-Language"] == language
    assert told(answer)["reasons"][0]["what"].startswith(EMERGENCY[language])


def test_an_attempt_that_was_asked_for_in_one_language_can_be_read_in_another(
    client: FlaskClient, dialer: Dialer
) -> None:
    asked = client.post("/v1/attempts", json=QUESTION, headers={**dialer.bearer, "Accept-Language": "sv"})
    path = f"/v1/attempts/{told(asked)['attempt_id']}"

    read = client.get(path, headers={**dialer.bearer, "Accept-Language": "nl"})

    assert read.headers["Content-Language"] == "nl"
    assert told(read)["reasons"][0]["what"].startswith(EMERGENCY["nl"])
    assert told(asked)["reasons"][0]["what"].startswith(EMERGENCY["sv"])


@pytest.mark.parametrize(
    ("language", "refused", "never"),
    [
        ("en", "Call refused: [number.emergency] ", "Waiting alone does not help"),
        ("de", "Anruf abgelehnt: [number.emergency] ", "Warten allein genügt nicht"),
        ("da", "Opkaldet er afvist: [number.emergency] ", "Det er ikke nok at vente"),
    ],
)
def test_the_drop_in_refuses_in_the_dialers_language(
    client: FlaskClient, dialer: Dialer, language: str, refused: str, never: str
) -> None:
    answer = create(client, dialer, some_form(To=NOBODY_EVER), **{"Accept-Language": language})

    body = told(answer)
    assert body["message"].startswith(f"{refused}{EMERGENCY[language]}")
    assert never in body["message"]
    assert body["details"]["reasons"][0]["what"].startswith(EMERGENCY[language])
    assert answer.headers["Content-Language"] == language


def test_a_wait_is_told_on_the_clock_of_the_phone_that_would_ring(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    create(client, dialer, form)
    simulator.wait_until_idle()

    answer = create(client, dialer, {**form, "Url": "http://127.0.0.1:1/another"}, **{"Accept-Language": "da"})

    assert "(lokal tid i København)" in told(answer)["message"]
