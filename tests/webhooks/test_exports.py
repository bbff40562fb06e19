"""Exports over HTTP: streamed to auditors alone, each with a manifest once it has been read to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from middleware.errors import StoreUnavailable
from middleware.services.access import Access
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.exports.attempts import Exports
from middleware.store.database import Database
from tests.builders import NOON
from tests.rows import (
    a_refused_row,
    an_attempt_row,
    an_ended_row,
    insert_attempts,
    insert_campaign,
    insert_copies,
    insert_credential,
    migrated,
)
from tests.stopped_clock import StoppedClock
from webhooks import exports
from webhooks.problems import install_error_handlers

DAY = timedelta(days=1)
RANGE = {"from": "2026-03-04", "to": "2026-03-05"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    insert_campaign(database, "spring", "acme")
    insert_campaign(database, "abroad", "globex")
    yield database
    database.dispose()


@pytest.fixture
def client(database: Database) -> FlaskClient:
    """The routes of exports on their own, two days later."""
    app = Flask(__name__)
    install_error_handlers(app)
    clock, catalogue = StoppedClock(NOON + 2 * DAY), CurrentCatalogue(database)
    access = Access(catalogue, clock, b"c" * 32)
    app.register_blueprint(exports.create_blueprint(access, Exports(database, catalogue, clock)))
    return app.test_client()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def manifest_of(client: FlaskClient, answer: TestResponse, key: str) -> TestResponse:
    return client.get(f"/v1/exports/{answer.headers['Ringfence-Export-Id']}/manifest", headers=bearer(key))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_auditor_gets_the_file_and_then_its_manifest(client: FlaskClient, database: Database, form: str) -> None:
    insert_attempts(database, [a_refused_row(), an_attempt_row(), an_ended_row(NOON + DAY)])
    key = insert_credential(database)

    answer = client.get("/v1/exports/attempts", query_string={**RANGE, "format": form}, headers=bearer(key))
    data = answer.data
    manifest = manifest_of(client, answer, key).json

    assert answer.status_code == 200
    assert manifest is not None
    assert manifest["counts"]["by_verdict"] == {"permitted": 1, "refused": 1}
    assert manifest["file"]["sha256"] == sha256(data).hexdigest()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{manifest["file"]["name"]}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Link"] == f'</v1/exports/{manifest["export_id"]}/manifest>; rel="describedby"'


@pytest.mark.parametrize("role", ["dialer", "caller", "admin"])
def test_other_roles_are_turned_away(client: FlaskClient, database: Database, role: str) -> None:
    headers = bearer(insert_credential(database, role, role))

    for path in ("/v1/exports/attempts?from=2026-03-04&to=2026-03-05", "/v1/exports/anything/manifest"):
        assert client.get(path, headers=headers).status_code == 403
        assert client.get(path).status_code == 401


def test_the_auditor_of_a_controller_gets_nothing_of_another(client: FlaskClient, database: Database) -> None:
    insert_attempts(database, [an_attempt_row(), an_attempt_row(controller_id="globex", campaign_id="abroad")])
    headers = bearer(insert_credential(database, controller_id="acme"))

    data = client.get("/v1/exports/attempts", query_string={**RANGE, "format": "jsonl"}, headers=headers).data
    foreign = client.get("/v1/exports/attempts", query_string={**RANGE, "campaign": "abroad"}, headers=headers)

    assert data.count(b"\n") == 1
    assert b"globex" not in data
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"to": "2026-03-05"}, "from"),
        ({"from": "2026-03-04"}, "to"),
        ({**RANGE, "from": "2026-03-04T08:00"}, "from"),
        ({**RANGE, "to": "2026-03-04"}, "to"),
        ({"from": "2026-04-01", "to": "2026-05-01"}, "from"),
        ({**RANGE, "format": "pdf"}, "format"),
        ({**RANGE, "callee": "+4533123456"}, "callee"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: FlaskClient, database: Database, parameters: dict[str, str], field: str
) -> None:
    answer = client.get("/v1/exports/attempts", query_string=parameters, headers=bearer(insert_credential(database)))

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field


def test_an_offset_survives_a_url(client: FlaskClient, database: Database) -> None:
    insert_attempts(database, [an_attempt_row(NOON), an_attempt_row(NOON + timedelta(minutes=30))])
    headers = bearer(insert_credential(database))
    begins, ends = "2026-03-04T13:00:00%2B01:00", "2026-03-04T13:30:00%2B01:00"

    answer = client.get(f"/v1/exports/attempts?from={begins}&to={ends}&format=jsonl", headers=headers)

    assert answer.data.count(b"\n") == 1


def test_an_export_that_was_cut_off_has_no_manifest(client: FlaskClient, database: Database) -> None:
    insert_copies(database, an_attempt_row(), (NOON + timedelta(seconds=place) for place in range(1, 700)))
    key = insert_credential(database)

    answer = client.get("/v1/exports/attempts", query_string={**RANGE, "format": "jsonl"}, headers=bearer(key))
    next(answer.iter_encoded())
    answer.close()
    missing = manifest_of(client, answer, key)

    assert missing.status_code == 404
    assert missing.json is not None
    assert "cut off" in missing.json["detail"]


def test_a_store_that_fails_under_way_ends_the_stream_without_a_manifest(
    client: FlaskClient, database: Database
) -> None:
    insert_copies(database, an_attempt_row(), (NOON + timedelta(seconds=place) for place in range(1, 700)))
    key = insert_credential(database)

    answer = client.get("/v1/exports/attempts", query_string={**RANGE, "format": "jsonl"}, headers=bearer(key))
    chunks = answer.iter_encoded()
    next(chunks)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE attempts RENAME TO gone"))

    with pytest.raises(StoreUnavailable):
        next(chunks)
    assert manifest_of(client, answer, key).status_code == 404


def test_exports_leave_threads_for_decisions(client: FlaskClient, database: Database) -> None:
    headers = bearer(insert_credential(database))

    def ask() -> TestResponse:
        return client.get("/v1/exports/attempts", query_string=RANGE, headers=headers)

    running = [ask() for _ in range(exports.MOST_AT_ONCE)]
    assert ask().status_code == 429
    for answer in running:
        answer.close()
    wrong = [client.get("/v1/exports/attempts", headers=headers) for _ in range(exports.MOST_AT_ONCE + 1)]
    assert [answer.status_code for answer in wrong] == [422] * len(wrong)
    assert b"attempt_id" in ask().data
