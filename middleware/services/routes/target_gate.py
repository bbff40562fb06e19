"""The gate before a telephone that some leg's instructions would ring: own people pass, numbers are asked about."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.decision.model import PlacedBy
from middleware.errors import NotAuthenticated
from middleware.services.asking import Answer, Question
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.own_people import OwnPerson, Unreachable
from middleware.services.precall import Precall
from middleware.services.ring_time import twilio_timeout
from middleware.services.routes.legs import AGENT, Leg, agent_credential_id, credential_of
from middleware.services.routes.links import DELIVERY
from middleware.services.whom_to_ring import WhomToRing
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """One telephone that would be rung. `event` tells this very occasion from every other (so that a repeated delivery
    of the same one finds its attempt): at most 200 characters. `dialer_callback` as attempts keep it."""

    given: str
    route: str
    event: str
    caller_id: str | None = None
    timeout: int | None = None
    dialer_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Ring exactly this number, once, showing exactly this caller ID, so long, reporting to this URL of ours."""

    attempt_id: str
    callee: str
    caller_id: str
    ring_seconds: int
    status_callback: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """It is not rung. `answer` has the reasons; None: nobody knows whom this would ring."""

    answer: Answer | None


@dataclass(frozen=True, slots=True)
class TargetGate:
    precall: Precall
    catalogue: CurrentCatalogue
    database: Database
    whom: WhomToRing
    clock: Clock
    public_base_url: str

    def ask(self, leg: Leg, asked: Asked) -> Permit | OwnPerson | Refusal:
        """Reserve one attempt if it may be made. The permit is good for one ring, and for one occasion.

        Raises as `Precall.reserve` does: then nothing is permitted.
        """
        found = self.whom.at(leg.controller_id, asked.given)
        if isinstance(found, OwnPerson):
            return found
        if isinstance(found, Unreachable):
            return Refusal(None)
        credential = self.asker(leg)
        answer = self.precall.reserve(
            Question(
                campaign_id=leg.campaign_id,
                callee=found.number,
                placed_by=PlacedBy.US,
                route=asked.route,
                request_digest=asked.event[:64],
                caller_id=asked.caller_id,
                idempotency_key=asked.event,
                dialer_callback=asked.dialer_callback,
            ),
            credential,
        )
        if not answer.is_permitted or (answer.is_replay and not self._is_in_force(answer)):
            return Refusal(answer)
        return Permit(
            attempt_id=answer.attempt_id,
            callee=answer.callee or "",
            caller_id=answer.caller_id or "",
            ring_seconds=twilio_timeout(asked.timeout, answer.ring_timeout_seconds, answer.ring_at_least_seconds),
            status_callback=f"{self.public_base_url}/twilio/status/{answer.attempt_id}{DELIVERY}",
        )

    def asker(self, leg: Leg) -> Credential:
        """On whose word it is asked: the dialer's credential, or the agent on the leg. Raises `NotAuthenticated`."""
        catalogue = self.catalogue.checked()
        if not leg.credential_id.startswith(AGENT):
            credential = catalogue.credentials.get(leg.credential_id)
        else:
            credential = next(
                (
                    credential_of(agent, leg.campaign_id)
                    for agents in catalogue.agents.values()
                    for agent in agents
                    if agent_credential_id(agent) == leg.credential_id and agent.controller_id == leg.controller_id
                ),
                None,
            )
        if credential is None:
            raise NotAuthenticated("whoever made this call is not on file any more")
        return credential

    def _is_in_force(self, answer: Answer) -> bool:
        """Nobody has used the permit, and it has not ended: a repeated delivery may come when the window has closed."""
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(answer.attempt_id)
        ends = attempt.permit_expires_at
        return attempt.state == State.PERMITTED.value and ends is not None and self.clock.now() < ends
