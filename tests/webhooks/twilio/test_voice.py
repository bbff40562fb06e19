"""Our own people dial from softphones and SIP telephones: the callee is asked about, an identity is never believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from middleware.store.agents import withdraw_agent
from tests.api_contract import CheckedClient
from tests.gateway import CALLER_ID, OFFSET, Gateway, a_callee, running_gateway
from tests.rows import insert_agent, insert_campaign
from tests.webhooks.twilio.calls import a_call_sid, attempts_at
from tests.webhooks.twilio.voice_calls import (
    APP,
    DOMAIN,
    SIP,
    Form,
    ask_voice,
    heard,
    own_calls,
    rung,
    sip_telephone,
    softphone,
    suppress,
    verbs,
)

IN_THE_EVENING = timedelta(hours=10)
REFUSED = {
    "en": ("This call may not be made.", "en-GB"),
    "da": ("Dette opkald må ikke foretages.", "da-DK"),
    "sv": ("Det här samtalet får inte ringas.", "sv-SE"),
    "de": ("Dieser Anruf darf nicht gemacht werden.", "de-DE"),
    "nl": ("Dit gesprek mag niet worden gevoerd.", "nl-NL"),
}
NOT_OURS = ["No calls can be made from this telephone."]
UNCLEAR = "It is not clear for which campaign you are calling."
HOW_TO_DIAL = "It is not known whom this would ring."
Telephone = tuple[str, Callable[..., Form]]
TELEPHONES: list[Telephone] = [(APP, softphone), (SIP, sip_telephone)]
every_telephone = pytest.mark.parametrize("telephone", TELEPHONES, ids=["softphone", "SIP telephone"])


def staffed(gateway: Gateway) -> Gateway:
    """With Mette on every kind of telephone, people of all languages, and one who works for two companies."""
    gateway.app.test_client_class = CheckedClient
    database = gateway.services.database
    insert_campaign(database, "once", overrides={"caps": [{"count": 1, "within_days": 30}]})
    insert_agent(database, "client:mette", campaigns=["spring", "once"])
    insert_agent(database, f"sip:mette@{DOMAIN}", campaigns=["spring", "once"])
    insert_agent(database, f"sip:@{DOMAIN}", language="sv")
    insert_agent(database, "+4568000021")
    for language in REFUSED:
        insert_agent(database, f"client:{language}", language=language)
        insert_agent(database, f"sip:{language}@{DOMAIN}", language=language)
    insert_agent(database, "client:both", language="da")
    insert_agent(database, "client:both", "beta", language="da")
    insert_agent(database, "client:theirs", "beta")
    return gateway


@pytest.fixture(scope="module")
def by_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(f"sqlite:///{tmp_path_factory.mktemp('voice')}/day.sqlite3") as gateway:
        yield staffed(gateway)


@pytest.fixture(scope="module")
def in_the_evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    url = f"sqlite:///{tmp_path_factory.mktemp('voice')}/evening.sqlite3"
    offset = (OFFSET + IN_THE_EVENING).total_seconds()
    with running_gateway(url, clock_offset_seconds=offset) as gateway:
        yield staffed(gateway)


def suppressed(gateway: Gateway) -> str:
    callee = a_callee()
    suppress(gateway, callee)
    return callee


@every_telephone
def test_a_permitted_callee_is_rung_as_it_was_checked_with_our_caller_id_ring_time_and_callbacks(
    by_day: Gateway, telephone: Telephone
) -> None:
    path, dials = telephone
    callee = a_callee()

    dial, number = rung(ask_voice(by_day, path, dials(callee)))

    [attempt] = attempts_at(by_day, callee)
    assert (number.tag, number.text) == ("Number", callee)
    assert dial.attrib == {
        "callerId": CALLER_ID,
        "timeout": "25",
        "answerOnBridge": "true",
        "action": f"{by_day.url}/twilio/voice/after/{attempt['attempt_id']}#rc=3&rp=ct,rt,5xx&rt=4000",
    }
    assert number.attrib == {
        "statusCallback": f"{by_day.url}/twilio/status/{attempt['attempt_id']}#rc=3&rp=ct,rt,5xx&rt=4000",
        "statusCallbackEvent": "initiated ringing answered completed",
        "statusCallbackMethod": "POST",
    }
    assert (attempt["route"], attempt["campaign"], attempt["permitted"]) == ("voice", "spring", True)


@every_telephone
@pytest.mark.parametrize("language", REFUSED)
def test_a_refusal_is_spoken_in_the_agents_language_with_its_reason_and_that_waiting_does_not_help(
    by_day: Gateway, telephone: Telephone, language: str
) -> None:
    path, dials = telephone
    who = f"client:{language}" if path == APP else language

    answer = ask_voice(by_day, path, dials(suppressed(by_day), who))

    first, voice = REFUSED[language]
    sentences = heard(answer)
    assert sentences[0] == first
    assert len(sentences) == 3
    assert {verb.attrib.get("language") for verb in verbs(answer)[:-1]} == {voice}


@every_telephone
def test_outside_calling_hours_the_agent_hears_when_the_call_may_be_made(
    in_the_evening: Gateway, telephone: Telephone
) -> None:
    path, dials = telephone
    callee = a_callee()

    sentences = heard(ask_voice(in_the_evening, path, dials(callee)))

    assert "calls are allowed only at these times: 09:00 to 17:00." in sentences[1]
    assert sentences[-1].startswith("All rules allow the call from Wednesday, 25 November 2026 at 09:00")
    assert [each["state"] for each in attempts_at(in_the_evening, callee)] == ["refused"]


@every_telephone
def test_a_callee_whose_attempts_are_used_up_is_not_rung_again(by_day: Gateway, telephone: Telephone) -> None:
    path, dials = telephone
    callee, campaign = a_callee(), {"Campaign": "once", "SipHeader_X-Campaign": "once"}
    first = dials(callee, **campaign)
    rung(ask_voice(by_day, path, first))
    [attempt] = attempts_at(by_day, callee)
    ended = {"CallSid": first["CallSid"], "DialCallStatus": "completed", "DialCallSid": a_call_sid()}
    ask_voice(by_day, f"/twilio/voice/after/{attempt['attempt_id']}", ended)

    assert heard(ask_voice(by_day, path, dials(callee, **campaign)))[0] == REFUSED["en"][0]
    assert [each["campaign"] for each in attempts_at(by_day, callee)] == ["once", "once"]
    codes = [reason["code"] for reason in attempts_at(by_day, callee)[1]["reasons"]]
    assert "attempts.cap_reached" in codes


@every_telephone
def test_a_repeated_delivery_rings_on_the_same_permit_and_another_press_of_the_button_is_a_new_attempt(
    by_day: Gateway, telephone: Telephone
) -> None:
    path, dials = telephone
    callee = a_callee()
    form = dials(callee)

    first = ask_voice(by_day, path, form, delivery="one")
    again = ask_voice(by_day, path, form, delivery="one")

    assert again.get_data() == first.get_data()
    assert len(attempts_at(by_day, callee)) == 1
    assert len(own_calls(by_day, form["CallSid"])) == 1
    assert heard(ask_voice(by_day, path, dials(callee), delivery="two"))  # the first is still under way
    assert len(attempts_at(by_day, callee)) == 2


@every_telephone
def test_a_delivery_that_is_repeated_after_the_call_was_made_rings_nobody_a_second_time(
    by_day: Gateway, telephone: Telephone
) -> None:
    path, dials = telephone
    callee = a_callee()
    form = dials(callee)
    rung(ask_voice(by_day, path, form, delivery="one"))
    [attempt] = attempts_at(by_day, callee)
    ended = {"CallSid": form["CallSid"], "DialCallStatus": "completed", "DialCallSid": a_call_sid()}
    ask_voice(by_day, f"/twilio/voice/after/{attempt['attempt_id']}", ended)

    said = heard(ask_voice(by_day, path, form, delivery="one"))
    assert said == ["The call cannot be made now. Please try again later."]


@every_telephone
def test_a_delivery_that_is_repeated_after_its_permit_has_ended_rings_nobody(
    by_day: Gateway, telephone: Telephone
) -> None:
    path, dials = telephone
    callee = a_callee()
    form = dials(callee)
    rung(ask_voice(by_day, path, form, delivery="one"))
    ended = text("UPDATE attempts SET permit_expires_at = asked_at WHERE callee = :callee")
    with by_day.services.database.writing() as connection:
        connection.execute(ended, {"callee": callee})

    said = heard(ask_voice(by_day, path, form, delivery="one"))
    assert said == ["The call cannot be made now. Please try again later."]


@every_telephone
def test_the_agents_own_leg_is_logged(by_day: Gateway, telephone: Telephone) -> None:
    path, dials = telephone
    form = dials(a_callee())

    rung(ask_voice(by_day, path, form))

    [leg] = own_calls(by_day, form["CallSid"])
    address = "client:mette" if path == APP else f"sip:mette@{DOMAIN}"
    assert (leg.address, leg.route, leg.controller_id, leg.campaign_id) == (address, "voice", "acme", "spring")
    assert (leg.call_status, leg.ended_at) == ("in-progress", None)


@every_telephone
def test_what_a_dialer_has_twilio_play_is_no_telephone_of_an_agents(by_day: Gateway, telephone: Telephone) -> None:
    path, dials = telephone
    callee = a_callee()
    form = dials(callee)

    played = ask_voice(by_day, path, form, method="GET")  # rightly signed, as Twilio signs what it fetches for <Play>

    assert played.status_code == 405
    assert (own_calls(by_day, form["CallSid"]), attempts_at(by_day, callee)) == ([], [])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path", [APP, SIP, "/twilio/voice/after/01a20ce4-0000-7000-8000-000000000000", "/twilio/voice/fallback/da"]
)
def test_what_twilio_did_not_sign_is_not_taken(by_day: Gateway, path: str, method: str) -> None:
    callee = a_callee()
    client = by_day.http()

    for headers in ({}, {"X-Twilio-Signature": "bm90IHNpZ25lZA=="}):
        assert client.open(path, method=method, data=softphone(callee), headers=headers).status_code in {403, 405}
    assert attempts_at(by_day, callee) == []


def test_a_softphone_that_is_not_on_file_rings_nobody(by_day: Gateway) -> None:
    callee = a_callee()

    assert heard(ask_voice(by_day, APP, softphone(callee, "client:stranger"))) == NOT_OURS
    assert attempts_at(by_day, callee) == []


LIES: list[dict[str, Any]] = [
    {"From": "+4568000021"},  # an agent's telephone number, which anybody can pretend to have
    {"From": ["client:stranger", "client:mette"]},
    {"From": f"sip:mette@{DOMAIN}"},
    {"From": "client:METTE"},
    {"From": "client:stranger", "Caller": "client:mette", "agent": "client:mette", "Identity": "mette"},
    {"From": "client:stranger", "SipUsername": "mette", "SipDomain": DOMAIN},
    {"From": "client:"},
    {"From": None},
]


@pytest.mark.parametrize("lie", LIES, ids=[str(next(iter(lie.items()))) for lie in LIES])
def test_a_softphones_program_cannot_say_who_it_is(by_day: Gateway, lie: dict[str, Any]) -> None:
    callee = a_callee()

    assert heard(ask_voice(by_day, APP, softphone(callee, **lie))) == NOT_OURS
    assert attempts_at(by_day, callee) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"SipUsername": None},  # let in by its network address: From is whatever the telephone says
        {"SipUsername": ""},
        {"SipUsername": ["stranger", "mette"]},
        {"SipUsername": None, "From": "client:mette"},
        {"SipDomain": None},
        {"SipDomain": "another.sip.example"},
    ],
    ids=str,
)
def test_a_sip_telephone_that_did_not_log_in_by_name_is_nobodys(by_day: Gateway, lie: dict[str, Any]) -> None:
    callee = a_callee()

    assert heard(ask_voice(by_day, SIP, sip_telephone(callee, **lie))) == NOT_OURS
    assert attempts_at(by_day, callee) == []


@pytest.mark.parametrize("campaign", ["autumn", "nothing"])
def test_a_campaign_that_is_not_the_agents_own_is_not_called_for(by_day: Gateway, campaign: str) -> None:
    callee = a_callee()

    assert heard(ask_voice(by_day, APP, softphone(callee, Campaign=campaign)))[0].startswith(UNCLEAR)
    assert attempts_at(by_day, callee) == []


def test_who_works_for_two_companies_says_for_which_campaign(by_day: Gateway) -> None:
    callee = a_callee()

    unclear = heard(ask_voice(by_day, APP, softphone(callee, "client:both")))
    rung(ask_voice(by_day, APP, softphone(callee, "client:both", Campaign="autumn")))

    assert unclear == ["Det er ikke klart, hvilken kampagne du ringer for. Vælg en af dine kampagner, og ring op igen."]
    assert [each["campaign"] for each in _attempts(by_day, callee)] == ["autumn"]


def _attempts(gateway: Gateway, callee: str) -> list[dict[str, Any]]:
    """Of the other controller."""
    from_other = gateway.other_dialer
    with gateway.services.database.reading() as connection:
        ids = connection.execute(text("SELECT id FROM attempts WHERE callee = :callee"), {"callee": callee}).scalars()
        found = list(ids)
    return [gateway.http().get(f"/v1/attempts/{each}", headers=from_other.bearer).json or {} for each in found]


def test_caller_ids_and_controllers_that_the_program_sends_count_for_nothing(by_day: Gateway) -> None:
    callee = a_callee()
    sent = {"callerId": "+4533000001", "caller_id": "+4533000001", "CallerId": "+4533000001", "controller": "beta"}

    dial, _ = rung(ask_voice(by_day, APP, softphone(callee, **sent)))

    assert dial.attrib["callerId"] == CALLER_ID


@pytest.mark.parametrize("dialled", ["", None, ["+4532000001", "+4532000002"], "sim:HS123", "whatsapp:+4532123456"])
def test_what_reaches_nobody_who_is_known_is_explained_and_not_rung(by_day: Gateway, dialled: str | None) -> None:
    sentences = heard(ask_voice(by_day, APP, softphone("", To=dialled)))

    assert sentences[1].startswith(HOW_TO_DIAL)


@pytest.mark.parametrize("spelled", ["{}", "00{digits}", "{digits}", "%2B{digits}", "+45%20{rest}"])
def test_a_sip_telephone_may_dial_a_whole_number_in_any_spelling(by_day: Gateway, spelled: str) -> None:
    callee = a_callee()
    dialled = spelled.replace("{digits}", callee[1:]).replace("{rest}", callee[3:]).replace("{}", callee)

    assert rung(ask_voice(by_day, SIP, sip_telephone(dialled)))[1].text == callee


@pytest.mark.parametrize("dialled", ["33123456", "0701740605", "12345", "not@anybody", "%00"])
def test_a_sip_telephone_that_dials_no_whole_number_hears_how_to(by_day: Gateway, dialled: str) -> None:
    assert heard(ask_voice(by_day, SIP, sip_telephone(dialled)))[1].startswith(HOW_TO_DIAL)


def test_another_domain_behind_the_dialled_name_reaches_nobody(by_day: Gateway) -> None:
    form = sip_telephone("", To="sip:somebody@carrier.example")

    assert heard(ask_voice(by_day, SIP, form))[1].startswith(HOW_TO_DIAL)


def test_everybody_in_our_own_domain_may_dial_and_a_named_user_goes_before_the_domain(by_day: Gateway) -> None:
    form = sip_telephone(suppressed(by_day), "Desk.7")

    assert heard(ask_voice(by_day, SIP, form))[0] == REFUSED["sv"][0]
    [leg] = own_calls(by_day, form["CallSid"])
    assert leg.address == f"sip:desk.7@{DOMAIN}"


COLLEAGUES = [
    (APP, softphone, "client:da", "Client", "da"),
    (APP, softphone, "+45 68 00 00 21", "Number", "+4568000021"),
    (APP, softphone, f"sip:da@{DOMAIN}", "Sip", f"sip:da@{DOMAIN}"),
    (SIP, sip_telephone, "+4568000021", "Number", "+4568000021"),
    (SIP, sip_telephone, "da", "Sip", f"sip:da@{DOMAIN}"),
    (SIP, sip_telephone, "201", "Sip", f"sip:201@{DOMAIN}"),
]


@pytest.mark.parametrize(("path", "dials", "colleague", "tag", "rings"), COLLEAGUES, ids=[row[2] for row in COLLEAGUES])
def test_colleagues_ring_each_other_without_being_asked_about_and_both_sides_are_logged(
    in_the_evening: Gateway, path: str, dials: Callable[..., Form], colleague: str, tag: str, rings: str
) -> None:
    form = dials(colleague)

    dial, target = rung(ask_voice(in_the_evening, path, form))
    again = ask_voice(in_the_evening, path, form)

    assert (target.tag, target.text) == (tag, rings)
    assert dial.attrib.get("callerId") == (CALLER_ID if tag == "Number" else None)
    legs = own_calls(in_the_evening, form["CallSid"])
    assert len(legs) == 2
    [child] = [leg for leg in legs if leg.parent_call_sid == form["CallSid"]]
    assert target.attrib["statusCallback"].startswith(f"{in_the_evening.url}/twilio/own/{child.id}#")
    assert rung(again)[1].attrib == target.attrib
    assert attempts_at(in_the_evening, "+4568000021") == []


def test_whoever_was_withdrawn_dials_no_more(by_day: Gateway) -> None:
    insert_agent(by_day.services.database, "client:leaver")
    rung(ask_voice(by_day, APP, softphone(a_callee(), "client:leaver")))
    with by_day.services.database.writing() as connection:
        withdraw_agent(connection, "acme", "client:leaver", datetime(2026, 11, 24, tzinfo=UTC))

    assert heard(ask_voice(by_day, APP, softphone(a_callee(), "client:leaver"))) == NOT_OURS


def test_a_call_without_its_sid_is_not_put_through(by_day: Gateway) -> None:
    callee = a_callee()

    assert heard(ask_voice(by_day, APP, softphone(callee, CallSid="CA1")))
    assert attempts_at(by_day, callee) == []


@every_telephone
def test_with_the_store_down_nobody_is_rung_and_the_agent_hears_it_in_their_language(
    tmp_path: Path, telephone: Telephone
) -> None:
    path, dials = telephone
    who = "client:da" if path == APP else "da"
    with running_gateway(f"sqlite:///{tmp_path}/gone.sqlite3") as gateway:
        staffed(gateway)
        rung(ask_voice(gateway, path, dials(a_callee(), who)))
        with gateway.services.database.writing() as connection:
            connection.execute(text("DROP TABLE guards"))
        assert heard(ask_voice(gateway, path, dials(a_callee(), who))) == [
            "Opkaldet kan ikke foretages nu. Prøv igen senere."
        ]
        gateway.services.database.dispose()
        for file in tmp_path.iterdir():
            file.unlink()
        shutil.rmtree(tmp_path)
        assert heard(ask_voice(gateway, path, dials(a_callee(), who))) == [
            "Opkaldet kan ikke foretages nu. Prøv igen senere."
        ]
        tmp_path.mkdir()


@pytest.mark.parametrize(
    ("hears", "said"),
    [
        ("en", ["The call cannot be made now. Please try again later."]),
        ("da", ["Opkaldet kan ikke foretages nu. Prøv igen senere."]),
        ("sv", ["Samtalet kan inte ringas nu. Försök igen senare."]),
        ("de", ["Der Anruf kann jetzt nicht gemacht werden. Bitte versuchen Sie es später noch einmal."]),
        ("nl", ["Het gesprek kan nu niet tot stand worden gebracht. Probeer het later opnieuw."]),
        ("fi", ["The call cannot be made now. Please try again later."]),
        ("callee", []),
    ],
)
def test_the_fallback_refuses_without_any_store_and_says_nothing_to_the_person_called(
    tmp_path: Path, by_day: Gateway, caplog: pytest.LogCaptureFixture, hears: str, said: list[str]
) -> None:
    failed = {
        "CallSid": "CA" + "0" * 32,
        "ErrorCode": "11200",
        "ErrorUrl": f"{by_day.url}/twilio/twiml/1?To=%2B4532123456",
    }

    assert heard(ask_voice(by_day, f"/twilio/voice/fallback/{hears}", failed)) == said
    assert "11200 at /twilio/twiml/1" in caplog.text
    assert "4532123456" not in caplog.text
    by_get = ask_voice(by_day, f"/twilio/voice/fallback/{hears}", failed, method="GET")
    assert heard(by_get) == said


def test_deliveries_that_arrive_together_ring_one_telephone_on_one_permit(database_url: str) -> None:
    callee = a_callee()
    form = softphone(callee)
    with running_gateway(database_url) as gateway, ThreadPoolExecutor(6) as pool:
        staffed(gateway)

        def deliver(delivery: str) -> bytes:
            return ask_voice(gateway, APP, form, delivery=delivery).get_data()

        answers = list(pool.map(deliver, ["one"] * 6))
        others = list(pool.map(deliver, ["two", "three"]))

        assert len(set(answers)) == 1
        assert callee.encode() in answers[0]
        assert all(callee.encode() not in other for other in others)
        assert len(own_calls(gateway, form["CallSid"])) == 1
        assert [each["permitted"] for each in attempts_at(gateway, callee)].count(True) == 1
