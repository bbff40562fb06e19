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
# TwiML in which a recording or a synthetic voice speaks to whoever picks up; an AI voice is one, too
_SPOKEN_BY_A_MACHINE = frozenset({"Say", "Play", "ConversationRelay"})
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
        loud = sorted(_verbs(twiml) - QUIET_VERBS)
    except ET.ParseError as error:
        raise InvalidParameter(f"Twiml is not XML: {error}", "Twiml") from None
    if loud:
        raise InvalidParameter(
            f"Twiml may not hold <{'>, <'.join(loud)}>: it could ring a number that was not checked. "
            "Create that call by itself",
            "Twiml",
        )


def machine_speaks(twiml: str | None) -> bool:
    """Whether a machine is heard by this TwiML, which `check_twiml` has let pass."""
    return bool(twiml) and not _SPOKEN_BY_A_MACHINE.isdisjoint(_verbs(twiml or ""))


def _verbs(twiml: str) -> set[str]:
    return {element.tag for element in ET.fromstring(twiml).iter()}  # noqa: S314  # without entities: `check_twiml`
