"""What tests of the drop-in say to it, and see of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from middleware.store.models import AttemptRow
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


def a_call_sid() -> str:
    """A SID that no call has."""
    return f"CA{uuid4().hex}"


def report(
    client: FlaskClient, gateway: Gateway, attempt_id: str, call_sid: str | None = None, **changes: Any
) -> TestResponse:
    """A status callback as Twilio sends it: by default the second event of a call of its own, signed rightly."""
    form = {
        "CallSid": call_sid or a_call_sid(),
        "AccountSid": gateway.services.settings.twilio_account_sid,
        "From": CALLER_ID,
        "To": "+4532123456",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "outbound-api",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "1",
        **changes,
    }
    path = f"/twilio/status/{attempt_id}"
    return client.post(
        path, data=form, headers={"X-Twilio-Signature": signature(gateway, f"{gateway.url}{path}", form)}
    )


def signature(gateway: Gateway, url: str, form: Form) -> str:
    """As Twilio signs, with the token of the account that the gateway has at Twilio."""
    token = gateway.services.settings.twilio_auth_token.get_secret_value()
    return str(RequestValidator(token).compute_signature(url, MultiDict(form)))
