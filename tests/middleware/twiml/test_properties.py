"""Whatever a dialer writes: Twilio gets no number but permitted ones, and no address but ours."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from hypothesis import example, given
from hypothesis import strategies as st

from middleware.errors import TwimlRefused
from middleware.twiml.deferring import divided
from middleware.twiml.reading import read_document
from middleware.twiml.verbs import ATTRIBUTES, CHILDREN, Leads
from tests.middleware.twiml.hand_doors import HandDoors, rewritten

PERMITTED = {f"+453212340{n}": f"+453212340{n}" for n in range(5)}
REFUSED = [f"+453299990{n}" for n in range(5)]
OUTSIDE = "https://outside.example/x"
_TAGS = sorted({*ATTRIBUTES, "Sim", "WhatsApp", "Refer", "dial", "Task", "x:Dial"})
_NAMES = sorted({name for known in ATTRIBUTES.values() for name in known if "{" not in name} | {"Url", "to", "from"})
_numbers = st.sampled_from([*PERMITTED, *REFUSED])
_texts = st.one_of(_numbers, st.just(OUTSIDE), st.text(max_size=5), st.sampled_from(["anna", "sip:a@own.example"]))
_values = st.one_of(_numbers, st.just(OUTSIDE), st.sampled_from(["", "GET", "x", "20"]))


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Mostly well-formed: children where they may stand, sometimes anywhere."""
    return f"<Response>{''.join(draw(st.lists(_element('Response', 0), max_size=4)))}</Response>"


def _element(parent: str, depth: int) -> st.SearchStrategy[str]:
    usual = sorted(CHILDREN.get(parent, frozenset()))
    tags = st.sampled_from(usual) if usual else st.sampled_from(_TAGS)
    odd = st.integers(0, 19).flatmap(lambda n: st.sampled_from(_TAGS) if n == 0 else tags)
    return odd.flatmap(lambda tag: _written(tag, depth))


@st.composite
def _written(draw: st.DrawFn, tag: str, depth: int) -> str:
    known = sorted(name for name in ATTRIBUTES.get(tag, ()) if "{" not in name)
    names = draw(st.sets(st.sampled_from([*known, *_NAMES[:3]]), max_size=3))
    attributes = "".join(f" {name}={quoteattr(draw(_values))}" for name in sorted(names))
    inside = escape(draw(_texts)) if draw(st.booleans()) else ""
    if CHILDREN.get(tag) and depth < 3 and draw(st.booleans()):
        inside += "".join(draw(st.lists(_element(tag, depth + 1), max_size=3)))
    return f"<{tag}{attributes}>{inside}</{tag}>"


@given(documents(), st.sampled_from([None, "https://dialer.example/voice"]))
@example(f"<Response><Dial>{REFUSED[0]}</Dial></Response>", None)
@example(f"<Response><Dial><Number>{REFUSED[0]}</Number><Client>anna</Client></Dial></Response>", None)
def test_only_permitted_numbers_are_rung_and_only_we_are_asked(document: str, base: str | None) -> None:
    doors = HandDoors(PERMITTED)
    try:
        written = rewritten(document, doors, base)
    except TwimlRefused:
        return

    for dial in written.iter("Dial"):
        assert not (dial.text or "").strip()
        for noun in dial:
            assert noun.tag in {"Number", "Sip", "Client", "Conference", "Queue"}
            assert noun.tag != "Number" or noun.text in PERMITTED
            assert noun.tag != "Sip" or (noun.text or "").endswith("@own.example")
            assert noun.tag not in {"Conference", "Queue"} or (noun.text or "").startswith("rf.acme~")
    for element in written.iter():
        assert element.tag in ATTRIBUTES
        for name, value in element.items():
            leads = ATTRIBUTES[element.tag][name][0]
            is_ours = value.startswith("https://us.example/")
            assert leads not in {Leads.TWIML, Leads.REPORT} or is_ours or not value
        if element.tag == "Redirect":
            assert (element.text or "").startswith("https://us.example/")
    permits = [wish for wish in doors.wishes if wish.address in PERMITTED]
    assert sum(1 for _ in written.iter("Number")) <= len(permits), "one permit rings once"


@given(documents())
def test_telephones_are_asked_about_only_when_they_are_due(document: str) -> None:
    doors = HandDoors(PERMITTED)
    try:
        written = rewritten(document, doors)
    except TwimlRefused:
        return

    before = [each.tag for each in written]
    for index, verb in enumerate(written):
        if verb.tag == "Dial" and any(noun.tag in {"Number", "Sip", "Client"} for noun in verb):
            assert set(before[:index]) <= {"Start", "Stop"}


@given(documents(), st.just("https://dialer.example/voice/first"))
def test_a_document_is_carried_out_whole_however_often_it_is_cut(document: str, base: str) -> None:
    try:
        root = read_document(document)
    except TwimlRefused:
        return
    verbs = [verb.tag for verb in root]

    heard: list[str] = []
    later: ET.Element | None = root
    while later is not None:
        now, later = divided(later, base)
        heard += [verb.tag for verb in now]
    assert heard == verbs


@given(
    st.text(max_size=200), st.sampled_from(["{}", "<Response>{}</Response>", "<Response><Dial>{}</Dial></Response>"])
)
def test_whatever_it_is_it_is_understood_or_refused(text: str, around: str) -> None:
    doors = HandDoors(PERMITTED)
    try:
        written = rewritten(around.format(text.replace("{", "")), doors)
    except TwimlRefused:
        return
    assert not re.search(r"\+4532999", ET.tostring(written, encoding="unicode"))
