"""Results of answering-machine detection: who picked up, a person or a machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from middleware.clock import Clock
from middleware.decision.disposition import State, outcome_from_twilio
from middleware.decision.model import Outcome
from middleware.errors import NotFound
from middleware.services.observation import Observation
from middleware.services.progress import is_its_call, observe
from middleware.services.routes.callbacks import hand_on
from middleware.services.routes.links import AMD
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Connection, Database
from middleware.store.links import link_by_id
from middleware.store.notices import owe_notice

logger = logging.getLogger(__name__)
CAUSE = "amd"
UNKNOWN = "unknown"
MACHINES = ("machine_", "fax")
OnMachine = Callable[[AttemptSeen, str], None]


@dataclass(frozen=True, slots=True)
class AmdResults:
    """`on_machine` hears of each attempt that a machine has answered, after it is stored; it may raise nothing."""

    database: Database
    clock: Clock
    on_machine: OnMachine | None = None

    def receive(self, link_id: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Store a result and promise it to the dialer if it wants to hear it. Raises `NotFound`.

        It counts also for a call that is over: what was taken for an answer becomes voicemail. A notice that is owed
        since then stays owed, for it may have been sent, and the person has a right to it all the same.
        """
        told = Observation.from_callback(dict(pairs))
        now = self.clock.now()
        machine: AttemptSeen | None = None
        with self.database.writing() as connection:
            link = link_by_id(connection, link_id)
            if link.kind != AMD:
                raise NotFound("no such link")
            if link.attempt_id is not None and told.answered_by:
                machine = _apply(connection, link.attempt_id, told, told.answered_by, now)
            if link.url is not None:
                hand_on(connection, link, pairs, now)
        if machine is not None and self.on_machine is not None:
            self.on_machine(machine, told.answered_by or "")


def _apply(
    connection: Connection, attempt_id: str, told: Observation, answered_by: str, now: datetime
) -> AttemptSeen | None:
    """The attempt, if this is news of a machine."""
    repository = AttemptRepository(connection)
    attempt = repository.lock(attempt_id)
    if not is_its_call(attempt, told):
        logger.error("attempt %s: what answered another call was not applied", attempt_id)
        return None
    if answered_by == attempt.answered_by or (answered_by == UNKNOWN and attempt.answered_by):
        return None
    # something was answered: should the report of that be lost, this one tells it
    if not observe(connection, attempt, replace(told, call_status="in-progress"), now, CAUSE):
        _note(connection, attempt, answered_by, now)
    return repository.by_id(attempt_id) if answered_by.startswith(MACHINES) else None


def _note(connection: Connection, attempt: AttemptSeen, answered_by: str, now: datetime) -> None:
    detail = {"answered_by": answered_by}
    values = {"answered_by": answered_by}
    outcome = outcome_from_twilio(attempt.state, None, answered_by)
    # what a person has told of the call (declined, ...) stands; what was only concluded is concluded anew
    if attempt.state == State.COMPLETED.value and attempt.outcome in {Outcome.ANSWERED.value, Outcome.VOICEMAIL.value}:
        values["outcome"] = detail["outcome"] = str(outcome or attempt.outcome)
    AttemptRepository(connection).change(attempt, now, CAUSE, detail, **values)
    if values.get("outcome") == Outcome.ANSWERED.value:
        owe_notice(connection, attempt, now)
