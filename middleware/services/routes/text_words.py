"""What a text message to one of our numbers means. A word counts only where it is all that was written, however it is
decorated: `»Stop!«` is a stop, `stop by tomorrow` is none."""

from __future__ import annotations

import re
from enum import StrEnum
from unicodedata import category, normalize


class Meaning(StrEnum):
    """`other` is for people to read."""

    STOP = "stop"
    HELP = "help"
    START = "start"
    OTHER = "other"


# Twilio answers these by itself, and carries nothing to the sender after it
ANSWERED_BY_TWILIO = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_STOP = """
    stop|stopall|stop all|unsubscribe|cancel|end|quit|revoke|optout|opt out|remove|remove me|do not call|dont call
    do not call me|dont call me|do not call again|dont call again|do not call me again|dont call me again|no more calls
    stop calling|stop calling me|please stop|stop please|stop now|please stop calling|please stop calling me

    afmeld|afmeld mig|afmelding|frameld|frameld mig|framelding|frabed|frabedes|stop opkald|ingen opkald
    ingen flere opkald|ikke flere opkald|ring ikke|ring ikke mere|ring ikke igen|ring ikke til mig
    ring ikke til mig mere|ring ikke til mig igen|stop med at ringe|stop med at ringe til mig

    stopp|sluta|sluta ring|sluta ringa|sluta ringa mig|sluta ringa till mig|avsluta|avregistrera|avregistrera mig
    avanmäl|avanmäl mig|inga samtal|inga fler samtal|ring inte|ring inte mer|ring inte mig|ring mig inte|ring inte igen
    ring mig inte igen|ring mig inte mer

    abmelden|abmeldung|abbestellen|austragen|ende|aufhören|keine anrufe|keine anrufe mehr|bitte keine anrufe
    bitte keine anrufe mehr|keine werbeanrufe|nicht anrufen|nicht mehr anrufen|bitte nicht anrufen
    bitte nicht mehr anrufen|rufen sie mich nicht an|rufen sie mich nicht mehr an|rufen sie nicht mehr an
    bitte rufen sie mich nicht mehr an

    stoppen|afmelden|uitschrijven|uitschrijving|opzeggen|beëindigen|niet bellen|niet meer bellen|stop met bellen
    stoppen met bellen|bel niet|bel niet meer|bel me niet|bel me niet meer|bel mij niet|bel mij niet meer
    geen telefoontjes|geen telefoontjes meer
"""
_HELP = "help|info|information|hjælp|hjälp|hilfe|hulp"
_START = "start|unstop"
_APOSTROPHES = re.compile("['’‘`´ʼ′＇]")
_SPELLED = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ë": "e", "ï": "i", "é": "e", "è": "e"}
)
_BARE = str.maketrans({"æ": "a", "ø": "o"})


def meaning_of(body: str, opt_out_type: str | None = None) -> Meaning:
    """`opt_out_type` is Twilio's own reading of it, where it has one; our own counts beside it."""
    twilios = (opt_out_type or "").strip().lower()
    found = {_WORDS[spelling] for spelling in _spellings(body) if spelling in _WORDS}
    if twilios in {Meaning.STOP, Meaning.HELP, Meaning.START}:
        found.add(Meaning(twilios))
    for meaning in (Meaning.STOP, Meaning.START, Meaning.HELP):  # in doubt, a stop
        if meaning in found:
            return meaning
    return Meaning.OTHER


def is_answered_by_twilio(body: str, opt_out_type: str | None, meaning: Meaning) -> bool:
    """Whether Twilio has told the sender already."""
    if meaning is Meaning.STOP:
        return bool(opt_out_type) or body.strip().upper() in ANSWERED_BY_TWILIO
    return meaning is Meaning.HELP and bool(opt_out_type)


def _spellings(text: str) -> set[str]:
    """Letters and digits alone, small, a space between words; with ä as ae, and as a. The same word over and over is
    said once."""
    small = _APOSTROPHES.sub("", normalize("NFKC", text)).casefold()
    found = set()
    for each in (normalize("NFC", small).translate(_SPELLED), normalize("NFKD", small.translate(_BARE))):
        letters = "".join(
            character if category(character)[0] in "LN" else "" if category(character)[0] in "MC" else " "
            for character in each.replace("\n", " ").replace("\r", " ").replace("\t", " ")
        )
        words = letters.split()
        if words and len(set(words)) == 1:
            words = words[:1]
        found.add(" ".join(words))
    return found


def _words() -> dict[str, Meaning]:
    table: dict[str, Meaning] = {}
    for listed, meaning in ((_HELP, Meaning.HELP), (_START, Meaning.START), (_STOP, Meaning.STOP)):
        for phrase in re.split(r"\s*[|\n]\s*", listed.strip()):
            table |= dict.fromkeys(_spellings(phrase), meaning)
    return table


_WORDS = _words()
