"""Rewrites a document: every number that it would ring is one that was permitted, every URL leads through us.

The new document is built from what is understood, so that nothing else can be in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from middleware.errors import TwimlRefused
from middleware.twiml.asking import Doors, Ring, Wish
from middleware.twiml.deferring import divided
from middleware.twiml.names import LONGEST, name_in_twiml
from middleware.twiml.reading import text_of
from middleware.twiml.verbs import ATTRIBUTES, JOINS, RINGS, Leads

EVENTS = "initiated ringing answered completed"
_ASKED = frozenset({"http", "https"})
_SOUND = frozenset({"http", "https", "ws", "wss"})
MOST_TARGETS = 10  # as many as Twilio rings at once


class Rewriting:
    """`base` is the URL at which the document stands, None where it was given inline."""

    def __init__(self, controller_id: str, base: str | None, doors: Doors) -> None:
        self._controller_id = controller_id
        self._base = base
        self._doors = doors
        self._targets = 0

    def rewrite(self, root: ET.Element) -> str:
        """The document as Twilio gets it, for what `read_document` returned. Raises `TwimlRefused`.

        Nothing that stands behind a `<Dial>` that rings nobody is in it.
        """
        made = ET.Element("Response")
        now, later = divided(root, self._base)
        for verb in now:
            written = self._dialled(verb) if verb.tag == "Dial" else self._copied(verb)
            if written is None:
                made.extend(self._doors.refused())
                return as_text(made)
            made.append(written)
        if later is not None:
            ET.SubElement(made, "Redirect", {"method": "POST"}).text = self._doors.later(as_text(later))
        return as_text(made)

    def _dialled(self, dial: ET.Element) -> ET.Element | None:
        """None where it would ring nobody."""
        bare = "".join([dial.text or "", *(child.tail or "" for child in dial)]).strip()
        nouns = list(dial)
        if bare and nouns:
            raise TwimlRefused("<Dial> may hold a number or nouns, not both: nobody knows which is rung")
        if bare:
            number = ET.Element("Number")
            number.text = bare
            nouns = [number]
        if not nouns:
            raise TwimlRefused("<Dial> names nobody")
        if sum(noun.tag in RINGS for noun in nouns) > MOST_TARGETS:
            raise TwimlRefused(f"TwiML may ring at most {MOST_TARGETS} telephones at once")
        rung = [(noun, ring) for noun in nouns if noun.tag in RINGS and (ring := self._rung(dial, noun)) is not None]
        if dial.get("sequential", "").strip().lower() == "true":
            # one after another: a permit is for now, so it is good for the first of them; our own people can wait
            rung = rung[:1] + [(noun, ring) for noun, ring in rung[1:] if ring.caller_id is None]
        permits = [ring for _, ring in rung if ring.noun == "Number" and ring.caller_id is not None]
        shown = permits[0].caller_id if permits else dial.get("callerId")
        # one <Dial> shows one caller ID: who would see another than the one that was checked is not rung
        made = [self._noun(noun, ring) for noun, ring in rung if ring.caller_id in {None, shown}]
        made += [self._copied(noun) for noun in nouns if noun.tag in JOINS]
        if not made:
            return None
        written = ET.Element("Dial", self._attributes(dial))
        if shown:
            written.set("callerId", shown)
        if permits:
            written.set("timeout", str(min(ring.seconds for ring in permits if ring.seconds is not None)))
            written.set("answerOnBridge", "true")
        written.extend(made)
        return written

    def _rung(self, dial: ET.Element, noun: ET.Element) -> Ring | None:
        self._targets += 1
        timeout, events = dial.get("timeout", ""), noun.get("statusCallbackEvent", "")
        callback = noun.get("statusCallback")
        return self._doors.ring(
            Wish(
                index=self._targets,
                kind=noun.tag,
                address=_address(noun),
                caller_id=dial.get("callerId"),
                timeout=int(timeout) if timeout.isascii() and timeout.isdigit() and len(timeout) < 5 else None,
                status_callback=self._absolute(callback) if callback else None,
                status_method=_method(noun.get("statusCallbackMethod")),
                status_events=tuple(events.replace(",", " ").lower().split()) or ("completed",),
            )
        )

    def _noun(self, noun: ET.Element, ring: Ring) -> ET.Element:
        written = ET.Element(ring.noun)
        known = ATTRIBUTES[ring.noun]
        for name, value in noun.items():
            if name not in known or name.startswith("statusCallback"):
                continue
            leads, method = known[name]
            if name == "amdStatusCallback":
                written.set(name, self._doors.detection(self._absolute(value), _method(noun.get(method)), ring))
            elif leads is Leads.TWIML:
                written.set(name, self._doors.twiml(self._absolute(value), _method(noun.get(method)), ring))
            elif not _is_method(name, known):
                written.set(name, value)
        if (
            ring.caller_id is not None
            and "machineDetection" in written.attrib
            and "amdStatusCallback" not in noun.attrib
        ):
            written.set("amdStatusCallback", self._doors.detection(None, "POST", ring))
        written.set("statusCallback", ring.status_callback)
        written.set("statusCallbackEvent", EVENTS)
        written.set("statusCallbackMethod", "POST")
        if ring.noun == "Client":
            ET.SubElement(written, "Identity").text = ring.address
            written.extend(self._copied(each) for each in noun if each.tag == "Parameter")
        else:
            written.text = ring.address
        return written

    def _copied(self, element: ET.Element) -> ET.Element:
        written = ET.Element(element.tag, self._attributes(element))
        text = (element.text or "") if len(element) else "".join(element.itertext())
        if element.tag == "Redirect":
            text = self._doors.twiml(self._absolute(text.strip()), _method(element.get("method")), None)
        elif element.tag == "Play" and text.strip():
            text = self._sound(text)
        elif element.tag in JOINS or element.tag == "Enqueue":
            text = name_in_twiml(self._controller_id, text)
            if len(text) > LONGEST:
                raise TwimlRefused(f"the name in <{element.tag}> is too long")
        written.text = text
        for child in element:
            copy = self._copied(child)
            copy.tail = child.tail
            written.append(copy)
        return written

    def _attributes(self, element: ET.Element) -> dict[str, str]:
        known = ATTRIBUTES[element.tag]
        written = {}
        for name, value in element.items():
            if name not in known or _is_method(name, known) or element.tag == "Redirect":
                continue
            leads, method = known[name]
            if leads is Leads.NOWHERE:
                written[name] = value
            elif leads is Leads.MEDIA:
                written[name] = self._sound(value)
            elif name == "waitUrl" and not value.strip():
                written[name] = ""  # silence while waiting
            elif not value.strip() and self._base is None:
                continue  # the document itself, which has no address but ours: Twilio asks that again by default
            elif leads is Leads.TWIML:
                written[name] = self._doors.twiml(self._absolute(value), _method(element.get(method)), None)
            else:
                written[name] = self._doors.report(self._absolute(value), _method(element.get(method)))
        return written

    def _sound(self, value: str) -> str:
        return self._url(value, _SOUND, "sound must stand at an http(s) or ws(s) URL")

    def _absolute(self, value: str) -> str:
        return self._url(
            value, _ASKED, "URLs in TwiML must be http(s); relative ones count only where it stands at one"
        )

    def _url(self, value: str, schemes: frozenset[str], otherwise: str) -> str:
        with suppress(ValueError):  # of a host that cannot be one
            url = urljoin(self._base or "", value.strip())
            if urlsplit(url).scheme in schemes:
                return url
        raise TwimlRefused(otherwise)


def as_text(response: ET.Element) -> str:
    """The document with its declaration."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{ET.tostring(response, encoding="unicode")}'


def _address(noun: ET.Element) -> str:
    identity = noun.find("Identity")
    if noun.tag == "Client":
        return f"client:{text_of(noun if identity is None else identity)}"
    return (noun.text or "").strip() if len(noun) else text_of(noun)


def _method(given: str | None) -> str:
    return "GET" if (given or "").strip().upper() == "GET" else "POST"


def _is_method(name: str, known: Mapping[str, tuple[Leads, str]]) -> bool:
    """How the dialer wants to be asked is between it and us; Twilio always asks us in the same way."""
    return any(method == name for _, method in known.values())
