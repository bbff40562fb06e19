"""Click-to-call: rings an agent, who is one of ours, and asks the gate for the callee once the agent has answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from middleware.clock import Clock
from middleware.errors import InvalidRequest
from middleware.gateways.ports import CallCarrier
from middleware.services.asking import Answer
from middleware.services.attempt_requests import AttemptRequests
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.observation import Observation
from middleware.services.own_people import OwnPerson
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links, reporting_to
from middleware.services.routes.own_calls import OwnCalls
from middleware.services.routes.own_legs import begun
from middleware.services.whom_to_ring import WhomToRing
from middleware.sip_addresses import read_sip
from middleware.store.catalogue import Credential
from middleware.store.database import Database

logger = logging.getLogger(__name__)
ROUTE = "click_to_call"
FIELDS = ("campaign", "callee", "agent", "caller_id", "default_country")
LONGEST_ADDRESS = 254
AGENT_RINGS_SECONDS = 25  # Twilio may add five
ALL_EVENTS = ("initiated", "ringing", "answered", "completed")


@dataclass(frozen=True, slots=True)
class AgentCall:
    """The call that rings the agent."""

    own_call_id: str
    call_sid: str
    call_status: str


@dataclass(frozen=True, slots=True)
class Clicked:
    """As of now the callee may be called, and `agent_call` rings; or not, and nobody is rung (None)."""

    answer: Answer
    agent_call: AgentCall | None


@dataclass(frozen=True, slots=True)
class ClickToCall:
    attempts: AttemptRequests
    carrier: CallCarrier
    own_calls: OwnCalls
    links: Links
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    whom: WhomToRing
    public_base_url: str

    def place(self, body: Mapping[str, Any], raw: bytes, asker: Credential) -> Clicked:
        """Ask first, so that no agent is rung for nothing; what is answered now reserves nothing.

        Raises `InvalidRequest` naming the field, `NotFound` for a campaign out of reach, and as `OwnCalls.made`.
        """
        for name in body:
            if name not in FIELDS:
                raise InvalidRequest(f"is not a field of this request; known are {', '.join(FIELDS)}", name)
        person = self._agent(body, asker)
        answer = self.attempts.check({name: body[name] for name in body if name != "agent"}, raw, asker)
        if not answer.is_permitted:
            return Clicked(answer, None)
        return Clicked(answer, self._rung(person, answer, asker))

    def _agent(self, body: Mapping[str, Any], asker: Credential) -> OwnPerson:
        given, campaign_id = body.get("agent"), body.get("campaign")
        if not isinstance(given, str) or not 0 < len(given) <= LONGEST_ADDRESS or not given.isprintable():
            raise InvalidRequest(
                f"must be an address of 1 to {LONGEST_ADDRESS} characters, such as client:name", "agent"
            )
        if not isinstance(campaign_id, str) or not campaign_id:
            raise InvalidRequest("must be the id of a campaign", "campaign")
        campaign = self.catalogue.campaign_for(asker, campaign_id)
        found = self.whom.at(campaign.controller_id, given)
        if not isinstance(found, OwnPerson) or found.agent is None:
            raise InvalidRequest("is none of this controller's people on file (agents.yaml)", "agent")
        if campaign_id not in found.agent.campaigns:
            raise InvalidRequest("does not call for this campaign (agents.yaml)", "agent")
        sip = read_sip(found.address)  # without headers and parameters that came with it
        return found if sip is None else OwnPerson(f"sip:{sip.user}@{sip.host}", found.agent)

    def _rung(self, person: OwnPerson, answer: Answer, asker: Credential) -> AgentCall:
        """Logged, and what the agent will hear kept: whom to dial stands in no URL, and is asked about when it is."""
        campaign = self.catalogue.campaign_for(asker, answer.campaign_id)
        asking = Leg(campaign.controller_id, campaign.id, asker.id, person.language)
        with self.database.writing() as connection:
            leg = begun(connection, self.clock.now(), asking, ROUTE, person)
            url = self.links.document(connection, leg, _then_dial(answer))
        parameters = [
            ("To", person.address),
            ("From", answer.caller_id or ""),
            ("Url", url),
            ("Method", "POST"),
            ("FallbackUrl", self.links.fallback(leg)),
            ("FallbackMethod", "POST"),
            ("Timeout", str(AGENT_RINGS_SECONDS)),
            *reporting_to(f"{self.public_base_url}/twilio/own/{leg.own_call_id}"),
        ]
        call = self.own_calls.made(leg, lambda: self.carrier.create(parameters), Observation.from_resource)
        return AgentCall(leg.own_call_id or "", str(call.get("sid") or ""), str(call.get("status") or ""))


def _then_dial(answer: Answer) -> str:
    caller_id = f" callerId={quoteattr(answer.caller_id)}" if answer.caller_id else ""
    return f"<Response><Dial{caller_id}><Number>{escape(answer.callee or '')}</Number></Dial></Response>"
