"""What Twilio gets in place of a dialer's document."""

from __future__ import annotations

import pytest

from middleware.errors import TwimlRefused
from tests.middleware.twiml.hand_doors import CALLER_ID, HandDoors, rewritten, shape

NUMBER, OTHER = "+4532123456", "+4532123457"


def doors(*numbers: str) -> HandDoors:
    return HandDoors({number: number for number in numbers or (NUMBER, OTHER)})


@pytest.mark.parametrize(
    "inside",
    [
        NUMBER,
        f" {NUMBER}\n",
        f"<Number>{NUMBER}</Number>",
        f"<Number> {NUMBER} </Number>",
        "<Number>+4532<!-- a comment -->123456</Number>",
        "<Number>+4532<?php echo 1 ?>123456</Number>",
        f"<Number><![CDATA[{NUMBER}]]></Number>",
        "<Number>&#43;4532123456</Number>",
        "<Number>&#x2B;45<![CDATA[32]]>123456</Number>",
    ],
)
def test_a_permitted_number_is_rung_as_it_was_checked(inside: str) -> None:
    written = rewritten(f'<Response><Dial timeout="9" callerId="+4570000000">{inside}</Dial></Response>', doors())

    assert shape(written) == (
        f'<Response><Dial timeout="21" callerId="{CALLER_ID}" answerOnBridge="true"><Number '
        'statusCallback="https://us.example/status/1" statusCallbackEvent="initiated ringing answered completed" '
        f'statusCallbackMethod="POST">{NUMBER}</Number></Dial></Response>'
    )


def test_a_sip_address_that_is_a_number_becomes_that_number_without_the_password() -> None:
    written = rewritten(
        '<Response><Dial><Sip username="u" password="p">sip:32123456@carrier.example</Sip></Dial></Response>',
        HandDoors({"sip:32123456@carrier.example": NUMBER}),
    )

    (number,) = written.findall("Dial/*")
    assert (number.tag, number.text) == ("Number", NUMBER)
    assert "password" not in shape(written)


def test_our_own_people_are_rung_with_what_they_are_told() -> None:
    written = rewritten(
        "<Response><Dial><Client><Identity>anna</Identity><Parameter name='a' value='1'/></Client>"
        "<Sip>sip:bo@own.example</Sip></Dial></Response>"
    )

    assert written.findtext("Dial/Client/Identity") == "anna"
    assert written.findtext("Dial/Sip") == "sip:bo@own.example"
    assert [each.get("name") for each in written.iter("Parameter")] == ["a"]


def test_what_is_refused_is_left_out_and_others_are_rung() -> None:
    asked = doors(NUMBER)

    written = rewritten(f"<Response><Dial><Number>{OTHER}</Number><Number>{NUMBER}</Number></Dial></Response>", asked)

    assert [number.text for number in written.iter("Number")] == [NUMBER]
    assert [wish.address for wish in asked.wishes] == [OTHER, NUMBER]


def test_behind_a_dial_that_rings_nobody_nothing_is_carried_out() -> None:
    written = rewritten(
        f"<Response><Dial>{OTHER}</Dial><Play>https://dialer.example/a.mp3</Play><Dial>{NUMBER}</Dial></Response>",
        doors(NUMBER),
    )

    assert shape(written) == "<Response><Hangup /></Response>"


def test_whoever_would_see_another_caller_id_than_was_checked_is_not_rung() -> None:
    asked = doors()
    asked.caller_ids = {OTHER: "+4570123400"}

    written = rewritten(f"<Response><Dial><Number>{NUMBER}</Number><Number>{OTHER}</Number></Dial></Response>", asked)

    assert [number.text for number in written.iter("Number")] == [NUMBER]
    assert written[0].get("callerId") == CALLER_ID


def test_of_numbers_that_ring_one_after_another_only_the_first_is_rung_for_a_permit_is_for_now() -> None:
    written = rewritten(
        f'<Response><Dial sequential="true"><Number>{NUMBER}</Number><Number>{OTHER}</Number><Client>anna</Client>'
        "</Dial></Response>",
        doors(),
    )

    assert [noun.tag for noun in written[0]] == ["Number", "Client"]
    assert [number.text for number in written.iter("Number")] == [NUMBER]


def test_the_dialers_urls_lead_through_us_and_count_from_where_the_document_stands() -> None:
    asked = doors()

    written = rewritten(
        '<Response><Dial action="" method="GET" referUrl="/refer" record="record-from-answer" timeLimit="60" '
        'recordingStatusCallback="rec" recordingStatusCallbackMethod="GET">'
        f'<Number url="whisper" statusCallback="s" statusCallbackEvent="answered, completed" '
        f'machineDetection="Enable" amdStatusCallback="//other.example/amd">{NUMBER}</Number></Dial>'
        '<Gather action="keys" partialResultCallback="https://dialer.example/partial"/>'
        '<Redirect method="GET">../next</Redirect></Response>',
        asked,
    )

    assert "dialer.example" not in shape(written)
    assert 'method="GET"' not in shape(written), "Twilio always asks us alike"
    assert asked.led == [
        ("twiml", "https://dialer.example/voice/whisper", "POST"),
        ("detection", "https://other.example/amd", "POST"),
        ("twiml", "https://dialer.example/voice/first?a=1", "GET"),
        ("twiml", "https://dialer.example/refer", "POST"),
        ("report", "https://dialer.example/voice/rec", "GET"),
        ("twiml", "https://dialer.example/voice/keys", "POST"),
        ("report", "https://dialer.example/partial", "POST"),
        ("twiml", "https://dialer.example/next", "GET"),
    ]
    assert (written[0].get("record"), written[0].get("timeLimit")) == ("record-from-answer", "60")
    (wish,) = asked.wishes
    assert (wish.status_callback, wish.status_events) == ("https://dialer.example/voice/s", ("answered", "completed"))


def test_detection_of_machines_is_always_reported_to_us() -> None:
    asked = doors()

    written = rewritten(f'<Response><Dial><Number machineDetection="Enable">{NUMBER}</Number></Dial></Response>', asked)

    assert written[0][0].get("amdStatusCallback") == "https://us.example/detection/1"
    assert asked.led == [("detection", "", "POST")]


def test_rooms_and_queues_are_the_controllers_own() -> None:
    written = rewritten(
        "<Response><Dial><Conference waitUrl=''> standup </Conference></Dial><Dial><Queue>sales</Queue></Dial>"
        "<Enqueue>sales</Enqueue></Response>"
    )

    assert [written.findtext(path) for path in ("Dial/Conference", "Dial/Queue", "Enqueue")] == [
        "rf.acme~standup",
        "rf.acme~sales",
        "rf.acme~sales",
    ]
    assert written[0][0].get("waitUrl") == "", "silence while waiting"


def test_what_looks_like_a_sid_is_a_name_too() -> None:
    sid = f"CF{'0' * 32}"

    assert rewritten(f"<Response><Dial><Conference>{sid}</Conference></Dial></Response>")[0][0].text == f"rf.acme~{sid}"


@pytest.mark.parametrize("before", ["<Say>hello</Say>", '<Pause length="600"/>', "<Gather/>", f"<Dial>{OTHER}</Dial>"])
def test_a_number_that_would_be_rung_later_is_asked_about_later(before: str) -> None:
    asked = doors()

    written = rewritten(f'<Response>{before}<Dial action="done">{NUMBER}</Dial><Record/></Response>', asked)

    assert NUMBER not in shape(written)
    assert NUMBER not in [wish.address for wish in asked.wishes]
    assert [each.tag for each in written][1:] == ["Redirect"]
    assert written.findtext("Redirect") == "https://us.example/later"
    (rest,) = asked.rest
    later = HandDoors({NUMBER: NUMBER})
    assert [number.text for number in rewritten(rest, later, None).iter("Number")] == [NUMBER]
    assert [url for _, url, _ in later.led] == [
        "https://dialer.example/voice/done",
        "https://dialer.example/voice/first?a=1",
    ], "they count from where the document stood"


def test_a_number_behind_what_takes_no_time_is_asked_about_now() -> None:
    written = rewritten(
        f'<Response><Start><Stream url="wss://dialer.example/s"/></Start><Dial>{NUMBER}</Dial></Response>', doors()
    )

    assert [each.tag for each in written] == ["Start", "Dial"]


def test_attributes_that_nobody_knows_do_not_reach_twilio() -> None:
    written = rewritten(
        f'<Response><Dial forwardTo="{OTHER}" Action="https://x.example"><Number Url="https://x.example" '
        f'xmlns:t="urn:t" t:url="https://x.example">{NUMBER}</Number></Dial></Response>',
        doors(NUMBER),
    )

    assert OTHER not in shape(written)
    assert "x.example" not in shape(written)


@pytest.mark.parametrize(
    "inside",
    [
        "<Dial/>",
        "<Dial> </Dial>",
        f"<Dial>{NUMBER}<Number>{OTHER}</Number></Dial>",
        f"<Dial><Number>{OTHER}</Number>{NUMBER}</Dial>",
        f"<Dial>{f'<Number>{NUMBER}</Number>' * 11}</Dial>",
        "<Redirect>ftp://dialer.example/</Redirect>",
        "<Redirect>javascript:alert(1)</Redirect>",
        "<Redirect>http://[::1/</Redirect>",
        "<Play>file:///etc/passwd</Play>",
        f"<Dial><Conference>{'x' * 250}</Conference></Dial>",
    ],
)
def test_what_is_not_clear_is_not_carried_out_and_nobody_is_asked_about(inside: str) -> None:
    asked = doors()

    with pytest.raises(TwimlRefused):
        rewritten(f"<Response>{inside}</Response>", asked)
    assert asked.wishes == []


def test_inline_documents_have_no_place_from_which_urls_could_count() -> None:
    with pytest.raises(TwimlRefused, match="relative"):
        rewritten("<Response><Redirect>next</Redirect></Response>", base=None)
