"""Inline TwiML that Twilio may have as it is: it rings nobody and asks nobody."""

from __future__ import annotations

from middleware.errors import InvalidParameter, TwimlRefused
from middleware.twiml.reading import read_document, speaks
from middleware.twiml.verbs import ATTRIBUTES, JOINS, RINGS, Leads

LONGEST_INLINE = 4000  # characters; Twilio's own limit of the parameter `Twiml`
_NOT_QUIET = RINGS | JOINS | {"Dial", "Redirect", "Enqueue"}
# they ask the address of their own document again when they are over
_ASKS_ITSELF = frozenset({"Gather", "Record"})


def check_readable(twiml: str | None) -> None:
    """Raises `InvalidParameter` for inline TwiML that could never be served: the dialer hears of it at once."""
    if not twiml:
        return
    if len(twiml) > LONGEST_INLINE:
        raise InvalidParameter(f"Twiml must have at most {LONGEST_INLINE} characters", "Twiml")
    try:
        read_document(twiml)
    except TwimlRefused as error:
        raise InvalidParameter(str(error), "Twiml") from None


def is_quiet(twiml: str) -> bool:
    """Whether it rings nobody, joins nothing and names no URL of instructions or reports; `check_readable` before."""
    for element in read_document(twiml).iter():
        if element.tag in _NOT_QUIET or element.tag in _ASKS_ITSELF:
            return False
        known = ATTRIBUTES[element.tag]
        if any(name not in known or known[name][0] in {Leads.TWIML, Leads.REPORT} for name in element.attrib):
            return False
    return True


def machine_speaks(twiml: str | None) -> bool:
    """Whether a machine is heard by inline TwiML that `check_readable` has let pass."""
    return bool(twiml) and speaks(read_document(twiml or ""))
