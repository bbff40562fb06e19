"""Where Twilio is to report to beside the status of a call: always to us, and we tell the dialer."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway import Dialer, Gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import create, some_form, upstream

THEIRS = "https://dialer.example/r?a=1"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("RecordingStatusCallback", "callback"),
        ("TranscriptionStatusCallback", "callback"),
        ("AsyncAmdStatusCallback", "amd"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_report_comes_to_us_and_the_dialers_url_is_kept(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, name: str, kind: str, method: str
) -> None:
    form = some_form(**{name: THEIRS, f"{name}Method": method}, AsyncAmd="true", MachineDetection="Enable")

    assert create(client, dialer, form).status_code == 201

    sent: dict[str, Any] = upstream(simulator, form["To"])[0]["parameters"]
    assert sent[name].startswith(f"{gateway.url}/twilio/{kind}/")
    assert f"{name}Method" not in sent
    assert "dialer.example" not in str(sent)
    link = gateway.services.links.find(sent[name].partition("#")[0].rpartition("/")[2])
    assert (link.kind, link.url, link.method) == (kind, THEIRS, method)


def test_what_picked_up_is_reported_to_us_also_where_the_dialer_does_not_ask(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(AsyncAmd="true", MachineDetection="Enable")

    assert create(client, dialer, form).status_code == 201

    sent = upstream(simulator, form["To"])[0]["parameters"]
    assert sent["AsyncAmdStatusCallback"].startswith(f"{gateway.url}/twilio/amd/")
