"""The description is a valid one, tells of every route, and is found where every answer says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from tests.api_contract import PAGES, check, told
from tests.gateway import Dialer, Gateway, a_callee

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def described(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method.upper() in METHODS
    }


def served(gateway: Gateway) -> set[tuple[str, str]]:
    rules = [
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule)), rule.methods or set())
        for rule in gateway.app.url_map.iter_rules()
    ]
    return {
        (method, path)
        for path, methods in rules
        for method in methods & METHODS
        if not path.startswith(PAGES) and "/static/" not in path
    }


def test_the_description_is_a_valid_openapi_3_1_document(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")

    assert answer.content_type == "application/json"
    assert told(answer)["openapi"].startswith("3.1")
    validate(told(answer))


def test_every_route_is_described_and_every_description_has_its_route(gateway: Gateway, client: FlaskClient) -> None:
    assert described(told(client.get("/openapi.json"))) == served(gateway)


def test_its_examples_are_true_to_its_own_schemas(client: FlaskClient) -> None:
    document = told(client.get("/openapi.json"))
    schemas = {"Permitted": "Answer", "Refused": "Answer", "RefusedCall": "TwilioError"}

    assert set(document["components"]["examples"]) == set(schemas)
    for example, schema in schemas.items():
        value = document["components"]["examples"][example]["value"]
        assert _errors(document, schema, value) == []


def _errors(document: dict[str, Any], schema: str, value: object) -> list[object]:
    validator = OAS31Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]})
    return list(validator.iter_errors(value))


@pytest.mark.parametrize("path", ["/v1/attempts/00000000-0000-7000-8000-000000000000", "/v1/nothing"])
def test_every_answer_of_our_own_api_says_where_its_description_is(
    client: FlaskClient, dialer: Dialer, path: str
) -> None:
    assert '</openapi.json>; rel="service-desc"' in client.get(path, headers=dialer.bearer).headers.getlist("Link")


def test_both_health_answers_are_as_described(client: FlaskClient) -> None:
    assert told(client.get("/health/live")) == {"live": True}
    assert told(client.get("/health/ready"))["ready"] is True


def test_an_export_and_its_manifest_are_as_described(client: FlaskClient, gateway: Gateway) -> None:
    bearer = {"Authorization": f"Bearer {gateway.auditor_key}"}
    client.post("/v1/attempts", json={"campaign": "spring", "callee": a_callee()}, headers=gateway.dialer.bearer)
    for form in ("csv", "jsonl"):
        export = client.get(f"/v1/exports/attempts?from=2026-11-24&to=2026-11-25&format={form}", headers=bearer)
        assert export.status_code == 200
        export_id = export.headers["Ringfence-Export-Id"]
        manifest = client.get(f"/v1/exports/{export_id}/manifest", headers=bearer)
        assert told(manifest)["export_id"] == export_id
    assert client.get("/v1/exports/attempts?from=yesterday", headers=bearer).status_code == 422
    assert client.get("/v1/exports/nothing/manifest", headers=bearer).status_code == 404


def test_an_answer_that_is_not_as_described_fails_the_test_that_got_it() -> None:
    with pytest.raises(AssertionError, match="details"):
        check(_answering("/health/ready", {"ready": True, "details": "more than is described"}))


def _answering(path: str, body: dict[str, object]) -> TestResponse:
    app = Flask(__name__)
    app.add_url_rule(path, view_func=lambda: body)
    return app.test_client().get(path)
