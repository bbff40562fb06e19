"""May a machine speak to the person called? Decided anew when it is about to, whatever was declared before."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from middleware.clock import Clock
from middleware.decision.model import PlacedBy, Speaker
from middleware.services.asking import Question
from middleware.services.precall import Precall
from middleware.services.routes.legs import Leg
from middleware.services.routes.target_gate import TargetGate
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database

logger = logging.getLogger(__name__)
_OF_AUTOMATION = "automation."


@dataclass(frozen=True, slots=True)
class MachineSpeech:
    precall: Precall
    gate: TargetGate
    database: Database
    clock: Clock

    def is_allowed_on(self, attempt_id: str) -> bool:
        """The same for an attempt that is known by its id. Raises `NotFound`."""
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        return self.is_allowed(attempt)

    def is_allowed(self, attempt: AttemptSeen) -> bool:
        """Whether the rules about machines let one speak in this call; that one did not may be read in its events."""
        question = Question(
            campaign_id=attempt.campaign_id,
            callee=attempt.callee or "",
            placed_by=PlacedBy.US,
            route=attempt.route,
            request_digest="",
            contact_id=attempt.contact_id,
            caller_id=attempt.caller_id,
            speaker=Speaker.MACHINE,
        )
        leg = Leg(attempt.controller_id, attempt.campaign_id, attempt.credential_id, "en", attempt_id=attempt.id)
        considered = self.precall.consider(question, self.gate.asker(leg))
        barred = [reason.code for reason in considered.reasons if reason.code.startswith(_OF_AUTOMATION)]
        if barred:
            logger.warning("attempt %s: a machine was about to speak, and does not", attempt.id)
            with self.database.writing() as connection:
                repository = AttemptRepository(connection)
                current = repository.lock(attempt.id)
                repository.note(current, self.clock.now(), "twiml", {"machine_silenced": barred})
        return not barred
