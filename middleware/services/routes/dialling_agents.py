"""Which of our own people is dialling, for which campaign, and what they dialled: from what Twilio vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from middleware.services.routes.legs import agent_credential_id
from middleware.sip_addresses import is_sip, read_sip
from middleware.store.catalogue import Agent, Catalogue

_SHORTEST_NUMBER = 5  # digits; shorter ones are extensions


@dataclass(frozen=True, slots=True)
class Dialled:
    """One press of a button. `address` is whose telephone it is: `client:name` or `sip:user@host`, as Twilio proved it.

    `given` and `campaign` are what that telephone sent: only ever something to be asked about, and a choice among the
    agent's own campaigns. `delivery` is Twilio's mark of this request, the same when it sends it again.
    """

    call_sid: str
    delivery: str
    address: str
    given: str
    campaign: str | None = None

    @property
    def event(self) -> str:
        """Tells this press from every other."""
        return sha256(f"{self.call_sid}\0{self.delivery}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Calling:
    """An agent, and the campaign that they call for now."""

    agent: Agent
    campaign_id: str

    @property
    def credential_id(self) -> str:
        """As legs name whoever asks."""
        return agent_credential_id(self.agent)


def agents_at(catalogue: Catalogue, address: str) -> tuple[Agent, ...]:
    """Whose telephone this is, for each controller that has it on file; a person goes before their whole domain."""
    by_name = catalogue.agents.get(address, ())
    sip = read_sip(address) if is_sip(address) else None
    if sip is None:
        return by_name
    named = {agent.controller_id for agent in by_name}
    in_domain = catalogue.agents.get(f"sip:@{sip.host}", ())
    return (*by_name, *(agent for agent in in_domain if agent.controller_id not in named))


def calling_for(agents: tuple[Agent, ...], wanted: str | None) -> Calling | None:
    """For which campaign; None where that cannot be told, or where it is none of theirs.

    Without a wish it is the usual one, of an agent of a single controller.
    """
    if wanted is None:
        usual = [Calling(agent, agent.campaigns[0]) for agent in agents if agent.campaigns]
        return usual[0] if len(usual) == 1 else None
    return next((Calling(agent, wanted) for agent in agents if wanted in agent.campaigns), None)


def target_of(catalogue: Catalogue, given: str) -> str | None:
    """What a telephone dialled, as the gate is asked about it; None for what reaches nobody who is known.

    A SIP telephone sends digits where names stand: they are a whole number with its country, or nothing. What a number
    without its country means is never guessed.
    """
    text = given.strip()
    if not text or not is_sip(text):
        return text or None
    sip = read_sip(text)
    if sip is None:
        return None
    if sip.number is not None:
        return sip.number
    is_person = sip.address in catalogue.agents
    return f"sip:{sip.user}@{sip.host}" if is_person or not _is_number_like(sip.user) else None


def _is_number_like(user: str) -> bool:
    digits = sum(each.isdigit() for each in user)
    return digits >= _SHORTEST_NUMBER and not any(each.isalpha() for each in user)
