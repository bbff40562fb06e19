"""What, why, and what to do next: a refusal in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from middleware.decision.model import Basis, Reason
from middleware.explanations import times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.languages import known
from middleware.explanations.parameters import Reader, shown

# How binding a refusal is that rests on no figure and so on no source.
_BINDING = {
    Reason.CAMPAIGN_CLOSED: "why.campaign",
    Reason.CAMPAIGN_NOT_STARTED: "why.campaign",
    Reason.CAMPAIGN_ENDED: "why.campaign",
    Reason.HOURS_PROMISED_LATER: "why.promise",
    Reason.HOURS_ZONE_UNKNOWN: "why.unchecked",
    Reason.NUMBER_COUNTRY_CLOSED: "why.unchecked",
    Reason.POLICY_UNUSABLE: "why.unchecked",
}
WITHOUT_BASIS = {reason.value: key for reason, key in _BINDING.items()}
_BASES = frozenset(Basis)
SETTERS = {"country": "set_by.country", "controller": "set_by.controller", "campaign": "set_by.campaign"}
NAMED_SETTERS = {"the campaign": "set_by.this_campaign", "the stop list": "set_by.stop_list"}


class RefusedFor(Protocol):
    """One refusing rule: `services.asking.ReasonGiven`, or anything of its shape."""

    @property
    def code(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def basis(self) -> str | None: ...
    @property
    def source(self) -> str | None: ...
    @property
    def not_before(self) -> datetime | None: ...
    @property
    def parameters(self) -> Mapping[str, object]: ...
    @property
    def set_by(self) -> str | None: ...
    @property
    def loosens(self) -> str | None: ...
    @property
    def message(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """`what` stands in the way, `why`: which rule says so and how binding it is, `next_step`: what to do, and when."""

    what: str
    why: str
    next_step: str

    @property
    def message(self) -> str:
        """What and next step in one text."""
        return f"{self.what} {self.next_step}"


def explain(reason: RefusedFor, language: str, asked_zone: str | None = None) -> Explanation:
    """One reason in words. Never raises, whatever it is given: what it cannot say well it says plainly.

    `asked_zone`: the IANA zone in which instants are shown where the reason itself names none; without it UTC.
    """
    language = known(language)
    reader = Reader(language, times.zone_of(reason.parameters.get("zone"), asked_zone))
    return Explanation(_what(reason, reader), _why(reason, reader), _next_step(reason, reader))


def title_of(code: str, language: str) -> str:
    """A reason in a few words, without figures: for tables and counts."""
    catalogue = CATALOGUES[known(language)]
    return catalogue.text(f"{code}.title") or catalogue.say("unknown.title")


def _what(reason: RefusedFor, reader: Reader) -> str:
    if reason.message is not None:  # kept by the first edition, which kept no parameters
        return reason.message
    catalogue = CATALOGUES[reader.language]
    count = reason.parameters.get("count")
    text = catalogue.text(_variant(reason, reader), count if isinstance(count, int) else None)
    if text is None:
        return reader.say("unknown.what", code=reason.code)
    values = {name: shown(name, value, reader) for name, value in reason.parameters.items()}
    try:
        return text.format_map(values)
    except (KeyError, ValueError, IndexError):  # kept without a parameter that this version's sentence needs
        return f"{title_of(reason.code, reader.language)}."


def _variant(reason: RefusedFor, reader: Reader) -> str:
    """The sentence for a reason one of whose parameters is empty, where there is such a sentence."""
    catalogue = CATALOGUES[reader.language]
    for name, value in reason.parameters.items():
        if value is None or value == "" or value == () or value == []:
            key = f"{reason.code}.what_without_{name}"
            if catalogue.text(key) is not None:
                return key
    return f"{reason.code}.what"


def _why(reason: RefusedFor, reader: Reader) -> str:
    sentences = [reader.say(_binding(reason))]
    if reason.set_by:
        sentences.append(_set_by(reason.set_by, reader))
    if reason.loosens:
        sentences.append(reader.say("why.loosens", loosens=reason.loosens.removesuffix(".")))
    if reason.source and reason.source != reason.set_by:
        sentences.append(reader.say("why.source", source=reason.source))
    family = f"family.{reason.code.partition('.')[0]}"
    rule = CATALOGUES[reader.language].text(family) or reader.say("family.other")
    return reader.say("why.rule", rule=rule, why=" ".join(sentences))


def _binding(reason: RefusedFor) -> str:
    if not reason.basis:
        return WITHOUT_BASIS.get(reason.code, "why.ringfence")
    is_their_own = (reason.set_by or "").startswith(("controller ", "campaign "))
    if reason.basis == Basis.RECOMMENDED.value and is_their_own:
        return "why.own_choice"
    return f"why.{reason.basis}" if reason.basis in _BASES else "why.other"


def _set_by(setter: str, reader: Reader) -> str:
    if setter in NAMED_SETTERS:
        return reader.say(NAMED_SETTERS[setter])
    kind, _, name = setter.partition(" ")
    if kind not in SETTERS or not name:
        return reader.say("set_by.other", name=setter)
    return reader.say(SETTERS[kind], name=name, country=shown("country", name, reader))


def _next_step(reason: RefusedFor, reader: Reader) -> str:
    catalogue = CATALOGUES[reader.language]
    to_do = catalogue.text(f"{reason.code}.next")
    if reason.not_before is not None:
        to_do = catalogue.text(f"{reason.code}.next_wait") or to_do
    sentences = [to_do or reader.say("unknown.next")]
    if reason.parameters.get("lifted_by"):
        sentences.append(reader.say("lift", facts=shown("lifted_by", reason.parameters["lifted_by"], reader)))
    sentences.append(_when(reason, reader))
    return " ".join(sentences)


def _when(reason: RefusedFor, reader: Reader) -> str:
    if reason.not_before is None:
        return CATALOGUES[reader.language].text(f"{reason.code}.never") or reader.say("when.never")
    when = times.moment(reason.not_before, reader.zone, reader.language, is_start=True)
    return reader.say("when.from", when=when)
