"""What Twilio is told to do when it asks us on a leg: the dialer's own TwiML, as far as it may be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, insert, select, update
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.services.routes.legs import Leg
from middleware.store.ids import new_id
from middleware.store.models import AttemptEventRow, AttemptRow, LinkRow, OwnCallRow
from middleware.store.suppressions import SuppressionRepository
from tests.gateway import CALLER_ID, Gateway, a_callee, running_gateway
from tests.simulator import ACCOUNT_SID
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhooks.twilio.calls import a_call_sid, attempts_at, signature

UNKNOWN = "01a20ce4-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Legs:
    """An agent's leg and a callee's, of a gateway that finds no Twilio; Twilio asks by hand."""

    gateway: Gateway
    dialer: TwimlServer

    def agent(self, url: str, **more: Any) -> str:
        """The address at which Twilio asks on one of our own people's legs."""
        own_call_id = new_id(self.gateway.services.clock.now())
        return self._path(Leg("acme", "spring", "acme-twilio", "en", own_call_id=self._own(own_call_id)), url, **more)

    def callee(self, url: str, callee: str, **more: Any) -> str:
        """The same on the leg of a person called."""
        asked = {"campaign": "spring", "callee": callee, "caller_id": CALLER_ID}
        answer = self.gateway.http().post("/v1/attempts", json=asked, headers=self.gateway.dialer.bearer)
        assert answer.json
        leg = Leg("acme", "spring", "acme-twilio", "en", attempt_id=answer.json["attempt_id"])
        return self._path(leg, url, **more)

    def ask(self, path: str, token: str | None = None, method: str = "POST", **form: Any) -> TestResponse:
        """As Twilio asks, signed."""
        given = {"CallSid": a_call_sid(), "AccountSid": ACCOUNT_SID, "CallStatus": "in-progress", **form}
        if method == "GET":
            path, given = f"{path}?{urlencode(given)}", {}
        headers = {"X-Twilio-Signature": signature(self.gateway, f"{self.gateway.url}{path}", given)}
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        return self.gateway.http().open(path, method=method, data=given or None, headers=headers)

    def hears(self, path: str, token: str | None = None, method: str = "POST", **form: Any) -> ET.Element:
        """The document that Twilio gets."""
        answer = self.ask(path, token, method, **form)
        assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
        return ET.fromstring(answer.text)  # noqa: S314 - our own

    def follows(self, url: str | None) -> str:
        """The path of an address of ours in TwiML."""
        assert url is not None
        assert url.startswith(self.gateway.url)
        return url.removeprefix(self.gateway.url).partition("#")[0]

    def suppress(self, callee: str) -> None:
        pepper = Pepper(self.gateway.services.settings.pepper.get_secret_value().encode())
        with self.gateway.services.database.writing() as connection:
            SuppressionRepository(connection).add(
                Subject.NUMBER,
                pepper.number(callee),
                "everywhere",
                None,
                reason="objection",
                source="test",
                noted_by="test",
                at=self.gateway.services.clock.now(),
            )

    def _own(self, own_call_id: str) -> str:
        with self.gateway.services.database.writing() as connection:
            connection.execute(
                insert(OwnCallRow).values(
                    id=own_call_id,
                    at=self.gateway.services.clock.now(),
                    controller_id="acme",
                    campaign_id="spring",
                    credential_id="acme-twilio",
                    route="rest",
                    address="client:anna",
                    language="en",
                )
            )
        return own_call_id

    def _path(self, leg: Leg, url: str, **more: Any) -> str:
        links = self.gateway.services.links
        with self.gateway.services.database.writing() as connection:
            made = links.document(connection, leg, url) if "<" in url else links.twiml(connection, leg, url, **more)
        return self.follows(made)


@pytest.fixture(scope="module")
def legs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Legs]:
    url = f"sqlite:///{tmp_path_factory.mktemp('twiml') / 'ringfence.sqlite3'}"
    with twiml_server() as dialer, running_gateway(url) as gateway:
        yield Legs(gateway, dialer)


def tags(document: ET.Element) -> list[str]:
    return [verb.tag for verb in document]


# ---------------------------------------------------------------- asking the dialer


def test_the_dialer_is_asked_as_twilio_would_ask_it(legs: Legs) -> None:
    url = legs.dialer.serve("<Response><Pause/></Response>")

    assert tags(legs.hears(legs.agent(url), token="a-token", Digits="1")) == ["Pause"]

    asked = legs.dialer.asked[-1]
    assert (asked.method, asked.form["Digits"]) == ("POST", "1")
    assert asked.form["AccountSid"] == legs.gateway.dialer.account_sid
    signed = asked.headers["X-Twilio-Signature"]
    assert RequestValidator(legs.gateway.dialer.token).validate(asked.url, asked.form, signed)


def test_the_dialer_is_asked_as_it_wanted(legs: Legs) -> None:
    path = legs.agent(legs.dialer.serve("<Response><Pause/></Response>"), method="GET")

    assert tags(legs.hears(path)) == ["Pause"]
    assert legs.dialer.asked[-1].method == "GET"


def test_a_signed_get_as_for_sound_is_no_question_for_instructions(legs: Legs) -> None:
    path = legs.agent(legs.dialer.serve("<Response><Pause/></Response>"))
    asked_before = len(legs.dialer.asked)

    assert legs.ask(path, method="GET").status_code == 405
    assert len(legs.dialer.asked) == asked_before


def test_only_twilio_is_told(legs: Legs) -> None:
    path = legs.agent(legs.dialer.serve("<Response><Pause/></Response>"))
    before = len(legs.dialer.asked)

    for headers in ({}, {"X-Twilio-Signature": "wrong"}):
        assert legs.gateway.http().post(path, data={"CallSid": a_call_sid()}, headers=headers).status_code == 403
    assert len(legs.dialer.asked) == before


def test_a_link_that_is_not_there_hangs_up(legs: Legs) -> None:
    assert tags(legs.hears(f"/twilio/twiml/{UNKNOWN}")) == ["Hangup"]


def test_sound_is_played_and_plain_text_is_read_aloud(legs: Legs) -> None:
    sound = legs.dialer.serve(b"ID3", content_type="audio/mpeg")
    text = legs.dialer.serve("Hello <you>", content_type="text/plain; charset=utf-8")

    assert legs.hears(legs.agent(sound)).findtext("Play") == sound
    assert legs.hears(legs.agent(text)).findtext("Say") == "Hello <you>"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<Response>", 200),
        ("<Response><Refer><Sip>sip:a@b.example</Sip></Refer></Response>", 200),
        ("<Response><Pause/></Response>", 500),
        ("<Response><Pause/></Response>", 404),
        (f"<Response><Say>{'x' * 70_000}</Say></Response>", 200),
        (b"\xff\xfe<\x00", 200),
        ("", 200),
    ],
)
def test_without_twiml_that_can_be_carried_out_the_agent_hears_a_sentence_and_the_callee_nothing(
    legs: Legs, text: str | bytes, status: int
) -> None:
    url = legs.dialer.serve(text, status)

    assert tags(legs.hears(legs.agent(url))) == ["Say", "Hangup"]
    assert tags(legs.hears(legs.callee(url, a_callee()))) == ["Hangup"]


@pytest.mark.parametrize(("text", "status", "code"), [("<Response>", 200, "12100"), ("", 500, "11200")])
def test_the_fallback_url_is_asked_with_what_went_wrong(legs: Legs, text: str, status: int, code: str) -> None:
    url = legs.dialer.serve(text, status)
    fallback = legs.dialer.serve("<Response><Reject/></Response>")

    assert tags(legs.hears(legs.agent(url, fallback_url=fallback))) == ["Reject"]
    asked = legs.dialer.asked[-1].form
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == (code, url)


def test_redirects_without_end_are_given_up(legs: Legs) -> None:
    url = legs.dialer.serve("", 302, path="/round", Location="/round")

    assert tags(legs.hears(legs.agent(url))) == ["Say", "Hangup"]


# ---------------------------------------------------------------- telephones


def test_a_permitted_number_is_an_attempt_whose_reports_reach_us_and_then_the_dialer(legs: Legs) -> None:
    callee, mine = a_callee(), f"{legs.dialer.url}/status"
    url = legs.dialer.serve(
        f'<Response><Dial timeout="12"><Number statusCallback="/status">{callee}</Number></Dial></Response>'
    )

    (number,) = legs.hears(legs.agent(url)).iter("Number")

    (made,) = attempts_at(legs.gateway, callee)
    assert number.text == callee
    assert legs.follows(number.get("statusCallback")) == f"/twilio/status/{made['attempt_id']}"
    with legs.gateway.services.database.reading() as connection:
        kept = connection.scalar(select(AttemptRow.dialer_callback).where(AttemptRow.callee == callee))
    assert mine in (kept or "")


def test_a_repeated_delivery_finds_its_attempt_and_everything_else_is_a_new_one(legs: Legs) -> None:
    callee = a_callee()
    path = legs.agent(legs.dialer.serve(f"<Response><Dial>{callee}</Dial></Response>"))

    first, again = (legs.hears(path, token="the-same") for _ in range(2))
    legs.hears(path, token="another")

    assert [each.findtext("Dial/Number") for each in (first, again)] == [callee, callee]
    reports = {each.get("statusCallback") for document in (first, again) for each in document.iter("Number")}
    assert len(reports) == 1
    assert len(attempts_at(legs.gateway, callee)) == 2


def test_a_number_on_the_stop_list_is_not_rung_wherever_the_document_leads(legs: Legs) -> None:
    callee = a_callee()
    legs.suppress(callee)
    second = legs.dialer.serve(f"<Response><Dial>{callee}</Dial><Record/></Response>")
    first = legs.dialer.serve(f"<Response><Redirect>{second}</Redirect></Response>")

    led = legs.hears(legs.agent(first)).findtext("Redirect")

    assert tags(legs.hears(legs.follows(led)))[-1] == "Hangup"
    assert "Record" not in tags(legs.hears(legs.follows(led)))
    assert "Dial" not in tags(legs.hears(legs.follows(led)))


def test_an_objection_while_the_agent_still_hears_a_song_counts(legs: Legs) -> None:
    callee = a_callee()
    path = legs.agent(f"<Response><Say>One moment</Say><Dial>{callee}</Dial></Response>")

    document = legs.hears(path)
    assert tags(document) == ["Say", "Redirect"]
    assert attempts_at(legs.gateway, callee) == []
    legs.suppress(callee)

    assert "Dial" not in tags(legs.hears(legs.follows(document.findtext("Redirect"))))


def test_on_a_callees_leg_refusals_are_not_explained(legs: Legs) -> None:
    callee = a_callee()
    legs.suppress(callee)
    document = f"<Response><Dial>{callee}</Dial></Response>"

    assert tags(legs.hears(legs.callee(document, a_callee()))) == ["Hangup"]
    assert tags(legs.hears(legs.agent(document)))[0] == "Say"


def test_our_own_people_are_rung_without_being_asked_about_and_noted(legs: Legs) -> None:
    sid = a_call_sid()

    document = legs.hears(legs.agent("<Response><Dial><Client>carl</Client></Dial></Response>"), CallSid=sid)

    assert document.findtext("Dial/Client/Identity") == "carl"
    with legs.gateway.services.database.reading() as connection:
        row = connection.execute(
            select(OwnCallRow.id, OwnCallRow.parent_call_sid).where(OwnCallRow.address == "client:carl")
        ).one()
    client = document.find("Dial/Client")
    assert client is not None
    assert (legs.follows(client.get("statusCallback")), row.parent_call_sid) == (f"/twilio/own/{row.id}", sid)


def test_no_machine_speaks_to_a_callee_whose_campaign_was_decided_for_people(legs: Legs) -> None:
    callee = ""

    for speech in (
        "<Say>Hello</Say>",
        "<Gather><Say>Press</Say></Gather>",
        "<Dial><Client>a</Client></Dial><Say>x</Say>",
    ):
        path = legs.callee(f"<Response>{speech}</Response>", callee := a_callee())
        assert tags(legs.hears(path)) == ["Hangup"]
    (made,) = attempts_at(legs.gateway, callee)
    with legs.gateway.services.database.reading() as connection:
        noted = connection.scalars(
            select(AttemptEventRow.detail).where(AttemptEventRow.attempt_id == made["attempt_id"])
        )
        assert "machine_silenced" in str(list(noted))


def test_what_goes_wrong_within_rings_nobody(legs: Legs) -> None:
    callee = a_callee()
    path = legs.agent(f"<Response><Dial>{callee}</Dial></Response>")
    with legs.gateway.services.database.writing() as connection:
        connection.execute(update(LinkRow).where(LinkRow.id == path.rpartition("/")[2]).values(credential_id="gone"))

    assert tags(legs.hears(path)) == ["Say", "Hangup"]
    with legs.gateway.services.database.reading() as connection:
        assert connection.scalar(select(func.count()).where(AttemptRow.callee == callee)) == 0
