"""Click-to-call: rings an agent, who is one of ours, and asks the gate for the callee once the agent has answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from middleware.clock import Clock
from middleware.errors import CallNotCreated, CallRefused, InvalidRequest, StoreUnavailable, TooFast
from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.asking import Answer
from middleware.services.attempt_requests import AttemptRequests
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.own_people import OwnPerson
from middleware.services.routes.creating import Creating
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links, reporting_to
from middleware.services.whom_to_ring import WhomToRing
from middleware.sip_addresses import read_sip
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.own_calls import OwnCallRepository

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
    creating: Creating
    links: Links
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    whom: WhomToRing
    public_base_url: str

    def place(self, body: Mapping[str, Any], raw: bytes, asker: Credential) -> Clicked:
        """Ask first, so that no agent is rung for nothing; what is answered now reserves nothing.

        Raises `InvalidRequest` naming the field, `NotFound` for a campaign out of reach, and as `Creating.in_turn`.
        """
        for name in body:
            if name not in FIELDS:
                raise InvalidRequest(f"is not a field of this request; known are {', '.join(FIELDS)}", name)
        person = self._agent(body, asker)
        answer = self.attempts.check({name: body[name] for name in body if name != "agent"}, raw, asker)
        if not answer.is_permitted:
            return Clicked(answer, None)
        own_call_id, parameters = self._prepared(person, answer, asker)
        return Clicked(answer, self._rung(own_call_id, parameters))

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

    def _prepared(self, person: OwnPerson, answer: Answer, asker: Credential) -> tuple[str, Pairs]:
        """Logged, and what the agent will hear kept: whom to dial stands in no URL, and is asked about when it is."""
        campaign = self.catalogue.campaign_for(asker, answer.campaign_id)
        now = self.clock.now()
        with self.database.writing() as connection:
            own_call_id = OwnCallRepository(connection).add(
                now,
                controller_id=campaign.controller_id,
                campaign_id=campaign.id,
                credential_id=asker.id,
                route=ROUTE,
                address=person.address,
                language=person.language,
            )
            leg = Leg(campaign.controller_id, campaign.id, asker.id, person.language, own_call_id=own_call_id)
            url = self.links.document(connection, leg, _then_dial(answer))
        return own_call_id, [
            ("To", person.address),
            ("From", answer.caller_id or ""),
            ("Url", url),
            ("Method", "POST"),
            ("FallbackUrl", self.links.fallback(leg)),
            ("FallbackMethod", "POST"),
            ("Timeout", str(AGENT_RINGS_SECONDS)),
            *reporting_to(f"{self.public_base_url}/twilio/own/{own_call_id}"),
        ]

    def _rung(self, own_call_id: str, parameters: Pairs) -> AgentCall:
        try:
            call = self.creating.in_turn(lambda: self.carrier.create(parameters), None)
        except (CallRefused, CallNotCreated, TooFast):
            self._note(own_call_id, call_status="failed", ended_at=self.clock.now())
            raise
        sid, status = str(call.get("sid") or ""), str(call.get("status") or "")
        self._note(own_call_id, call_sid=sid)
        return AgentCall(own_call_id, sid, status)

    def _note(self, own_call_id: str, **values: object) -> None:
        try:
            with self.database.writing() as connection:
                OwnCallRepository(connection).change(own_call_id, **values)
        except StoreUnavailable as error:  # what Twilio said is the answer all the same, and its callbacks will tell
            logger.error("call %s to one of ours is not noted yet: %s", own_call_id, error)


def _then_dial(answer: Answer) -> str:
    caller_id = f" callerId={quoteattr(answer.caller_id)}" if answer.caller_id else ""
    return f"<Response><Dial{caller_id}><Number>{escape(answer.callee or '')}</Number></Dial></Response>"
