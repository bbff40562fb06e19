"""Create, fetch, update and delete, asked for by Twilio's own SDK."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.scripts.twilio_simulator.conftest import OUTCOMES
from tests.simulator import ACCOUNT_SID, AUTH_TOKEN, Simulator, running_simulator

CALLER = "+4511111111"
ANSWERS = "+4512345600"
TALKS_FOR_HOURS = "+4512345605"
RINGS_FOR_MINUTES = "+4512345606"
VOICE = "http://127.0.0.1:9/voice"
A_YEAR_OF_SECONDS = 365 * 86_400
IDENTITY = ("sid", "account_sid", "parent_call_sid", "group_sid", "phone_number_sid", "trunk_sid", "api_version")
PARTIES = ("to", "to_formatted", "from", "from_formatted", "direction", "answered_by", "forwarded_from", "caller_name")
TIMES = ("start_time", "end_time", "date_created", "date_updated", "duration", "queue_time")
REST = ("status", "price", "price_unit", "annotation", "stir_verstat", "uri", "subresource_uris")
ALL_KEYS = {*IDENTITY, *PARTIES, *TIMES, *REST}


def post(
    simulator: Simulator, path: str, form: dict[str, str], credentials: tuple[str, str] | None = None
) -> requests.Response:
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}{path}"
    return requests.post(url, form, auth=credentials or (simulator.account_sid, simulator.auth_token), timeout=10)


def refused(client: Client, **parameters: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as raised:
        client.calls.create(**{"to": ANSWERS, "from_": CALLER, "url": VOICE, **parameters})
    return raised.value


def wait_for_status(simulator: Simulator, sid: str, status: str) -> None:
    """Statuses come within milliseconds; the control API answers as fast as it is asked."""
    for _ in range(2000):
        if simulator.client().calls(sid).fetch().status == status:
            return
    raise AssertionError(f"{sid} never was {status}")


def test_a_fresh_call_is_queued_and_knows_nothing_of_its_future(client: Client) -> None:
    call = client.calls.create(to=" +45 1234-5600 ", from_=CALLER, url=VOICE)

    assert (call.status, call.to, call._from, call.direction) == ("queued", ANSWERS, CALLER, "outbound-api")
    assert (call.start_time, call.end_time, call.duration, call.price, call.answered_by) == (None,) * 5
    assert call.date_created is not None
    assert call.date_created.tzinfo is not None


def test_a_created_call_has_every_key_and_numbers_are_strings(simulator: Simulator) -> None:
    answer = post(simulator, "/Calls.json", {"To": ANSWERS, "From": CALLER, "Url": VOICE})

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == ALL_KEYS
    assert body["queue_time"].isdigit()
    assert body["uri"] == f"/2010-04-01/Accounts/{simulator.account_sid}/Calls/{body['sid']}.json"
    assert all(uri.startswith("/2010-04-01/") for uri in body["subresource_uris"].values())


def test_a_completed_call_shows_when_it_began_and_how_long_it_lasted(simulator: Simulator, client: Client) -> None:
    sid = client.calls.create(to=ANSWERS, from_=CALLER, twiml="<Response/>").sid
    simulator.wait_until_idle()

    call = client.calls(sid).fetch()

    assert (call.status, call.duration, call.price, call.price_unit) == ("completed", "49", None, "USD")
    assert call.start_time <= call.end_time <= call.date_updated


@pytest.mark.parametrize(
    ("to", "status"),
    [("+4512345601", "busy"), ("+4512345602", "no-answer"), ("+4512345603", "failed"), ("sip:a@b.example", None)],
)
def test_a_call_ends_as_the_table_of_outcomes_has_it(
    simulator: Simulator, client: Client, to: str, status: str | None
) -> None:
    sid = client.calls.create(to=to, from_=CALLER, url=VOICE).sid
    simulator.wait_until_idle()

    ended = client.calls(sid).fetch()

    assert ended.status == (status or simulator.calls()[0]["plan"]["ending"])
    assert ended.end_time is not None


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "12345678"}, 21211),
        ({"to": "+45abc"}, 21211),
        ({"to": f"sip:{'a' * 250}@b.example"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "client:anna"}, 21212),
        ({"from_": "+15005550001"}, 21212),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"to": "+4512345607"}, 21216),
        ({"url": ""}, 21205),
        ({"url": "voice.xml"}, 21205),
        ({"url": "", "twiml": f"<Response>{' ' * 4000}</Response>"}, 32018),
        ({"method": "PUT"}, 21209),
        ({"timeout": 601}, 21208),
        ({"timeout": "soon"}, 21208),
        ({"send_digits": "12x"}, 21206),
        ({"application_sid": "AP1"}, 21218),
        ({"status_callback": "https://my_host.example/s"}, 21609),
        ({"status_callback": "ftp://host.example/s"}, 21609),
        ({"machine_detection": "Perhaps"}, 21200),
    ],
)
def test_a_wrong_create_raises_the_sdks_exception_with_twilios_code(
    simulator: Simulator, client: Client, parameters: dict[str, Any], code: int
) -> None:
    error = refused(client, **parameters)

    assert (error.status, error.code) == (400, code)
    assert simulator.calls() == []


def test_an_error_has_the_body_that_sdks_decode(simulator: Simulator) -> None:
    answer = post(simulator, "/Calls.json", {"To": "+15005550003", "From": CALLER, "Url": VOICE})

    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert (body["code"], body["status"]) == (21215, 400)
    assert body["message"].startswith("Account not authorized to call +15005550003.")
    assert body["more_info"] == "https://www.twilio.com/docs/errors/21215"


@pytest.fixture(scope="module")
def strict_simulator() -> Iterator[Simulator]:
    """Owns two numbers and lives a year ago."""
    options = {"numbers": [CALLER, "+4522222222"], "clock_offset": -A_YEAR_OF_SECONDS}
    with running_simulator(outcomes=OUTCOMES, **options) as simulator:
        yield simulator


@pytest.mark.parametrize(
    ("from_", "code"), [(CALLER, None), ("+4522222222", None), ("+15005550006", None), ("+4533333333", 21210)]
)
def test_only_numbers_of_the_account_may_be_shown(strict_simulator: Simulator, from_: str, code: int | None) -> None:
    client = strict_simulator.client()
    if code is None:
        assert client.calls.create(to=ANSWERS, from_=from_, url=VOICE).status == "queued"
    else:
        error = refused(client, from_=from_)
        assert (error.code, error.status) == (code, 400)
        assert f"The source phone number provided, {from_}, is not yet verified" in error.msg


def test_a_sip_address_may_be_called_under_any_name(strict_simulator: Simulator) -> None:
    call = strict_simulator.client().calls.create(to="sip:anna@pbx.example;transport=tls", from_="desk.7", url=VOICE)

    assert (call.to, call._from) == ("sip:anna@pbx.example;transport=tls", "desk.7")


@pytest.mark.parametrize("credentials", [("", ""), (ACCOUNT_SID, "wrong"), ("AC" + "f" * 32, AUTH_TOKEN)])
def test_wrong_credentials_are_answered_401(simulator: Simulator, credentials: tuple[str, str]) -> None:
    answer = post(simulator, "/Calls.json", {"To": ANSWERS, "From": CALLER, "Url": VOICE}, credentials)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert simulator.calls() == []


@pytest.mark.parametrize("path", ["/Calls/CA" + "0" * 32 + ".json", "/Calls", "/Messages.json", "/Nothing"])
def test_what_is_not_there_is_answered_404(simulator: Simulator, path: str) -> None:
    answer = post(simulator, path, {})

    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert answer.json()["message"].endswith(f"{path} was not found")


def test_another_accounts_calls_are_not_there(simulator: Simulator) -> None:
    url = f"{simulator.url}/2010-04-01/Accounts/AC{'f' * 32}/Calls.json"

    answer = requests.get(url, auth=(simulator.account_sid, simulator.auth_token), timeout=10)

    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_an_unknown_method_is_answered_405(simulator: Simulator) -> None:
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/Calls.json"

    answer = requests.put(url, auth=(simulator.account_sid, simulator.auth_token), timeout=10)

    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_a_ringing_call_can_be_cancelled(simulator: Simulator, client: Client) -> None:
    sid = client.calls.create(to=RINGS_FOR_MINUTES, from_=CALLER, url=VOICE, timeout=600).sid
    wait_for_status(simulator, sid, "ringing")

    assert client.calls(sid).update(status="canceled").status == "canceled"
    simulator.wait_until_idle()
    assert client.calls(sid).fetch().status == "canceled"


def test_cancelling_a_conversation_does_nothing_and_completing_it_ends_it(simulator: Simulator, client: Client) -> None:
    sid = client.calls.create(to=TALKS_FOR_HOURS, from_=CALLER, url=VOICE).sid
    wait_for_status(simulator, sid, "in-progress")

    assert client.calls(sid).update(status="canceled").status == "in-progress"
    ended = client.calls(sid).update(status="completed")

    assert ended.status == "completed"
    assert 0 <= int(ended.duration) < 14_000


@pytest.mark.parametrize("change", [{"url": VOICE}, {"twiml": "<Response/>"}, {"status": "completed"}])
def test_an_ended_call_cannot_be_changed(simulator: Simulator, client: Client, change: dict[str, Any]) -> None:
    sid = client.calls.create(to=ANSWERS, from_=CALLER, url=VOICE).sid
    simulator.wait_until_idle()

    with pytest.raises(TwilioRestException) as raised:
        client.calls(sid).update(**change)

    assert (raised.value.status, raised.value.code) == (400, 21220)
    assert "Call is not in-progress. Cannot redirect." in raised.value.msg


def test_a_call_under_way_cannot_be_deleted_and_an_ended_one_is_gone_afterwards(
    simulator: Simulator, client: Client
) -> None:
    sid = client.calls.create(to=ANSWERS, from_=CALLER, url=VOICE).sid
    with pytest.raises(TwilioRestException, match="Cannot delete"):
        client.calls(sid).delete()
    simulator.wait_until_idle()

    assert client.calls(sid).delete() is True

    with pytest.raises(TwilioRestException) as raised:
        client.calls(sid).fetch()
    assert (raised.value.status, raised.value.code) == (404, 20404)
    assert client.calls.list() == []


def test_dates_are_told_by_a_clock_that_can_be_shifted(strict_simulator: Simulator, client: Client) -> None:
    past = strict_simulator.client().calls.create(to=ANSWERS, from_=CALLER, url=VOICE)
    present = client.calls.create(to=ANSWERS, from_=CALLER, url=VOICE)

    seconds = (present.date_created - past.date_created).total_seconds()
    assert seconds == pytest.approx(A_YEAR_OF_SECONDS, abs=10)
