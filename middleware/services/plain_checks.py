"""The check that a dialplan can call: the same gate, asked with a handful of plain words, answered with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.errors import InvalidRequest
from middleware.services.asking import Answer
from middleware.services.precall import Precall
from middleware.services.questions import question_from
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Database

ROUTE = "plain"
PARAMETERS = ("campaign", "callee", "caller_id", "reference")
LONGEST_REFERENCE = 255
_USED = "the permit of this reference has been used or has ended: take a new reference for each call"


@dataclass(frozen=True, slots=True)
class PlainVerdict:
    """`problem`: why a permit that was given before is none any more."""

    answer: Answer
    problem: str | None = None

    @property
    def is_permitted(self) -> bool:
        """The call may be made, now and once."""
        return self.answer.is_permitted and self.problem is None


@dataclass(frozen=True, slots=True)
class PlainChecks:
    precall: Precall
    database: Database
    clock: Clock

    def reserve(self, given: Mapping[str, str], asker: Credential) -> PlainVerdict:
        """Decide and reserve. Dialplans repeat: the same `reference` with the same question finds its attempt, which
        permits only as long as nobody has used it.

        Raises `InvalidRequest` naming the parameter, and what `Precall.reserve` raises.
        """
        asked = {name: value for name, value in given.items() if name != "reference" and value}
        _check_names(given)
        if asker.campaign_id is not None:
            asked.setdefault("campaign", asker.campaign_id)
        canonical = orjson.dumps(sorted(asked.items()))  # the same digest by GET and by POST
        question = replace(question_from(asked, canonical, _reference(given)), route=ROUTE)
        answer = self.precall.reserve(question, asker)
        is_used = answer.is_permitted and answer.is_replay and not self._is_in_force(answer)
        return PlainVerdict(answer, _USED if is_used else None)

    def _is_in_force(self, answer: Answer) -> bool:
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(answer.attempt_id)
        ends = attempt.permit_expires_at
        return attempt.state == State.PERMITTED.value and ends is not None and self.clock.now() < ends


def _check_names(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in PARAMETERS:
            raise InvalidRequest(f"is not a parameter of this request; known are {', '.join(PARAMETERS)}", name)


def _reference(given: Mapping[str, str]) -> str | None:
    reference = given.get("reference")
    if not reference:
        return None
    if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        raise InvalidRequest(f"must have 1 to {LONGEST_REFERENCE} characters", "reference")
    return reference
