"""TwiML in a create or update may talk to the person who was checked, and ring nobody else."""

from __future__ import annotations

import pytest

from middleware.errors import InvalidParameter
from middleware.services.inline_twiml import LONGEST_TWIML, check_twiml, machine_speaks

QUIET = [
    None,
    "",
    "<Response/>",
    "<Response><Say>Hello</Say><Pause length='1'/><Hangup/></Response>",
    "<Response><Gather action='https://example.com/'><Say language='da-DK'>Tast 1</Say></Gather></Response>",
    "<Response><Say><prosody rate='slow'>Hej <break/> <say-as>12</say-as></prosody></Say></Response>",
    "<Response><Play>https://example.com/a.mp3</Play><Record/></Response>",
    "<Response><Connect><Stream url='wss://example.com'><Parameter name='a' value='b'/></Stream></Connect></Response>",
    "<Response><Connect><ConversationRelay url='wss://e.com'><Language code='da-DK'/></ConversationRelay></Connect>"
    "</Response>",
    "<Response><Start><Transcription/></Start></Response>",
    "<?xml version='1.0' encoding='UTF-8'?><Response><Say>Hej &amp; hå &#229;</Say></Response>",
    "<Response><!-- <Dial> would ring somebody --><Say>no</Say></Response>",
    "<Response><Say><![CDATA[<Dial>+4532123456</Dial>]]></Say></Response>",
    "<Response><Say>Dial</Say></Response>",
]


@pytest.mark.parametrize("twiml", QUIET)
def test_twiml_that_rings_nobody_else_passes(twiml: str | None) -> None:
    check_twiml(twiml)


LOUD = ["Dial", "Number", "Sip", "Client", "Conference", "Queue", "Enqueue", "Refer", "ReferSip", "Redirect", "Sms",
        "Message", "Leave", "Pay", "Room", "Conversation", "VirtualAgent", "Application", "Sim", "WhatsApp", "dial",
        "DIAL", "NotInventedYet"]  # fmt: skip


@pytest.mark.parametrize("verb", LOUD)
@pytest.mark.parametrize(
    "shape", ["<Response><{}/></Response>", "<Response><Gather><Say/><{}>x</{}></Gather></Response>"]
)
def test_every_verb_that_could_ring_a_number_is_refused_wherever_it_stands(verb: str, shape: str) -> None:
    with pytest.raises(InvalidParameter, match=f"<{verb}>: it could ring a number that was not checked") as refused:
        check_twiml(shape.replace("{}", verb))
    assert refused.value.field == "Twiml"


DECEITFUL = [
    ("<!DOCTYPE Response [<!ENTITY d '<Dial>+4532123456</Dial>'>]><Response>&d;</Response>", "document type"),
    ("<!DOCTYPE Response SYSTEM 'file:///etc/passwd'><Response/>", "document type"),
    ("<!ENTITY a 'b'><Response/>", "document type"),
    ("<?xml version='1.0' encoding='UTF-7'?><Response>+ADw-Dial/+AD4-</Response>", "UTF-8"),
    ('<?xml version="1.0"  encoding = "utf-16"?><Response/>', "UTF-8"),
    ("<x:Dial xmlns:x='urn:x'>+4532123456</x:Dial>", "it could ring"),
    ("<Response xmlns='urn:x'><Dial/></Response>", "it could ring"),
]


@pytest.mark.parametrize(("twiml", "message"), DECEITFUL)
def test_twiml_that_others_could_read_in_another_way_is_refused(twiml: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        check_twiml(twiml)


@pytest.mark.parametrize(
    "twiml",
    ["Hello", "<Response>", "<Response></Say>", "<Response>&d;</Response>", "<Response/><Dial/>", "{}", "<", "\x00",
     "<Response>\x00</Response>", "<Response>&#0;</Response>", "<a" * 1000, "<Response a='1' a='2'/>"],
)  # fmt: skip
def test_what_is_no_xml_is_refused(twiml: str) -> None:
    with pytest.raises(InvalidParameter, match="is not XML"):
        check_twiml(twiml)


def test_a_deep_nest_is_read_to_its_bottom() -> None:
    deep = 300
    with pytest.raises(InvalidParameter, match="<Dial>"):
        check_twiml("<Say>" * deep + "<Dial/>" + "</Say>" * deep)


def test_twiml_longer_than_twilio_takes_is_refused_without_reading_it() -> None:
    with pytest.raises(InvalidParameter, match="at most 4000"):
        check_twiml("<Dial/>" + " " * LONGEST_TWIML)
    check_twiml("<Say/>" + " " * (LONGEST_TWIML - 6))


@pytest.mark.parametrize(
    ("twiml", "is_machine"),
    [
        (None, False),
        ("", False),
        ("<Response/>", False),
        ("<Response><Pause/><Hangup/></Response>", False),
        ("<Response><Connect><Stream url='wss://example.com'/></Connect></Response>", False),
        ("<Response><Record/></Response>", False),
        ("<Response><!-- <Say>hello</Say> --><Pause/></Response>", False),
        ("<Response><Say>Hello</Say></Response>", True),
        ("<Response><Play>https://example.com/a.mp3</Play></Response>", True),
        ("<Response><Gather><Say>Tast 1</Say></Gather></Response>", True),
        ("<Response><Connect><ConversationRelay url='wss://e.com'/></Connect></Response>", True),
    ],
)
def test_twiml_in_which_a_recording_or_an_artificial_voice_is_heard_is_spoken_by_a_machine(
    twiml: str | None, is_machine: bool
) -> None:
    check_twiml(twiml)

    assert machine_speaks(twiml) is is_machine
