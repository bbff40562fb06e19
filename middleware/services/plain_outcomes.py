"""How a call of a dialplan went, told with a word of Asterisk's or VICIdial's; an objection among them is one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from middleware.clock import Clock
from middleware.errors import NotFound, OutcomeConflict
from middleware.services.dial_statuses import outcome_body, says_objection
from middleware.services.objections import Objections
from middleware.services.outcomes import Outcomes, is_within_reach
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Database

SOURCE = "vicidial"


@dataclass(frozen=True, slots=True)
class PlainOutcomes:
    outcomes: Outcomes
    objections: Objections
    database: Database
    clock: Clock

    def report(self, given: Mapping[str, str], asker: Credential) -> None:
        """Record it. Raises `InvalidRequest` naming the parameter, and what `Outcomes.report` raises.

        An objection is in force when this returns, whatever outcome the attempt has by then.
        """
        body = outcome_body(given)
        attempt_id = _attempt_id(given.get("attempt", ""))
        if not says_objection(given):
            self.outcomes.report(attempt_id, body, asker)
            return
        self._object(attempt_id, asker)
        with suppress(OutcomeConflict):
            self.outcomes.report(attempt_id, body, asker)

    def _object(self, attempt_id: str, asker: Credential) -> None:
        now = self.clock.now()
        with self.database.writing() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
            if not is_within_reach(attempt, asker):
                raise NotFound(f"no attempt {attempt_id}")
            controllers = (attempt.controller_id,)
            self.objections.object_by_number(
                connection, controllers, attempt.callee_key, SOURCE, now, attempt.contact_id
            )


def _attempt_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound("attempt must be the id that stood behind PERMIT") from None
