"""Which documents are understood, and which could ring anybody."""

from __future__ import annotations

import pytest

from middleware.errors import InvalidParameter, TwimlRefused
from middleware.twiml.names import own_name, scoped_name
from middleware.twiml.quiet import check_readable, is_quiet
from middleware.twiml.reading import LONGEST, read_document, speaks, text_of

NUMBER = "+4532123456"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<Response>",
        "<response/>",
        f"<Response><dial>{NUMBER}</dial></Response>",
        f"<Response><DIAL>{NUMBER}</DIAL></Response>",
        f"<Response><Dial><number>{NUMBER}</number></Dial></Response>",
        f"<Response><Gather><Dial>{NUMBER}</Dial></Gather></Response>",
        f"<Response><Number>{NUMBER}</Number></Response>",
        f"<Response><Say>hello<Dial>{NUMBER}</Dial></Say></Response>",
        f"<Response><Response><Dial>{NUMBER}</Dial></Response></Response>",
        f"<Response><Dial><Dial>{NUMBER}</Dial></Dial></Response>",
        f"<Response><Dial><Number><Number>{NUMBER}</Number></Number></Dial></Response>",
        "<Response><Dial><Sim>DE0</Sim></Dial></Response>",
        f"<Response><Dial><WhatsApp>{NUMBER}</WhatsApp></Dial></Response>",
        "<Response><Dial><Application>AP0</Application></Dial></Response>",
        "<Response><Dial><VirtualAgent/></Dial></Response>",
        '<Response><Enqueue workflowSid="WW0"/></Response>',
        "<Response><Enqueue><Task>{}</Task></Enqueue></Response>",
        "<Response><Refer><Sip>sip:a@b.example</Sip></Refer></Response>",
        "<Response><Pay/></Response>",
        "<Response><Prompt/></Response>",
        f'<Response><Sms to="{NUMBER}">hello</Sms></Response>',
        f'<Response><Message to="{NUMBER}">hello</Message></Response>',
        "<Response><Connect><Room>a</Room></Connect></Response>",
        "<Response><Connect><Agent/></Connect></Response>",
        f'<Response xmlns="urn:t"><Dial>{NUMBER}</Dial></Response>',
        f'<Response xmlns:t="urn:t"><t:Dial>{NUMBER}</t:Dial></Response>',
        f'<Response><Dial xmlns="urn:t">{NUMBER}</Dial></Response>',
        f"<!DOCTYPE Response><Response><Dial>{NUMBER}</Dial></Response>",
        f'<!DOCTYPE r [<!ENTITY n "{NUMBER}">]><Response><Dial>&n;</Dial></Response>',
        '<!DOCTYPE r [<!ENTITY n SYSTEM "file:///etc/passwd">]><Response><Say>&n;</Say></Response>',
        "<!ENTITY n 'a'><Response/>",
        "<Response><Dial>&n;</Dial></Response>",
        '<?xml version="1.0" encoding="UTF-7"?><Response/>',
        '<?xml version="1.0" encoding="utf-16"?><Response/>',
        "<Response><Say>\x00</Say></Response>",
        "<Response><Say>\ud800</Say></Response>",
        "<Response/><Response/>",
        f"<Response><Say>{'<p>' * 20}{'</p>' * 20}</Say></Response>",
        f"<Response><Say>{'<p>' * 9000}{'</p>' * 9000}</Say></Response>",
        f"<Response><Say>{'x' * LONGEST}</Say></Response>",
        "<a>" * 20_000,
    ],
)
def test_what_is_not_understood_is_refused_whole(text: str) -> None:
    with pytest.raises(TwimlRefused):
        read_document(text)
    if text:
        with pytest.raises(InvalidParameter):
            check_readable(text)


def test_the_refusal_names_the_verb_and_what_to_fear() -> None:
    with pytest.raises(TwimlRefused, match=r"<Refer> in <Response>.*not checked"):
        read_document('<Response><Refer xmlns="urn:t"/></Response>')


def test_numbers_are_not_repeated_in_refusals() -> None:
    with pytest.raises(TwimlRefused) as refused:
        read_document(f"<Response><Dial><WhatsApp>{NUMBER}</WhatsApp></Dial></Response>")

    assert NUMBER[3:] not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "<Response/>",
        '\n<?xml version="1.0" encoding="utf-8"?>\n<Response></Response>\n',
        "<!-- made by hand --><Response/>",
        "<Response><Say>one <break time='1s'/> <lang xml:lang='da-DK'>to</lang></Say></Response>",
        "<Response><Connect><ConversationRelay url='wss://a.example'><Language code='da'/></ConversationRelay>"
        "</Connect></Response>",
        "<Response><Gather numDigits='1'><Say>press</Say><Pause/></Gather></Response>",
        "<Response><Reject reason='busy'/><Leave/><Hangup/></Response>",
    ],
)
def test_documents_of_every_day_are_understood(text: str) -> None:
    assert read_document(text).tag == "Response"


def test_what_comments_and_instructions_cut_is_one_text() -> None:
    root = read_document("<Response><Dial>+45<!-- 0 -->32<?x 9?>12<![CDATA[3456]]></Dial></Response>")

    assert text_of(root[0]) == NUMBER


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<Say>hello</Say><Pause/><Hangup/>", True),
        ("<Play>https://dialer.example/a.mp3</Play>", True),
        ("<Connect><Stream url='wss://dialer.example'/></Connect>", True),
        ("<Connect action='https://dialer.example'><Stream url='wss://dialer.example'/></Connect>", False),
        ("<Start><Stream url='wss://a.example' statusCallback='https://a.example'/></Start>", False),
        ("<Say unknown='1'>hello</Say>", False),
        ("<Gather/>", False),
        ("<Record/>", False),
        ("<Redirect>https://dialer.example</Redirect>", False),
        ("<Dial><Conference>a</Conference></Dial>", False),
        ("<Dial><Client>anna</Client></Dial>", False),
        ("<Enqueue>a</Enqueue>", False),
    ],
)
def test_only_what_rings_nobody_and_asks_nobody_stays_inline(inside: str, expected: bool) -> None:
    assert is_quiet(f"<Response>{inside}</Response>") is expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<Pause/>", False),
        ("<Dial><Client>anna</Client></Dial>", False),
        ("<Connect><Stream url='wss://a.example'/></Connect>", False),
        ("<Gather><Say>press one</Say></Gather>", True),
        ("<Play>https://a.example/a.mp3</Play>", True),
        ("<Connect><ConversationRelay url='wss://a.example'/></Connect>", True),
    ],
)
def test_where_a_machine_is_heard(inside: str, expected: bool) -> None:
    assert speaks(read_document(f"<Response>{inside}</Response>")) is expected


def test_two_controllers_never_meet_in_one_room() -> None:
    assert scoped_name("acme", "standup") != scoped_name("beta", "standup")
    assert scoped_name("beta", scoped_name("acme", "standup")) != scoped_name("acme", "standup")
    assert own_name("acme", scoped_name("acme", " standup ")) == "standup"
    assert own_name("beta", scoped_name("acme", "standup")) is None
