"""One of our own people says that they want no calls: from then on their telephone is asked about like any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.store.models import AgentRow
from middleware.store.suppressions import SuppressionRepository
from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee
from tests.rows import insert_rows
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import create, some_form, upstream


@pytest.fixture
def agent(gateway: Gateway) -> str:
    """An agent's own telephone."""
    number = a_callee()
    row: dict[str, Any] = {"id": f"agent-{number}", "controller_id": "acme", "address": number, "name": "Bo"}
    row |= {"language": "da", "campaigns": ["spring"], "takes_ring_backs": True, "noted_by": "test"}
    insert_rows(gateway.services.database, AgentRow, {**row, "since": date(2026, 1, 1)})
    gateway.services.catalogue.refresh()
    return number


def object_to_calls(gateway: Gateway, number: str) -> None:
    pepper = Pepper(gateway.services.settings.pepper.get_secret_value().encode())
    with gateway.services.database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER, pepper.number(number), "controller", "acme",
            reason="objection", source="ring-back menu", noted_by="the person", at=datetime(2026, 11, 1, tzinfo=UTC),
        )  # fmt: skip


def test_an_agents_telephone_is_rung_until_its_owner_objects(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, agent: str
) -> None:
    assert create(client, dialer, some_form(To=agent)).status_code == 201
    object_to_calls(gateway, agent)

    refused = create(client, dialer, some_form(To=agent))

    assert (refused.status_code, told(refused)["code"]) == (400, 68001)
    assert "suppression.number" in told(refused)["message"]
    assert len(upstream(simulator, agent)) == 1


def test_click_to_call_rings_no_agent_who_objects(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, agent: str
) -> None:
    object_to_calls(gateway, agent)

    asked = {"campaign": "spring", "callee": a_callee(), "agent": agent, "caller_id": CALLER_ID}
    answer = client.post("/v1/click-to-call", json=asked, headers=dialer.bearer)

    assert answer.status_code == 422
    assert "none of this controller's people" in told(answer)["detail"]
