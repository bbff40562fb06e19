"""Reads a document, and refuses what is not understood: it could ring a telephone that nobody was asked about."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from middleware.errors import TwimlRefused
from middleware.twiml.verbs import ATTRIBUTES, CHILDREN, SPEAKS

LONGEST = 65_536  # characters; Twilio takes 64 KB
DEEPEST = 12
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)


def read_document(text: str) -> ET.Element:
    """The `<Response>`, with nothing in it that we do not understand. Raises `TwimlRefused`, which tells what."""
    if len(text) > LONGEST:
        raise TwimlRefused(f"TwiML may have at most {LONGEST} characters")
    if _DECLARATION.search(text):
        raise TwimlRefused("TwiML must not declare a document type or entities")
    encoding = _ENCODING.search(text)
    if encoding and encoding[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise TwimlRefused("TwiML must be in UTF-8: others could read it as another text than we do")
    try:
        root = ET.fromstring(text.strip())  # noqa: S314  # without declarations there are no entities to expand
    except (ET.ParseError, ValueError) as error:  # ValueError: of characters that no encoding has
        raise TwimlRefused(f"TwiML is not XML: {error}") from None
    if root.tag != "Response":
        raise TwimlRefused("TwiML must begin with <Response>")
    _check(root, 0)
    return root


def speaks(root: ET.Element) -> bool:
    """Whether a machine is heard by this document."""
    return any(element.tag in SPEAKS for element in root.iter())


def text_of(element: ET.Element) -> str:
    """All text within, as Twilio reads it: parts that comments cut are one."""
    return "".join(element.itertext()).strip()


def _check(element: ET.Element, depth: int) -> None:
    if depth > DEEPEST:
        raise TwimlRefused("TwiML is nested too deeply")
    if element.tag == "Enqueue" and element.get("workflowSid"):
        raise TwimlRefused("<Enqueue> into a workflow may ring people whom nobody asked about: give a queue's name")
    allowed = CHILDREN.get(element.tag, frozenset())
    for child in element:
        if child.tag not in allowed or child.tag not in ATTRIBUTES:
            raise TwimlRefused(
                f"TwiML may not hold <{_shown(child.tag)}> in <{element.tag}>: it could ring a number that was not "
                "checked"
            )
        _check(child, depth + 1)


def _shown(tag: object) -> str:
    """The name of an element, without what a namespace makes of it."""
    text = tag if isinstance(tag, str) else "?"
    return re.sub(r"[^A-Za-z0-9_.:-]", "", text.rpartition("}")[2])[:40]
