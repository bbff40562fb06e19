"""What Twilio asks when one of our own people dials, and what it is told to do: rightly signed, as TwiML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.store.models import OwnCallRow
from middleware.store.suppressions import SuppressionRepository
from tests.gateway import Gateway
from tests.webhooks.twilio.calls import a_call_sid, signature

DOMAIN = "acme.sip.example"
APP, SIP = "/twilio/voice/app", "/twilio/voice/sip"
Form = dict[str, Any]


def softphone(callee: str, identity: str = "client:mette", **changes: Any) -> Form:
    """A TwiML App's request: whoever is logged in dialled `callee`. None leaves a parameter out."""
    form = {"CallSid": a_call_sid(), "From": identity, "Caller": identity, "To": callee, "CallStatus": "ringing"}
    return _without_nothing({**form, "Direction": "inbound", **changes})


def sip_telephone(callee: str, user: str = "Mette", domain: str = DOMAIN, **changes: Any) -> Form:
    """A SIP domain's request; `callee` as the telephone sent it."""
    form = {"CallSid": a_call_sid(), "From": f"sip:{user}@{domain}", "To": f"sip:{callee}@{domain}"}
    return _without_nothing({**form, "SipUsername": user, "SipDomain": domain, "CallStatus": "ringing", **changes})


def ask_voice(gateway: Gateway, path: str, form: Form, *, delivery: str = "", method: str = "POST") -> TestResponse:
    """One request of Twilio's; `delivery` is its mark of it."""
    headers = {"I-Twilio-Idempotency-Token": delivery} if delivery else {}
    client = gateway.http()
    if method == "GET":
        path = f"{path}?{urlencode(form)}"
        return client.get(
            path, headers={**headers, "X-Twilio-Signature": signature(gateway, f"{gateway.url}{path}", {})}
        )
    signed = {**headers, "X-Twilio-Signature": signature(gateway, f"{gateway.url}{path}", form)}
    return client.post(path, data=MultiDict(form), headers=signed)


def verbs(answer: TestResponse) -> list[ET.Element]:
    """What Twilio is to do, one after the other."""
    assert (answer.status_code, answer.mimetype) == (200, "text/xml"), answer.get_data(as_text=True)
    response = ET.fromstring(answer.get_data())  # noqa: S314 - our own answer
    assert response.tag == "Response"
    return list(response)


def heard(answer: TestResponse) -> list[str]:
    """The sentences that whoever dialled hears before the line is closed; nothing else may happen."""
    *said, last = verbs(answer)
    assert [verb.tag for verb in said] == ["Say"] * len(said)
    assert last.tag == "Hangup"
    return [verb.text or "" for verb in said]


def rung(answer: TestResponse) -> tuple[ET.Element, ET.Element]:
    """The <Dial> and the one telephone in it; nothing else may happen."""
    [dial] = verbs(answer)
    assert dial.tag == "Dial"
    [target] = dial
    return dial, target


def own_calls(gateway: Gateway, call_sid: str) -> list[OwnCallRow]:
    """What is logged of a leg, and of the legs that it rang, oldest first."""
    is_its = (OwnCallRow.call_sid == call_sid) | (OwnCallRow.parent_call_sid == call_sid)
    with gateway.services.database.reading() as connection:
        found = connection.execute(select(OwnCallRow.__table__).where(is_its).order_by(OwnCallRow.at)).all()
    return [OwnCallRow(**row._asdict()) for row in found]


def suppress(gateway: Gateway, callee: str) -> None:
    """This number may be called by nobody."""
    pepper = Pepper(gateway.services.settings.pepper.get_secret_value().encode())
    with gateway.services.database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER,
            pepper.number(callee),
            "everywhere",
            None,
            reason="objection",
            source="test",
            noted_by="test",
            at=datetime(2026, 11, 1, tzinfo=UTC),
        )


def _without_nothing(form: Form) -> Form:
    return {name: value for name, value in form.items() if value is not None}
