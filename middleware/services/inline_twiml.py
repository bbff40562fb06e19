"""TwiML that a dialer gives inline: it may talk to the person who was checked, and ring nobody else."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from middleware.errors import InvalidParameter

LONGEST_TWIML = 4000
# TwiML that rings nobody else; whatever is not here could, and is not passed on
QUIET_VERBS = frozenset(
    (
        *("Response", "Say", "Play", "Pause", "Gather", "Record", "Hangup", "Reject", "Connect", "Start", "Stop"),
        *("Stream", "Parameter", "ConversationRelay", "Transcription", "Siprec", "Language"),
        *("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"),
    )
)
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)


def check_twiml(twiml: str | None) -> None:
    """Raises `InvalidParameter` for TwiML that could ring a number which was not checked, or that cannot be read."""
    if not twiml:
        return
    if len(twiml) > LONGEST_TWIML:
        raise InvalidParameter(f"Twiml must have at most {LONGEST_TWIML} characters", "Twiml")
    if _DECLARATION.search(twiml):
        raise InvalidParameter("Twiml must not declare a document type or entities", "Twiml")
    encoding = _ENCODING.search(twiml)
    if encoding and encoding[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise InvalidParameter("Twiml must be in UTF-8: others could read it as another text than we do", "Twiml")
    try:
        verbs = {element.tag for element in ET.fromstring(twiml).iter()}  # noqa: S314  # no entities, see above
    except ET.ParseError as error:
        raise InvalidParameter(f"Twiml is not XML: {error}", "Twiml") from None
    loud = sorted(verbs - QUIET_VERBS)
    if loud:
        raise InvalidParameter(
            f"Twiml may not hold <{'>, <'.join(loud)}>: it could ring a number that was not checked. "
            "Create that call by itself",
            "Twiml",
        )
