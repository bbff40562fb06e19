"""The drop-in for Twilio: what goes through, what is changed on the way, what is refused and how."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from middleware.store.own_calls import OwnCallRepository
from tests.api_contract import told
from tests.gateway import CALLER_ID, NOBODY, Dialer, Gateway, a_callee
from tests.rows import insert_caller_id
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import a_call_sid, attempts_at, create, some_form, upstream


def test_a_permitted_call_is_made_at_twilio_and_comes_back_as_twilio_returns_it(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()

    answer = create(client, dialer, form)

    [call] = upstream(simulator, form["To"])
    body = told(answer)
    assert answer.status_code == 201
    assert (body["sid"], body["status"], body["account_sid"]) == (call["call"]["sid"], "queued", dialer.account_sid)
    assert body["uri"] == f"{dialer.calls_path}/{body['sid']}.json"
    assert set(body) == set(call["call"])
    [attempt] = attempts_at(gateway, form["To"])
    assert (attempt["call_sid"], attempt["permitted"], attempt["route"]) == (body["sid"], True, "twilio_rest")


@pytest.mark.parametrize("spelling", ["{}", " {} ", "+45 {2} {4} {6} {8}", "0045{rest}", "tel:{}", "+45 ({2}) {rest2}"])
def test_a_callee_in_any_spelling_is_checked_and_called_in_e164(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, spelling: str
) -> None:
    callee = a_callee()
    pairs = {str(i): callee[i + 1 : i + 3] for i in range(2, 10, 2)}
    given = spelling.replace("{}", callee).replace("{rest}", callee[3:]).replace("{rest2}", callee[5:])
    for name, digits in pairs.items():
        given = given.replace(f"{{{name}}}", digits)

    assert create(client, dialer, some_form(To=given)).status_code == 201
    assert [call["parameters"]["To"] for call in upstream(simulator, callee)] == [callee]


def test_the_caller_id_is_shown_to_twilio_in_e164_too(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(From="0045 70 12 34 99")

    assert create(client, dialer, form).status_code == 201
    assert upstream(simulator, form["To"])[0]["parameters"]["From"] == CALLER_ID
    assert attempts_at(gateway, form["To"])[0]["caller_id"] == CALLER_ID


# the Danish file lets a phone ring for 30 seconds, of which Twilio may add 5 itself
@pytest.mark.parametrize(
    ("asked", "sent"),
    [(None, "25"), ("", "25"), ("3", "3"), ("10", "10"), ("25", "25"), ("26", "25"), ("600", "25"), ("0", "1")],
)
def test_a_phone_rings_no_longer_than_the_policy_allows(
    client: FlaskClient, dialer: Dialer, simulator: Simulator, asked: str | None, sent: str
) -> None:
    form = some_form(Timeout=asked)

    assert create(client, dialer, form).status_code == 201
    assert upstream(simulator, form["To"])[0]["parameters"]["Timeout"] == sent


def test_all_other_parameters_pass_through_those_that_nobody_knows_yet_included(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    others = {
        "Record": "true",
        "MachineDetection": "Enable",
        "RecordingStatusCallbackEvent": ["in-progress", "completed"],
        "Passports": "one",
        "SomethingNew": ["b", "a"],
    }
    form = some_form(**others)

    assert create(client, dialer, form).status_code == 201
    sent = upstream(simulator, form["To"])[0]["parameters"]
    assert {name: sent.get(name) for name in others} == others


def test_twilio_asks_us_for_the_instructions_and_turns_to_us_when_it_gets_none(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(Url="https://dialer.example/voice", Method="GET", FallbackUrl="https://dialer.example/fallback")

    assert create(client, dialer, form).status_code == 201

    sent = upstream(simulator, form["To"])[0]["parameters"]
    assert sent["Url"].startswith(f"{gateway.url}/twilio/twiml/")
    assert sent["FallbackUrl"] == f"{gateway.url}/twilio/voice/fallback/callee"
    assert "dialer.example" not in str(sent)
    link = gateway.services.links.find(sent["Url"].partition("#")[0].rpartition("/")[2])
    assert (link.url, link.method) == ("https://dialer.example/voice", "GET")
    assert link.fallback_url == "https://dialer.example/fallback"


def test_twiml_that_rings_and_asks_nobody_goes_to_twilio_as_it_is(
    client: FlaskClient, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(Url=None, Twiml="<Response><Pause length='3'/></Response>")

    assert create(client, dialer, form).status_code == 201
    assert upstream(simulator, form["To"])[0]["parameters"]["Twiml"] == form["Twiml"]


def test_any_other_twiml_is_looked_at_when_it_is_heard(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(Url=None, Twiml="<Response><Dial><Client>anna</Client></Dial></Response>")

    assert create(client, dialer, form).status_code == 201

    sent = upstream(simulator, form["To"])[0]["parameters"]
    assert "Twiml" not in sent
    link = gateway.services.links.find(sent["Url"].partition("#")[0].rpartition("/")[2])
    assert link.document == form["Twiml"]


def test_twilio_reports_to_us_and_is_asked_for_every_event_whatever_the_dialer_wants(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form(StatusCallback=f"{NOBODY}/mine", StatusCallbackMethod="GET", StatusCallbackEvent="completed")

    create(client, dialer, form)

    sent = upstream(simulator, form["To"])[0]["parameters"]
    [attempt] = attempts_at(gateway, form["To"])
    assert sent["StatusCallback"].partition("#")[0] == f"{gateway.url}/twilio/status/{attempt['attempt_id']}"
    assert sent["StatusCallback"].partition("#")[2] == "rc=3&rp=ct,rt,5xx&rt=4000"
    assert sent["StatusCallbackMethod"] == "POST"
    assert sent["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


LONG = "+45" + "1" * 40
BAD_REQUESTS: list[tuple[dict[str, Any], int, str]] = [
    ({"To": None}, 21201, "'To' parameter is required"),
    ({"To": "  "}, 21201, "'To' parameter is required"),
    ({"To": ["+4532123456", "+4532123457"]}, 68002, "'To' must be given once"),
    ({"To": "sip:alice@example.com"}, 68002, "carries no telephone number and is none of yours"),
    ({"To": "sip:101@example.com"}, 68002, "carries no telephone number and is none of yours"),
    ({"To": "sip:+4532123456"}, 68002, "carries no telephone number and is none of yours"),
    ({"To": "sim:DE0123"}, 68002, "carries no telephone number and is none of yours"),
    ({"To": "whatsapp:+4532123456"}, 68002, "carries no telephone number and is none of yours"),
    ({"To": "+4532\x00123456"}, 21211, "To is not a valid phone number"),
    ({"From": None}, 21213, "'From' parameter is required"),
    ({"From": LONG}, 21212, "From is not a valid phone number"),
    ({"From": "+4570\x00123499"}, 21212, "From is not a valid phone number"),
    ({"From": [CALLER_ID, CALLER_ID]}, 68002, "'From' must be given once"),
    ({"Url": None}, 21205, "Url parameter is required"),
    ({"Url": ""}, 21205, "Url parameter is required"),
    ({"Url": "not-a-url"}, 21205, "Url cannot be used"),
    ({"FallbackUrl": "ftp://example.com/"}, 21205, "FallbackUrl cannot be used"),
    ({"SomeNewCallback": "https://example.com/"}, 68002, "does not know"),
    ({"Timeout": "soon"}, 21208, "Timeout"),
    ({"Timeout": "-1"}, 21208, "Timeout"),
    ({"Timeout": "²"}, 21208, "Timeout"),
    ({"Timeout": "1" * 5000}, 21208, "Timeout"),
    ({"ApplicationSid": "AP" + "0" * 32}, 68002, "ignores status callbacks"),
    ({"ApplicationSid": ["", "AP" + "0" * 32]}, 68002, "'ApplicationSid' must be given once"),
    ({"MachineDetection": ["", "Enable"]}, 68002, "'MachineDetection' must be given once"),
    ({"applicationsid": "AP" + "0" * 32}, 68002, "'ApplicationSid' must be written in this way"),
    ({"Application_Sid": "AP" + "0" * 32}, 68002, "'ApplicationSid' must be written in this way"),
    ({"Twiml[]": "<Response><Dial/></Response>"}, 68002, "'Twiml' must be written in this way"),
    ({"Url": None, "Twiml": ["<Response/>", "<Response><Dial/></Response>"]}, 68002, "'Twiml' must be given once"),
    ({"StatusCallbackMethod": "PUT"}, 21209, "StatusCallbackMethod"),
    ({"StatusCallbackEvent": "answer"}, 68002, "StatusCallbackEvent"),
    ({"StatusCallbackEvent": ["completed", "initiated,queued"]}, 68002, "StatusCallbackEvent"),
    ({"StatusCallback": "ftp://example.com/"}, 21609, "StatusCallback"),
    ({"StatusCallback": "example.com/calls"}, 21609, "StatusCallback"),
    ({"StatusCallback": "https:///calls"}, 21609, "StatusCallback"),
    ({"StatusCallback": "http://example.com:99999/"}, 21609, "StatusCallback"),
    ({"StatusCallback": "http://[::1/"}, 21609, "StatusCallback"),
    ({"StatusCallback": "http://example.com/\r\nX: y"}, 21609, "StatusCallback"),
    ({"StatusCallback": "http://exämple.com/"}, 21609, "StatusCallback"),
]


@pytest.mark.parametrize(("changes", "code", "message"), BAD_REQUESTS)
def test_a_create_that_cannot_be_looked_after_is_refused_with_twilios_code_where_it_has_one(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, changes: dict[str, Any], code: int, message: str
) -> None:
    form = some_form(**changes)

    answer = create(client, dialer, form)

    body = told(answer)
    docs = f"{gateway.url}/twilio/errors" if code >= 68000 else "https://www.twilio.com/docs/errors"
    assert (answer.status_code, body["code"], body["status"]) == (400, code, 400)
    assert message in body["message"]
    assert body["more_info"] == f"{docs}/{code}"
    assert not isinstance(form.get("To"), str) or attempts_at(gateway, form["To"]) == []


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\there"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(client: FlaskClient, dialer: Dialer, key: str) -> None:
    answer = create(client, dialer, some_form(), **{"Idempotency-Key": key})

    assert (answer.status_code, told(answer)["code"]) == (400, 68002)
    assert "Idempotency-Key" in told(answer)["message"]


def test_a_refusal_tells_every_reason_and_when_and_holds_the_whole_decision(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    create(client, dialer, form)
    simulator.wait_until_idle()

    answer = create(client, dialer, form | {"Url": f"{NOBODY}/another"})

    body = told(answer)
    assert (answer.status_code, body["code"], body["status"]) == (400, 68001, 400)
    assert body["more_info"] == f"{gateway.url}/twilio/errors/68001"
    assert client.get("/twilio/errors/68001").status_code == 200
    reasons = body["details"]["reasons"]
    assert [reason["code"] for reason in reasons] == ["attempts.too_soon"]
    assert f"[attempts.too_soon] {reasons[0]['message']}" in body["message"]
    assert body["details"]["not_before"] in body["message"]
    assert body["details"]["permitted"] is False
    assert len(upstream(simulator, form["To"])) == 1
    assert [attempt["state"] for attempt in attempts_at(gateway, form["To"])][1:] == ["refused"]


@pytest.mark.parametrize("callee", ["+45123", "112", "not a number", "+4590123456"])
def test_a_callee_that_may_never_be_called_is_refused_for_good_and_recorded(
    client: FlaskClient, dialer: Dialer, callee: str
) -> None:
    answer = create(client, dialer, some_form(To=callee))

    body = told(answer)
    assert (answer.status_code, body["code"]) == (400, 68001)
    assert "Waiting does not help" in body["message"]
    seen = client.get(f"/v1/attempts/{body['details']['attempt_id']}", headers=dialer.bearer)
    assert told(seen)["state"] == "refused"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"From": "+15005550001"}, 21212),
        ({"MachineDetection": "Maybe"}, None),
    ],
)
def test_what_twilio_refuses_is_handed_on_as_it_is_and_the_attempt_does_not_count(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, changes: dict[str, str], code: int | None
) -> None:
    form = some_form(**changes)
    insert_caller_id(gateway.services.database, number=form["From"])

    answer = create(client, dialer, form)

    body = told(answer)
    assert answer.status_code == 400
    assert code in {None, body["code"]}
    assert body["more_info"].startswith("https://www.twilio.com/docs/errors/")
    assert attempts_at(gateway, form["To"])[0]["state"] == "withdrawn"
    assert create(client, dialer, some_form(To=form["To"])).status_code == 201


@pytest.mark.parametrize(("code", "status"), [(21214, 400), (21215, 400), (21216, 400), (21217, 400)])
def test_a_callee_that_twilio_will_not_reach_is_twilios_own_answer(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, code: int, status: int
) -> None:
    callee = a_callee()
    simulator.set_outcomes(numbers={callee: {"refused": code}})

    answer = create(client, dialer, some_form(To=callee))

    assert (answer.status_code, told(answer)["code"]) == (status, code)
    assert attempts_at(gateway, callee)[0]["state"] == "withdrawn"


def test_what_twilio_refuses_names_the_account_that_the_dialer_knows(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    sid = a_call_sid()
    own = {"controller_id": "acme", "route": "voice", "address": "client:anna", "language": "en", "call_sid": sid}
    with gateway.services.database.writing() as connection:
        OwnCallRepository(connection).add(gateway.services.clock.now(), **own)

    answer = client.get(f"{dialer.calls_path}/{sid}.json", auth=dialer.basic)

    assert (answer.status_code, told(answer)["code"]) == (404, 20404)
    assert dialer.account_sid in answer.text
    assert simulator.account_sid not in answer.text


def test_without_or_with_a_wrong_credential_nothing_is_asked_or_made(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    other = gateway.other_dialer
    form = some_form()
    url = f"{dialer.calls_path}.json"
    for auth in (
        None,
        (dialer.account_sid, "0" * 32),
        (dialer.account_sid, other.token),
        other.basic,  # a right one, for another account than the path names
        ("AC" + "0" * 32, dialer.token),
        (dialer.account_sid, ""),
        ("é", "é"),
    ):
        for answer in (client.post(url, data=form, auth=auth), client.get(url, auth=auth)):
            assert (answer.status_code, told(answer)["code"]) == (401, 20003)
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert client.post(url, data=form, headers=dialer.bearer).status_code == 401
    assert attempts_at(gateway, form["To"]) == []


def test_the_calls_of_one_controller_cannot_be_seen_or_changed_by_another(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    other = gateway.other_dialer
    mine = told(create(client, dialer, some_form()))["sid"]
    theirs = told(create(client, other, some_form()))["sid"]

    fetched = client.get(f"{other.calls_path}/{mine}.json", auth=other.basic)
    updated = client.post(f"{other.calls_path}/{mine}.json", auth=other.basic, data={"Status": "completed"})
    unknown = client.get(f"{other.calls_path}/CA{'0' * 32}.json", auth=other.basic)
    listed = told(client.get(f"{other.calls_path}.json?PageSize=1000", auth=other.basic))

    for answer in (fetched, updated, unknown):
        body = told(answer)
        assert (answer.status_code, body["code"]) == (404, 20404)
        assert body["message"] == f"The requested resource {answer.request.path} was not found"
    sids = {call["sid"] for call in listed["calls"]}
    assert theirs in sids
    assert mine not in sids
    assert simulator.account_sid not in str(listed)


@pytest.mark.parametrize("sid", ["CAxyz", "CA" + "0" * 31, "CA%00", "%2B4532123456"])
def test_what_is_no_call_sid_is_not_found(client: FlaskClient, dialer: Dialer, sid: str) -> None:
    answer = client.get(f"{dialer.calls_path}/{sid}.json", auth=dialer.basic)

    assert (answer.status_code, told(answer)["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", "/Calls/CA" + "0" * 32 + ".json", 405, 20004),
        ("PUT", "/Calls.json", 405, 20004),
        ("GET", "/Messages.json", 403, 68002),
        ("GET", "/Calls", 403, 68002),
        ("GET", "/Calls/..%2f..%2fx.json", 403, 68002),
    ],
)
def test_what_the_drop_in_does_not_have_is_refused_in_twilios_words(
    client: FlaskClient, dialer: Dialer, method: str, path: str, status: int, code: int
) -> None:
    base = dialer.calls_path.removesuffix("/Calls")

    answer = client.open(f"{base}{path}", method=method, auth=dialer.basic)

    assert (answer.status_code, told(answer)["code"]) == (status, code)


def test_a_body_larger_than_any_request_is_refused_in_twilios_words(client: FlaskClient, dialer: Dialer) -> None:
    answer = create(client, dialer, some_form(Twiml="x" * 2_000_000))

    assert (answer.status_code, told(answer)["code"]) == (413, 68002)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"StatusCallback": "https://example.com/"}, "status callback of a live call"),
        ({"StatusCallbackEvent": "completed"}, "status callback of a live call"),
        ({"Twiml": "<Response><Refer/></Response>"}, "<Refer>"),
        ({"Timeout": "5"}, "Timeout"),
        ({"Twiml": ["<Response/>", "<Response><Dial/></Response>"]}, "'Twiml' must be given once"),
        ({"twiml": "<Response><Dial/></Response>"}, "'Twiml' must be written in this way"),
        ({"ApplicationSid": "AP" + "0" * 32}, "application"),
    ],
)
def test_a_live_call_cannot_be_led_past_the_checks(
    client: FlaskClient, dialer: Dialer, changes: dict[str, Any], message: str
) -> None:
    sid = told(create(client, dialer, some_form()))["sid"]

    answer = client.post(f"{dialer.calls_path}/{sid}.json", auth=dialer.basic, data=changes)

    assert (answer.status_code, told(answer)["code"]) == (400, 68002)
    assert message in told(answer)["message"]


def test_when_twilio_cannot_be_asked_fetch_list_and_update_say_so(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    sid = told(create(client, dialer, some_form()))["sid"]
    simulator.set_faults(request_503=1)
    call = f"{dialer.calls_path}/{sid}.json"

    for answer in (
        client.get(call, auth=dialer.basic),
        client.get(f"{dialer.calls_path}.json", auth=dialer.basic),
        client.post(call, auth=dialer.basic, data={"Status": "completed"}),
    ):
        assert (answer.status_code, told(answer)["code"]) == (502, 68006)
        assert client.get("/twilio/errors/68006").status_code == 200


def test_every_code_of_ours_has_its_page_and_twilios_have_none(client: FlaskClient) -> None:
    assert {code: client.get(f"/twilio/errors/{code}").status_code for code in range(68000, 68009)} == {
        **dict.fromkeys(range(68000, 68009), 404),
        **dict.fromkeys(range(68001, 68007), 200),
    }
    assert client.get("/twilio/errors/21201").status_code == 404


def test_the_same_key_finds_its_call_again_and_another_request_under_it_is_a_conflict(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form, key = some_form(), {"Idempotency-Key": "a key of this test"}
    first = told(create(client, dialer, form, **key))
    simulator.wait_until_idle()

    again = create(client, dialer, form, **key)
    another = create(client, dialer, some_form(), **key)

    assert (again.status_code, told(again)["sid"]) == (201, first["sid"])
    assert (another.status_code, told(another)["code"]) == (409, 68002)
    assert "take a new key" in told(another)["message"]
    assert len(upstream(simulator, form["To"])) == 1


def test_a_refused_request_gets_the_same_refusal_under_the_same_key(client: FlaskClient, dialer: Dialer) -> None:
    form, key = some_form(To="+45123"), {"Idempotency-Key": "a refused one"}

    assert told(create(client, dialer, form, **key)) == told(create(client, dialer, form, **key))
