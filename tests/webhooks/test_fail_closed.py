"""What cannot be decided is not permitted: the answer says why, and the log has it, without a word about a person."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from middleware.bootstrap import build
from middleware.settings import REPOSITORY, read_settings
from tests.api_contract import CheckedClient, told
from tests.gateway import CALLER_ID, NOBODY, OFFSET, Dialer, Gateway, a_callee, running_gateway
from tests.servers import administration
from tests.simulator import Simulator
from tests.webhooks.test_attempts import a_question, ask
from tests.webhooks.twilio.calls import attempt, create, some_form, upstream
from webhooks.app import create_app

A_DIALER = Dialer("AC" + "0" * 32, "0" * 32, "rf_acme-api.secret-of-acme-api")
YEARS = timedelta(days=5 * 365)


@contextmanager
def gateway_with(url: str, simulator: Simulator | None = None, **settings: Any) -> Iterator[Gateway]:
    with running_gateway(url, simulator, **settings) as gateway:
        gateway.app.test_client_class = CheckedClient
        yield gateway


def not_decided(client: FlaskClient, dialer: Dialer, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Ask on every route; each must answer 503 in its own words. Returns what was said, for the reason to be read."""
    callee = a_callee()
    said = []
    for path in ("/v1/attempts", "/v1/checks"):
        answer = client.post(path, json={"campaign": "spring", "callee": callee}, headers=dialer.bearer)
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert answer.headers["Retry-After"]
        assert "No call is permitted" in told(answer)["detail"]
        said.append(told(answer)["detail"])
    answer = create(client, dialer, {"To": callee, "From": CALLER_ID, "Url": f"{NOBODY}/voice"})
    body = told(answer)
    assert (answer.status_code, body["code"], body["status"]) == (503, 68003, 503)
    assert body["more_info"].endswith("/twilio/errors/68003")
    assert "No call is permitted" in body["message"]
    said.append(body["message"])
    lines = [record for record in caplog.records if record.name == "webhooks.problems"]
    assert [record.levelno for record in lines] == [logging.ERROR] * 3
    for line in [record.getMessage() for record in lines] + said:
        assert callee[1:] not in line
        assert dialer.token not in line
    return said


def unseeded(url: str, **settings: Any) -> FlaskClient:
    """An application on a store that nobody has prepared."""
    given = {
        "database_url": url,
        "redis_url": "redis://127.0.0.1:1/0",
        "public_base_url": "https://gate.example.com",
        **dict.fromkeys(("pepper", "link_secret", "credential_secret"), "a secret of at least thirty-two letters"),
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": "x",
        "twilio_api_base_url": NOBODY,
        "mail_from": "notices@gateway.example",
    }
    app = create_app(build(read_settings(**given, **settings)))
    app.test_client_class = CheckedClient
    return app.test_client()


def test_a_store_that_cannot_be_opened_permits_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = unseeded(f"sqlite:///{tmp_path}")  # a folder

    for said in not_decided(client, A_DIALER, caplog):
        assert "the store did not answer" in said
    health = client.get("/health/ready")
    assert health.status_code == 503
    assert "store" in told(health)["blocking"][0]


def test_a_store_without_its_schema_permits_nothing_and_names_the_command_that_helps(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = unseeded(f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    for said in not_decided(client, A_DIALER, caplog):
        assert "run `ringfence migrate`" in said
    assert "ringfence migrate" in told(client.get("/health/ready"))["blocking"][0]


@pytest.mark.postgres
def test_a_server_without_the_schema_permits_nothing_and_names_the_command_that_helps(
    postgres_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    for said in not_decided(unseeded(postgres_database), A_DIALER, caplog):
        assert "run `ringfence migrate`" in said


def test_a_store_that_loses_its_tables_in_the_middle_permits_nothing_more(
    sqlite_url: str, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway_with(sqlite_url, simulator) as gateway:
        assert told(ask(gateway.http(), gateway.dialer, a_question()))["permitted"]
        before = len(simulator.calls())
        with gateway.services.database.writing() as connection:
            connection.execute(text("DROP TABLE guards"))

        not_decided(gateway.http(), gateway.dialer, caplog)

        assert len(simulator.calls()) == before


@pytest.mark.postgres
@pytest.mark.faults
def test_a_server_that_turns_everybody_away_permits_nothing_until_it_is_back(
    postgres_url: str, postgres_database: str, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    name = postgres_database.rpartition("/")[2].partition("?")[0]
    with administration(postgres_url) as admin, gateway_with(postgres_database, simulator) as gateway:
        client = gateway.http()
        assert told(ask(client, gateway.dialer, a_question()))["permitted"]
        before = len(simulator.calls())
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

        not_decided(client, gateway.dialer, caplog)
        assert len(simulator.calls()) == before

        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert told(ask(client, gateway.dialer, a_question()))["permitted"]


@pytest.fixture
def broken_book(tmp_path: Path) -> Path:
    """The shipped configuration with an error in the Danish file, on the line that gives its hours."""
    config = Path(shutil.copytree(REPOSITORY / "config", tmp_path / "config"))
    danish = config / "countries" / "DK.yaml"
    danish.write_text(danish.read_text(encoding="utf-8").replace('"09:00-17:00"', '"09:00-25:00"', 1), encoding="utf-8")
    return config


def test_a_country_whose_file_has_an_error_is_closed_and_the_refusal_names_file_and_line(
    sqlite_url: str, simulator: Simulator, broken_book: Path
) -> None:
    lines = (broken_book / "countries" / "DK.yaml").read_text(encoding="utf-8").splitlines()
    number = next(place for place, line in enumerate(lines) if "25:00" in line)  # of the week that it stands in
    with gateway_with(sqlite_url, simulator, config_dir=broken_book) as gateway:
        client, form = gateway.http(), some_form()

        by_api = told(ask(client, gateway.dialer, a_question()))
        by_twilio = told(create(client, gateway.dialer, form))
        swedish = told(ask(client, gateway.dialer, a_question(callee="+4684650041")))

        for answer in (by_api, by_twilio["details"]):
            [reason] = answer["reasons"]
            assert reason["code"] == "policy.unusable"
            assert f"DK.yaml, line {number}" in reason["message"]
            assert attempt(gateway, answer["attempt_id"])["state"] == "refused"
        assert (by_twilio["code"], by_twilio["status"]) == (68001, 400)
        assert f"DK.yaml, line {number}" in by_twilio["message"]
        assert upstream(simulator, form["To"]) == []
        assert "policy.unusable" not in [reason["code"] for reason in swedish["reasons"]]
        assert f"DK.yaml, line {number}" in str(told(client.get("/health/ready"))["warnings"])


def test_without_any_country_file_every_call_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    config = Path(shutil.copytree(REPOSITORY / "config", tmp_path / "config"))
    shutil.rmtree(config / "countries")
    with gateway_with(sqlite_url, config_dir=config) as gateway:
        answer = told(ask(gateway.http(), gateway.dialer, a_question()))

        assert [reason["code"] for reason in answer["reasons"]] == ["number.country_closed"]
        assert gateway.http().get("/health/ready").status_code == 503


def test_when_the_calendar_has_ended_every_call_is_refused_and_recorded(sqlite_url: str, simulator: Simulator) -> None:
    offset = OFFSET.total_seconds() + YEARS.total_seconds()
    with gateway_with(sqlite_url, simulator, clock_offset_seconds=offset) as gateway:
        client, form = gateway.http(), some_form()

        by_api = told(ask(client, gateway.dialer, a_question()))
        by_twilio = told(create(client, gateway.dialer, form))

        for answer in (by_api, by_twilio["details"]):
            reasons = {reason["code"]: reason for reason in answer["reasons"]}
            assert "extend the calendar" in reasons["hours.calendar_ended"]["message"]
            assert answer["not_before"] is None
            recorded = attempt(gateway, answer["attempt_id"])
            assert recorded["state"] == "refused"
            assert "hours.calendar_ended" in [reason["code"] for reason in recorded["reasons"]]
        assert "Waiting does not help" in by_twilio["message"]
        assert upstream(simulator, form["To"]) == []


def test_an_error_that_nobody_foresaw_permits_nothing_and_is_logged_by_kind_and_place_alone(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway_with(sqlite_url) as gateway:
        secret = "+4532999999 belongs to Anna Jensen"

        def fail() -> None:
            raise RuntimeError(secret)

        gateway.app.before_request_funcs[None] = [fail]

        ours = gateway.http().post("/v1/attempts", json=a_question(), headers=gateway.dialer.bearer)
        twilios = create(gateway.http(), gateway.dialer, some_form())

        assert (ours.status_code, ours.content_type) == (500, "application/problem+json")
        assert (twilios.status_code, told(twilios)["code"]) == (500, 68003)
        for answer in (ours, twilios):
            assert "Anna" not in answer.get_data(as_text=True)
        assert "RuntimeError" in caplog.text
        assert "test_fail_closed.py" in caplog.text
        assert "Anna" not in caplog.text
