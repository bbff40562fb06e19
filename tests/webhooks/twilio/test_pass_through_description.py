"""The allow-list against Twilio's own OpenAPI description, where a copy lies beside the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from middleware.services.pass_through.allowed import ALLOWED, Allowed

DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "twilio_api_v2010.json"
ACCOUNT = "/2010-04-01/Accounts/{}/"
# Documented by Twilio elsewhere: sound is no resource of the description, and every list takes a token.
UNDESCRIBED = {"PageToken", "RequestedChannels"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip("no copy of Twilio's OpenAPI description at ../shared/specs/twilio_api_v2010.json")
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return {_nameless(path): item for path, item in document["paths"].items()}


def _nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _parameters(operation: dict[str, Any]) -> set[str]:
    query = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    content = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    return query | set(content.get("schema", {}).get("properties", {})) | UNDESCRIBED


@pytest.mark.parametrize(
    "allowed",
    [allowed for allowed in ALLOWED if not allowed.is_media],
    ids=lambda allowed: f"{allowed.method} {allowed.path}",
)
def test_every_line_of_the_list_is_one_of_twilios(described: dict[str, Any], allowed: Allowed) -> None:
    operation = described[_nameless(ACCOUNT + allowed.path)][allowed.method.lower()]

    assert {*allowed.query, *allowed.form} <= _parameters(operation)
