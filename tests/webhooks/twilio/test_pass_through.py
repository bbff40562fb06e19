"""Twilio's other resources: what is on the list reaches Twilio for one's own things, and nothing else does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException
from werkzeug.test import TestResponse

from middleware.services.pass_through.allowed import ALLOWED, Allowed, find
from middleware.store.own_calls import OwnCallRepository
from middleware.twiml.names import scoped_name
from tests.api_contract import told
from tests.gateway import NOW, Dialer, Gateway, running_gateway
from tests.rows import an_ended_row, insert_attempts, insert_caller_id
from tests.twiml_server import TwimlServer, twiml_server

OWN_SID = "AC" + "0" * 32
OWN_NUMBER = "+4570123477"  # on file for the first controller alone
CALL, CHILD, OTHER_CALL = "CA" + "a" * 32, "CA" + "b" * 32, "CA" + "c" * 32
RE, RE_OTHER, TR, CF, CF_OTHER, QU, PN, NO = (
    f"{kind}{digit * 32}"
    for kind, digit in zip(("RE", "RE", "TR", "CF", "CF", "QU", "PN", "NO"), "12345678", strict=True)
)
SIDS = {
    "CallSid": CALL,
    "RecordingSid": RE,
    "TranscriptionSid": TR,
    "ConferenceSid": CF,
    "QueueSid": QU,
    "NumberSid": PN,
    "CallerIdSid": PN,
    "NotificationSid": NO,
}
DOCS = Path(__file__).parents[3] / "webhooks" / "docs" / "pass-through.md"


@dataclass
class Account:
    """A gateway in front of a Twilio that answers what a test has written."""

    gateway: Gateway
    twilio: TwimlServer

    def serve(self, path: str, status: int = 200, **body: Any) -> None:
        address = f"/2010-04-01/Accounts/{OWN_SID}/{path}"
        known = {"uri": address} if status < 400 else {}
        if "sid" in body:
            known["account_sid"] = OWN_SID
        self.twilio.serve(json.dumps({**known, **body}), status, "application/json", address)

    def ask(self, path: str, method: str = "GET", dialer: Dialer | None = None, **options: Any) -> TestResponse:
        who = dialer or self.gateway.dialer
        url = f"/2010-04-01/Accounts/{who.account_sid}/{path}"
        return FlaskClient(self.gateway.app).open(url, method=method, auth=who.basic, **options)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What Twilio was asked: method, and path below the account."""
        return [(each.method, each.url.partition(f"{OWN_SID}/")[2]) for each in self.twilio.asked]


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    file = tmp_path_factory.mktemp("passing") / "ringfence.sqlite3"
    with (
        twiml_server() as twilio,
        running_gateway(f"sqlite:///{file}", twilio_api_base_url=twilio.url, twilio_account_sid=OWN_SID) as gateway,
    ):
        store = gateway.services.database
        row = an_ended_row(NOW, placed_by="us", call_sid=CALL)
        other = an_ended_row(NOW, placed_by="us", call_sid=OTHER_CALL, controller_id="beta", campaign_id="autumn")
        insert_attempts(store, [row, other])
        insert_caller_id(store, "acme", OWN_NUMBER)
        with store.writing() as connection:
            OwnCallRepository(connection).add(
                NOW, controller_id="acme", route="twiml", address="client:anna", language="da", call_sid=CHILD
            )
        yield Account(gateway, twilio)


@pytest.fixture
def account(_running: Account) -> Account:
    _running.twilio.pages.clear()
    _running.twilio.asked.clear()
    return _running


def serve_all(account: Account) -> None:
    """One thing of each kind, all of the first controller."""
    name = scoped_name("acme", "room 1")
    things: dict[str, dict[str, Any]] = {
        f"Recordings/{RE}": {"sid": RE, "call_sid": CALL},
        f"Calls/{CALL}/Recordings/{RE}": {"sid": RE, "call_sid": CALL},
        f"Calls/{CALL}/Notifications/{NO}": {"sid": NO, "call_sid": CALL},
        f"Recordings/{RE}/Transcriptions/{TR}": {"sid": TR, "recording_sid": RE},
        f"Transcriptions/{TR}": {"sid": TR, "recording_sid": RE},
        f"Conferences/{CF}": {"sid": CF, "friendly_name": name},
        f"Queues/{QU}": {"sid": QU, "friendly_name": name},
        f"Queues/{QU}/Members/{CALL}": {"call_sid": CALL},
        f"IncomingPhoneNumbers/{PN}": {"sid": PN, "phone_number": OWN_NUMBER},
        f"OutgoingCallerIds/{PN}": {"sid": PN, "phone_number": OWN_NUMBER},
    }
    for path, thing in things.items():
        account.serve(f"{path}.json", **thing)
    for path, items, thing in (
        (f"Calls/{CALL}/Recordings", "recordings", {"sid": RE}),
        (f"Calls/{CALL}/Events", "events", {"request": {}}),
        (f"Calls/{CALL}/Notifications", "notifications", {"sid": NO}),
        ("Recordings", "recordings", {"sid": RE, "call_sid": CALL}),
        (f"Recordings/{RE}/Transcriptions", "transcriptions", {"sid": TR, "recording_sid": RE}),
        ("Transcriptions", "transcriptions", {"sid": TR, "recording_sid": RE}),
        ("Conferences", "conferences", {"sid": CF, "friendly_name": name}),
        ("Queues", "queues", {"sid": QU, "friendly_name": name}),
        (f"Queues/{QU}/Members", "queue_members", {"call_sid": CALL}),
        ("IncomingPhoneNumbers", "incoming_phone_numbers", {"sid": PN, "phone_number": OWN_NUMBER}),
        ("OutgoingCallerIds", "outgoing_caller_ids", {"sid": PN, "phone_number": OWN_NUMBER}),
    ):
        page: dict[str, Any] = {items: [thing], "page": 0, "next_page_uri": None}
        account.serve(f"{path}.json", **page)


def path_of(allowed: Allowed) -> str:
    return allowed.path.format(**SIDS)


def form_of(allowed: Allowed) -> dict[str, str]:
    return {name: values[0] for name, values in allowed.only}


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda allowed: f"{allowed.method} {allowed.path}")
def test_what_is_on_the_list_reaches_twilio_for_its_owner_and_for_nobody_else(
    account: Account, allowed: Allowed
) -> None:
    serve_all(account)
    for ending in ("", ".mp3", ".wav"):
        account.twilio.serve(b"RIFF", 200, "audio/x", f"/2010-04-01/Accounts/{OWN_SID}/Recordings/{RE}{ending}")

    answer = account.ask(path_of(allowed), allowed.method, data=form_of(allowed) or None)

    assert answer.status_code < 300, answer.get_data(as_text=True)
    assert OWN_SID.encode() not in answer.get_data()
    assert account.asked[-1][0] == allowed.method or allowed.owned.value.endswith("recording is yours")
    before = [each for each in account.asked if each[0] != "GET"]
    others = account.ask(path_of(allowed), allowed.method, account.gateway.other_dialer, data=form_of(allowed) or None)
    if allowed.items is not None and others.status_code == 200:
        assert told(others)[allowed.items] == []
    else:
        assert (others.status_code, told(others)["code"]) == (404, 20404)
        assert [each for each in account.asked if each[0] != "GET"] == before


def test_lists_hold_ones_own_things_alone(account: Account) -> None:
    recordings = [{"sid": RE, "call_sid": CALL}, {"sid": RE_OTHER, "call_sid": OTHER_CALL}, {"sid": "x"}]
    account.serve("Recordings.json", recordings=[*recordings, {"sid": "own", "call_sid": CHILD}], page_size=50)

    body = told(account.ask("Recordings.json?PageSize=50"))

    assert [thing["sid"] for thing in body["recordings"]] == [RE, "own"]
    assert body["page_size"] == 50


def test_a_page_of_transcriptions_is_as_long_as_its_recordings_can_be_asked_about(account: Account) -> None:
    account.serve(f"Recordings/{RE}.json", sid=RE, call_sid=CALL)
    account.serve(f"Recordings/{RE_OTHER}.json", sid=RE_OTHER, call_sid=OTHER_CALL)
    texts = [{"sid": str(which), "recording_sid": RE if which % 2 else RE_OTHER} for which in range(4)]
    account.serve("Transcriptions.json", transcriptions=[*texts, {"sid": "4", "recording_sid": "../Balance"}])

    body = told(account.ask("Transcriptions.json?PageSize=1000"))

    assert [text["sid"] for text in body["transcriptions"]] == ["1", "3"]
    assert account.twilio.asked[0].form == {"PageSize": "20"}
    assert len(account.asked) == 3  # each recording once


def test_rooms_have_the_names_that_their_dialer_gave_them(account: Account) -> None:
    mine, other = scoped_name("acme", "room 1"), scoped_name("beta", "room 1")
    following = f"/2010-04-01/Accounts/{OWN_SID}/Conferences.json?FriendlyName={mine.replace(' ', '%20')}&Page=1"
    rooms = [{"sid": CF, "friendly_name": mine}, {"sid": CF_OTHER, "friendly_name": other}]
    account.serve("Conferences.json", conferences=rooms, next_page_uri=following)

    body = told(account.ask("Conferences.json", query_string={"FriendlyName": "room 1"}))

    assert body["conferences"] == [{"sid": CF, "friendly_name": "room 1"}]
    assert account.twilio.asked[0].form == {"FriendlyName": mine}
    account.ask(body["next_page_uri"].partition(f"{account.gateway.dialer.account_sid}/")[2])
    assert account.twilio.asked[1].form == {"FriendlyName": mine, "Page": "1"}


def test_a_room_can_be_ended_and_nothing_be_announced_in_it(account: Account) -> None:
    serve_all(account)

    ended = account.ask(f"Conferences/{CF}.json", "POST", data={"Status": "completed"})
    told_more = account.ask(
        f"Conferences/{CF}.json", "POST", data={"Status": "completed", "AnnounceUrl": "http://x.example"}
    )
    without = account.ask(f"Conferences/{CF}.json", "POST")

    assert (ended.status_code, told(ended)["friendly_name"]) == (200, "room 1")
    for refused in (told_more, without):
        assert (refused.status_code, told(refused)["code"]) == (400, 68002)
    assert [each.form for each in account.twilio.asked if each.method == "POST"] == [{"Status": "completed"}]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "Balance.json"),
        ("POST", "Messages.json"),
        ("GET", "Applications.json"),
        ("POST", "Addresses.json"),
        ("GET", f"Recordings/{RE}.ogg"),
        ("GET", f"Transcriptions/{TR}"),
        ("GET", "Recordings/not-a-sid.json"),
        ("GET", f"Recordings/{RE}.json/../../Balance.json"),
        ("GET", f"Queues/{QU}/Members/Front.json"),
        ("GET", "SIP/Domains.json"),
        ("POST", f"Calls/{CALL}/Streams.json"),
        ("POST", f"Calls/{CALL}/Payments.json"),
        ("GET", "IncomingPhoneNumbers/AvailablePhoneNumbers.json"),
    ],
)
def test_what_is_not_on_the_list_is_refused_and_the_answer_says_what_is(
    account: Account, method: str, path: str
) -> None:
    answer = account.ask(path, method)

    body = told(answer)
    assert (answer.status_code, body["code"], body["status"]) == (403, 68002, 403)
    assert "Recordings" in body["message"]
    assert account.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"Calls/{CALL}.json"),
        ("PUT", "Calls.json"),
        ("POST", "Recordings.json"),
        ("POST", f"Queues/{QU}.json"),
        ("DELETE", f"Queues/{QU}.json"),
        ("POST", f"Queues/{QU}/Members/{CALL}.json"),
        ("POST", "OutgoingCallerIds.json"),
        ("POST", f"IncomingPhoneNumbers/{PN}.json"),
        ("PATCH", f"Conferences/{CF}.json"),
    ],
)
def test_a_method_that_is_not_on_the_list_is_refused_as_twilio_refuses_one(
    account: Account, method: str, path: str
) -> None:
    answer = account.ask(path, method)

    assert (answer.status_code, told(answer)["code"]) == (405, 20004)
    assert account.asked == []


def test_a_parameter_that_is_not_on_the_list_is_refused(account: Account) -> None:
    serve_all(account)
    for path, method, form in (
        ("Recordings.json?IncludeSoftDeleted=true", "GET", None),
        (f"Calls/{CALL}/Recordings.json", "POST", {"RecordingStatusCallback": "http://dialer.example"}),
        (f"Calls/{CALL}/Recordings/{RE}.json", "POST", {"Status": "absent"}),
    ):
        answer = account.ask(path, method, data=form)
        assert (answer.status_code, told(answer)["code"]) == (400, 68002), path
    assert account.asked == []


def test_twilios_own_sdk_reads_and_changes_through_it(account: Account) -> None:
    serve_all(account)
    client = account.gateway.sdk()

    assert [each.sid for each in client.recordings.list()] == [RE]
    assert [each.sid for each in client.calls(CALL).recordings.list()] == [RE]
    assert [each.friendly_name for each in client.conferences.list(friendly_name="room 1")] == ["room 1"]
    assert client.conferences(CF).update(status="completed").friendly_name == "room 1"
    assert client.incoming_phone_numbers(PN).fetch().phone_number == OWN_NUMBER
    assert client.transcriptions(TR).fetch().recording_sid == RE
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=OWN_NUMBER, from_=OWN_NUMBER, body="hej")
    assert (refused.value.status, refused.value.code) == (403, 68002)


def test_sound_is_streamed_as_it_is(account: Account) -> None:
    serve_all(account)
    sound = bytes(range(256)) * 1000
    account.twilio.serve(sound, 200, "audio/mpeg", f"/2010-04-01/Accounts/{OWN_SID}/Recordings/{RE}.mp3")

    answer = account.ask(f"Recordings/{RE}.mp3")

    assert (answer.status_code, answer.content_type, answer.content_length) == (200, "audio/mpeg", len(sound))
    assert answer.get_data() == sound


def test_the_address_of_a_sound_leads_to_us(account: Account) -> None:
    address = f"https://api.twilio.com/2010-04-01/Accounts/{OWN_SID}/Recordings/{RE}"
    account.serve(f"Recordings/{RE}.json", sid=RE, call_sid=CALL, media_url=address, elsewhere="https://x.example/a")
    account.twilio.serve(b"RIFF", 200, "audio/x-wav", f"/2010-04-01/Accounts/{OWN_SID}/Recordings/{RE}")

    body = told(account.ask(f"Recordings/{RE}.json"))

    sound = requests.get(body["media_url"], auth=account.gateway.dialer.basic, timeout=5)
    assert (sound.status_code, sound.content) == (200, b"RIFF")
    assert body["elsewhere"] == "https://x.example/a"


def test_twilios_own_refusal_is_handed_on_without_our_account(account: Account) -> None:
    missing = f"The requested resource /2010-04-01/Accounts/{OWN_SID}/Recordings/{RE}.json was not found"
    account.serve(f"Recordings/{RE}.json", 404, code=20404, message=missing)

    answer = account.ask(f"Recordings/{RE}.json")

    assert (answer.status_code, told(answer)["code"]) == (404, 20404)
    assert OWN_SID.encode() not in answer.get_data()


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_twilio_that_cannot_answer_is_said_to_be_one(account: Account, status: int) -> None:
    account.serve(f"Recordings/{RE}.json", status, code=20001, message="no")

    answer = account.ask(f"Recordings/{RE}.json")

    assert (answer.status_code, told(answer)["code"]) == (502, 68006)


def test_without_credentials_of_ours_nothing_is_told(account: Account) -> None:
    client = FlaskClient(account.gateway.app)
    sid = account.gateway.dialer.account_sid
    wrong = (sid, "0" * 32)
    for url, auth in (
        (f"/2010-04-01/Accounts/{sid}/Recordings.json", None),
        (f"/2010-04-01/Accounts/{sid}/Recordings.json", wrong),
        (f"/2010-04-01/Accounts/{OWN_SID}/Recordings.json", account.gateway.dialer.basic),
        ("/2010-04-01/Accounts.json", wrong),
    ):
        answer = client.get(url, auth=auth)
        assert (answer.status_code, told(answer)["code"]) == (401, 20003), url
    assert account.asked == []


def test_twilio_is_asked_with_our_own_credentials(account: Account) -> None:
    serve_all(account)

    account.ask(f"Recordings/{RE}.json")

    sent = base64.b64decode(account.twilio.asked[0].headers["Authorization"].split()[1]).decode()
    assert sent.startswith(f"{OWN_SID}:")


def test_the_documentation_lists_what_the_list_holds() -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert rows == [row_of(allowed) for allowed in ALLOWED]


def row_of(allowed: Allowed) -> str:
    """As the table has it."""
    choices = dict(allowed.only)
    names = [
        f"{name}={'/'.join(choices[name])}" if name in choices else name for name in (*allowed.query, *allowed.form)
    ]
    given = ", ".join(f"`{name}`" for name in names) or "none"
    return f"| `{allowed.method} {allowed.path}` | {allowed.owned.value} | {given} |"


@given(
    st.text(max_size=80)
    | st.from_regex(r"(Recordings|Calls|Queues)/[A-Z]{2}[0-9a-f/.%]{0,40}(\.json)?", fullmatch=True)
)
def test_nothing_but_sids_of_the_right_kind_gets_into_a_path(path: str) -> None:
    found = find("GET", path)

    if found is not None:
        allowed, sids = found
        assert allowed.path.format(**sids) == path
        assert all(sid[2:].isalnum() and len(sid) == 34 for sid in sids.values())
