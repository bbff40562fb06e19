"""Who is called: somebody of ours, who may be called at any time, or a telephone that has to be asked about."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.phone_numbers import parse
from middleware.sip_addresses import is_sip, read_sip
from middleware.store.catalogue import Agent, Catalogue

CLIENT = "client:"


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """`address` as it is dialled and logged; `agent` where one is on file."""

    address: str
    agent: Agent | None

    @property
    def language(self) -> str:
        """Which language they are spoken to in."""
        return self.agent.language if self.agent else "en"


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number to ask about, as it was given. Whatever form it came in, the number that was checked is dialled."""

    number: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody knows whom this would ring, so it is not dialled."""

    given: str


def whom(catalogue: Catalogue, controller_id: str, given: str) -> OwnPerson | Telephone | Unreachable:
    """Tell our own people from telephones. A SIP address that carries a telephone number is that number, also in a
    domain of ours; agents' own numbers are ours only for the controller that listed them."""
    text = given.strip()
    if text.lower().startswith(CLIENT):
        address = CLIENT + text[len(CLIENT) :].partition("?")[0]
        return OwnPerson(address, _of(catalogue, controller_id, address))
    if is_sip(text):
        return _at_sip(catalogue, controller_id, text)
    if ":" in text and not text.lower().startswith("tel:"):  # sim:, whatsapp: and what is yet to come
        return Unreachable(text)
    number = parse(text).e164
    agent = _of(catalogue, controller_id, number) if number else None
    return OwnPerson(agent.address, agent) if agent else Telephone(text)


def _at_sip(catalogue: Catalogue, controller_id: str, text: str) -> OwnPerson | Telephone | Unreachable:
    sip = read_sip(text)
    if sip is None:
        return Unreachable(text)
    if sip.number is not None:
        agent = _of(catalogue, controller_id, sip.number)
        return OwnPerson(agent.address, agent) if agent else Telephone(sip.number)
    by_name = _of(catalogue, controller_id, sip.address)
    agent = by_name or (_of(catalogue, controller_id, f"sip:@{sip.host}") if sip.is_name else None)
    return OwnPerson(text, agent) if agent is not None and sip.leads_nowhere_else else Unreachable(text)


def _of(catalogue: Catalogue, controller_id: str, address: str) -> Agent | None:
    found = (agent for agent in catalogue.agents.get(address, ()) if agent.controller_id == controller_id)
    return next(found, None)
