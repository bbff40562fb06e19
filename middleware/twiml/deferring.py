"""Cuts a document before every telephone that it would ring only after a while: it is asked about when it is due.

A permit is for now. Behind a pause, a song or another call it could be out of hours before anything rings.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from middleware.twiml.reading import text_of
from middleware.twiml.verbs import ATTRIBUTES, JOINS, Leads

_TAKE_NO_TIME = frozenset({"Start", "Stop"})
# without an action they ask the address of their own document again
_ASK_AGAIN = frozenset({"Gather", "Record"})


def divided(root: ET.Element, base: str | None) -> tuple[list[ET.Element], ET.Element | None]:
    """The verbs that are heard now, and a document of those that come later; None where nothing has to wait.

    `base` is the URL at which the document stands: later it stands elsewhere, so relative URLs are made whole.
    """
    verbs = list(root)
    takes_time = False
    for index, verb in enumerate(verbs):
        if takes_time and _rings(verb):
            later = ET.Element("Response")
            later.extend(verbs[index:])
            return verbs[:index], _whole(later, base)
        takes_time = takes_time or verb.tag not in _TAKE_NO_TIME
    return verbs, None


def _rings(verb: ET.Element) -> bool:
    return verb.tag == "Dial" and not (len(verb) and all(noun.tag in JOINS for noun in verb))


def _whole(document: ET.Element, base: str | None) -> ET.Element:
    if base is None:
        return document
    for element in document.iter():
        for name, value in list(element.items()):
            leads = ATTRIBUTES[element.tag].get(name, (Leads.NOWHERE, ""))[0]
            is_silence = name == "waitUrl" and not value.strip()
            if leads is not Leads.NOWHERE and not is_silence:
                element.set(name, _resolved(base, value))
        text = text_of(element)
        if element.tag == "Redirect" or (element.tag == "Play" and text):
            element.text = _resolved(base, text)
        if element.tag in _ASK_AGAIN and "action" not in element.attrib:
            element.set("action", base)
    return document


def _resolved(base: str, value: str) -> str:
    """What cannot be a URL stays as it is, and is refused when it is heard."""
    with suppress(ValueError):
        return urljoin(base, value.strip())
    return value
