"""Our own people dial, from softphones and SIP telephones: the gate is asked, and they hear why if it refuses."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from middleware.clock import Clock
from middleware.errors import InvalidRequest, RingfenceError, StoreUnavailable
from middleware.explanations import spoken, spoken_refusal
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.observation import CALL_SID
from middleware.services.own_people import OwnPerson
from middleware.services.routes.dialling_agents import Calling, Dialled, agents_at, calling_for, target_of
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import DELIVERY
from middleware.services.routes.target_gate import Asked, Permit, Refusal, TargetGate
from middleware.store.database import Database
from middleware.store.own_calls import OwnCallRepository
from middleware.store.own_legs import keep_own_leg

logger = logging.getLogger(__name__)
ROUTE = "voice"
NOBODY_IN_PARTICULAR = "en"  # whoever is not on file is spoken to in English


@dataclass(frozen=True, slots=True)
class Spoken:
    """What they hear; then the call is over."""

    sentences: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class PutThrough:
    """Ring this permit's number, and report at `action` when that is over."""

    permit: Permit
    action: str


@dataclass(frozen=True, slots=True)
class RingOwnPerson:
    """Ring one of ours, at an address as it is dialled; a telephone is shown `caller_id`."""

    address: str
    caller_id: str | None
    status_callback: str
    action: str


VoiceAnswer = Spoken | PutThrough | RingOwnPerson


@dataclass(frozen=True, slots=True)
class Voice:
    """Never raises what Ringfence raises: whoever dials hears that it does not go now, and nobody is rung."""

    gate: TargetGate
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    public_base_url: str

    def dial(self, dialled: Dialled) -> VoiceAnswer:
        """What Twilio is to do with the leg of whoever dialled."""
        try:
            return self._dial(dialled)
        except RingfenceError as error:
            logger.error("a call of one of ours was not put through: %s", error)
            language = self._last_known_language(dialled.address)
            return Spoken((spoken("not_now", language),), language)

    def _dial(self, dialled: Dialled) -> VoiceAnswer:
        if not CALL_SID.fullmatch(dialled.call_sid):
            raise InvalidRequest("a call without its SID", "CallSid")
        catalogue = self.catalogue.checked()
        agents = agents_at(catalogue, dialled.address)
        if not agents:
            logger.warning("a telephone that is not on file tried to call")
            return Spoken((spoken("not_ours", NOBODY_IN_PARTICULAR),), NOBODY_IN_PARTICULAR)
        calling = calling_for(agents, dialled.campaign)
        if calling is None:
            language = agents[0].language
            return Spoken((spoken("no_campaign", language),), language)
        own_call_id = self._log_leg(dialled, calling)
        leg = Leg(
            controller_id=calling.agent.controller_id,
            campaign_id=calling.campaign_id,
            credential_id=calling.credential_id,
            language=calling.agent.language,
            own_call_id=own_call_id,
        )
        target = target_of(catalogue, dialled.given)
        found = Refusal(None) if target is None else self.gate.ask(leg, Asked(target, ROUTE, dialled.event))
        if isinstance(found, Permit):
            return PutThrough(found, self._action(found.attempt_id))
        if isinstance(found, OwnPerson):
            return self._ring(found, leg, dialled)
        self._note_end(own_call_id)
        return Spoken(why_not(found, leg.language), leg.language)

    def _ring(self, person: OwnPerson, leg: Leg, dialled: Dialled) -> RingOwnPerson:
        own_call_id = self._log(
            f"{dialled.event} {person.address}",
            leg,
            address=person.address,
            language=person.language,
            parent_call_sid=dialled.call_sid,
        )
        campaign = self.catalogue.get().campaigns.get(leg.campaign_id)
        shown = campaign.caller_ids if campaign else ()
        return RingOwnPerson(
            address=person.address,
            caller_id=shown[0].number if shown else None,
            status_callback=f"{self.public_base_url}/twilio/own/{own_call_id}{DELIVERY}",
            action=self._action(own_call_id),
        )

    def _log_leg(self, dialled: Dialled, calling: Calling) -> str:
        agent = calling.agent
        leg = Leg(agent.controller_id, calling.campaign_id, calling.credential_id, agent.language)
        said = {"address": dialled.address, "call_sid": dialled.call_sid, "call_status": "in-progress"}
        return self._log(dialled.call_sid, leg, language=agent.language, **said)

    def _log(self, occasion: str, leg: Leg, **values: str) -> str:
        with self.database.writing() as connection:
            return keep_own_leg(
                connection,
                occasion,
                self.clock.now(),
                controller_id=leg.controller_id,
                campaign_id=leg.campaign_id,
                credential_id=leg.credential_id,
                route=ROUTE,
                **values,
            )

    def _note_end(self, own_call_id: str) -> None:
        with self.database.writing() as connection:
            ended = {"call_status": "completed", "ended_at": self.clock.now()}
            OwnCallRepository(connection).change(own_call_id, **ended)

    def _action(self, what_id: str) -> str:
        return f"{self.public_base_url}/twilio/voice/after/{what_id}{DELIVERY}"

    def _last_known_language(self, address: str) -> str:
        """Also when nothing can be read: then as of the last time that it could."""
        try:
            agents = agents_at(self.catalogue.get(), address)
        except StoreUnavailable:
            return NOBODY_IN_PARTICULAR
        return agents[0].language if agents else NOBODY_IN_PARTICULAR


def why_not(refusal: Refusal, language: str) -> tuple[str, ...]:
    """A refusal as whoever dialled hears it."""
    answer = refusal.answer
    if answer is None:
        return spoken_refusal((), None, None, language)
    return spoken_refusal(answer.reasons, answer.not_before, answer.callee, language)
