"""People who ring or write to our numbers, in tests: Twilio's signed requests, and what it would do with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from middleware.store.models import RingBackRow, SuppressionRow, TextMessageRow
from tests.api_contract import CheckedClient, told
from tests.gateway import Gateway, running_gateway
from tests.mail_server import MailServer
from tests.reserving import PEPPER
from tests.rows import insert_agent, insert_caller_id, insert_campaign
from tests.webhooks.twilio.calls import a_call_sid, signature

ACMES, SHARED, NOBODYS = "+4570123411", "+4570123499", "+4570123422"
INBOUND = "/twilio/voice/inbound"
PURPOSES = {
    "da": "at tilbyde regnskabsprogrammer til virksomheder",
    "sv": "att erbjuda bokföringsprogram till företag",
    "de": "Unternehmen Buchhaltungsprogramme anzubieten",
    "nl": "boekhoudprogramma's aanbieden aan bedrijven",
}
_numbers = count(210_000)


def a_number() -> str:
    """A Danish number that nobody has had to do with."""
    return f"+4531{next(_numbers):06d}"


@dataclass(frozen=True)
class Heard:
    """An answer of TwiML: what is said, in which voices, and what else there is."""

    root: ET.Element

    @property
    def sentences(self) -> list[str]:
        return [each.text or "" for each in self.root.iter("Say")]

    @property
    def voices(self) -> set[str | None]:
        return {each.get("language") for each in self.root.iter("Say")}

    @property
    def verbs(self) -> list[str]:
        return [each.tag for each in self.root]

    def attributes(self, verb: str) -> dict[str, str]:
        """Of the first such verb, wherever it stands."""
        return dict(next(self.root.iter(verb)).attrib)

    @property
    def ring_back_id(self) -> str:
        return self.attributes("Gather")["action"].split("/")[-2]


@dataclass(frozen=True)
class Line:
    """Twilio on one side of our gateway, a telephone on the other."""

    gateway: Gateway
    mail: MailServer

    def post(self, path: str, form: dict[str, Any], **headers: str) -> TestResponse:
        """A signed request of Twilio's."""
        signed = {"X-Twilio-Signature": signature(self.gateway, f"{self.gateway.url}{path}", form)}
        return self.gateway.http().post(path, data=MultiDict(form), headers={**signed, **headers})

    def rings(self, caller: str, called: str = ACMES, call_sid: str | None = None) -> Heard:
        """Somebody rings one of our numbers, and hears this."""
        return heard(self.post(INBOUND, incoming(caller, called, call_sid)))

    def presses(self, ring_back_id: str, digit: str) -> Heard:
        return heard(self.post(f"{INBOUND}/{ring_back_id}/choice", {"CallSid": a_call_sid(), "Digits": digit}))

    def tells(self, ring_back_id: str, step: str, **form: str) -> TestResponse:
        """A later step of the call."""
        return self.post(f"{INBOUND}/{ring_back_id}/{step}", {"CallSid": a_call_sid(), **form})

    def writes(self, sender: str, body: str, called: str = ACMES, **form: str) -> list[str]:
        """Somebody writes to one of our numbers, and gets these answers."""
        given = {"MessageSid": f"SM{uuid4().hex}", "From": sender, "To": called, "Body": body, **form}
        answer = self.post("/twilio/sms", given)
        assert answer.status_code == 200, answer.text
        return [each.text or "" for each in ET.fromstring(answer.text).iter("Message")]  # noqa: S314

    def calls(self, callee: str, campaign: str = "offers") -> dict[str, Any]:
        """Our dialer asks whether it may call."""
        who = self.gateway.other_dialer if campaign == "autumn" else self.gateway.dialer
        answer = self.gateway.http().post(
            "/v1/attempts", json={"campaign": campaign, "callee": callee}, headers=who.bearer
        )
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = told(answer)
        return body

    def refused_because(self, callee: str, campaign: str = "offers") -> set[str]:
        return {reason["code"] for reason in self.calls(callee, campaign)["reasons"]}

    def row(self, ring_back_id: str) -> RingBackRow:
        with self.gateway.services.database.reading() as connection:
            query = select(RingBackRow.__table__).where(RingBackRow.id == ring_back_id)
            return RingBackRow(**connection.execute(query).one()._asdict())

    def texts(self, called: str) -> list[TextMessageRow]:
        with self.gateway.services.database.reading() as connection:
            query = select(TextMessageRow.__table__).where(TextMessageRow.caller_id == called)
            return [TextMessageRow(**row._asdict()) for row in connection.execute(query)]

    def suppressions(self, number: str) -> list[tuple[str, str | None, str, str]]:
        """Scope, its id, reason and source of what bars a number."""
        key = self.gateway.services.inbound.ring_backs.pepper.number(number)
        with self.gateway.services.database.reading() as connection:
            query = select(SuppressionRow.__table__).where(SuppressionRow.subject_key == key)
            rows = connection.execute(query.order_by(SuppressionRow.scope_id)).all()
        return [(row.scope, row.scope_id, row.reason, row.source) for row in rows]


def incoming(caller: str, called: str = ACMES, call_sid: str | None = None) -> dict[str, str]:
    """What Twilio tells of a call that comes in."""
    return {
        "CallSid": call_sid or a_call_sid(),
        "From": caller,
        "To": called,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "FromCity": "",
    }


def heard(answer: TestResponse) -> Heard:
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/xml")
    return Heard(ET.fromstring(answer.text))  # noqa: S314


@contextmanager
def an_open_line(folder: Path) -> Iterator[Line]:
    """`acme` shows a number of its own, for campaign `offers`; one is shared with `beta`. Agents of `acme` answer."""
    with MailServer() as mail:
        # the pepper of `tests.people`, so that people on record are found
        settings: dict[str, Any] = {
            "pepper": PEPPER.secret.decode(),
            "smtp_host": "127.0.0.1",
            "smtp_port": mail.port,
            "smtp_security": "none",
        }
        with running_gateway(f"sqlite:///{folder / 'ringfence.sqlite3'}", **settings) as gateway:
            gateway.app.test_client_class = CheckedClient
            database = gateway.services.database
            insert_caller_id(database, "acme", ACMES)
            texts = {language: {"purpose": purpose} for language, purpose in PURPOSES.items()}
            insert_campaign(database, "offers", "acme", texts=texts)
            for address in ("client:mette", "sip:desk@acme.example", "+4570123477"):
                insert_agent(database, address)
            insert_agent(database, "client:bo", takes_ring_backs=False)
            insert_agent(database, "sip:@acme.sip.twilio.com")
            yield Line(gateway, mail)
