"""The agents who are rung for somebody who rings back: our own people, so that no gate stands before them."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.clock import Clock
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.routes.links import DELIVERY
from middleware.services.routes.ring_backs import OBJECTION, PERSON, concerned
from middleware.store.catalogue import Agent, Catalogue
from middleware.store.database import Database
from middleware.store.own_legs import keep_own_leg
from middleware.store.ring_backs import RingBack, RingBackRepository

ROUTE = "ring_back"
MOST_AT_ONCE = 10  # more <Dial> does not ring
DOMAIN = "sip:@"


@dataclass(frozen=True, slots=True)
class Rung:
    """One of our people's telephones, as `Agent.address` has it, and where Twilio reports how it went."""

    address: str
    status_callback: str


@dataclass(frozen=True, slots=True)
class Connecting:
    """Whom to ring, all at once; nobody: none is on file."""

    language: str
    caller_id: str
    rung: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class RingBackPeople:
    database: Database
    catalogue: CurrentCatalogue
    clock: Clock
    public_base_url: str

    def ring(self, ring_back_id: str) -> Connecting:
        """The agents who take ring-backs, each logged; asked again, the same. Raises `NotFound`."""
        catalogue, now = self.catalogue.checked(), self.clock.now()
        with self.database.writing() as connection:
            repository = RingBackRepository(connection)
            ring_back = repository.lock(ring_back_id)
            agents = _agents(catalogue, concerned(connection, ring_back), ring_back)
            rung = []
            for agent in agents:
                own_call_id = keep_own_leg(
                    connection,
                    f"ring-back|{ring_back_id}|{agent.address}",
                    now,
                    controller_id=agent.controller_id,
                    campaign_id=ring_back.campaign_id,
                    credential_id=None,
                    route=ROUTE,
                    address=agent.address,
                    language=agent.language,
                    parent_call_sid=ring_back.call_sid,
                )
                rung.append(Rung(agent.address, f"{self.public_base_url}/twilio/own/{own_call_id}{DELIVERY}"))
            if ring_back.choice != OBJECTION:
                repository.change(ring_back_id, choice=PERSON)
        return Connecting(ring_back.language, ring_back.caller_id, tuple(rung))


def _agents(catalogue: Catalogue, controllers: tuple[str, ...], ring_back: RingBack) -> tuple[Agent, ...]:
    """Each telephone once, and never the one that rings us."""
    taking: dict[str, Agent] = {}
    for controller_id in controllers:
        for address, agents in catalogue.agents.items():
            if address.startswith(DOMAIN) or address == ring_back.caller:
                continue
            for agent in agents:
                if agent.controller_id == controller_id and agent.takes_ring_backs:
                    taking.setdefault(address, agent)
    return tuple(taking.values())[:MOST_AT_ONCE]
