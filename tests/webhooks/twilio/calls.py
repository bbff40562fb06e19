"""What tests of the drop-in say to it, and see of it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api_contract import told
from tests.gateway import CALLER_ID, NOBODY, Dialer, Gateway, a_callee
from tests.simulator import Simulator

Form = dict[str, Any]


def some_form(**changes: Any) -> Form:
    """A create that is permitted, to a callee of its own; None leaves a parameter out, a list repeats it."""
    form = {"To": a_callee(), "From": CALLER_ID, "Url": f"{NOBODY}/voice", **changes}
    return {name: value for name, value in form.items() if value is not None}


def create(client: FlaskClient, dialer: Dialer, form: Form, **headers: str) -> TestResponse:
    """POST Calls.json."""
    return client.post(f"{dialer.calls_path}.json", data=form, auth=dialer.basic, headers=headers)


def attempts_at(gateway: Gateway, callee: str) -> list[dict[str, Any]]:
    """What is recorded of a callee, oldest first: each attempt as the attempts API shows it."""
    from sqlalchemy import select

    from middleware.store.models import AttemptRow

    with gateway.services.database.reading() as connection:
        ids = list(connection.scalars(select(AttemptRow.id).where(AttemptRow.callee == callee).order_by(AttemptRow.id)))
    return [attempt(gateway, attempt_id) for attempt_id in ids]


def attempt(gateway: Gateway, attempt_id: str, dialer: Dialer | None = None) -> dict[str, Any]:
    """One attempt as the attempts API shows it."""
    who = dialer or gateway.dialer
    seen: dict[str, Any] = told(gateway.http().get(f"/v1/attempts/{attempt_id}", headers=who.bearer))
    return seen


def upstream(simulator: Simulator, callee: str) -> list[dict[str, Any]]:
    """The calls that Twilio has of a callee, oldest first, with the parameters that it was sent."""
    return [call for call in simulator.calls() if call["call"]["to"] == callee]
