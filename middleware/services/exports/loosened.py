"""Which figures of the policy that ruled allowed more than those they replaced, and who approved that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from middleware.decision.model import Policy
from middleware.encoding import policy_from_text
from middleware.policies.listing import loosened_figures
from middleware.store.database import Database
from middleware.store.exports import ExportedAttempt, LoosenedFigure
from middleware.store.policies import policy_body

KEPT = 256  # policies whose loosened figures are held in memory; an export of many years may meet more


class _Ruling(NamedTuple):
    """What a policy had loosened until it changed; `until` None: for good."""

    until: datetime | None
    loosened: tuple[LoosenedFigure, ...]


class LoosenedFigures:
    """Looks each policy up once, under its digest, however many attempts it ruled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rulings = lru_cache(maxsize=KEPT)(self._look_up)

    def told(self, page: Iterable[ExportedAttempt]) -> list[ExportedAttempt]:
        """The attempts, each with the loosened figures of its policy, as it ruled at the moment of asking.

        Raises `StoreUnavailable`.
        """
        return [self._told(attempt) for attempt in page]

    def _told(self, attempt: ExportedAttempt) -> ExportedAttempt:
        if attempt.policy_digest is None:
            return attempt
        for ruling in self._rulings(attempt.policy_digest):
            if ruling.until is None or attempt.asked_at < ruling.until:
                return attempt._replace(loosened=ruling.loosened)
        return attempt

    def _look_up(self, digest: str) -> tuple[_Ruling, ...]:
        with self._database.reading() as connection:
            body = policy_body(connection, digest)
        if body is None:
            return ()
        try:
            policy: Policy | None = policy_from_text(body)
        except ValueError:  # it was changed in the store: the attempt shows all the same, and replay names it
            return ()
        rulings: list[_Ruling] = []
        while policy is not None:
            loosened = tuple(
                LoosenedFigure(figure.key, figure.value, figure.origin.set_by, figure.origin.loosens)
                for figure in loosened_figures(policy)
            )
            rulings.append(_Ruling(policy.changes_at, loosened))
            policy = policy.successor
        return tuple(rulings)


def loosened_of(attempt: ExportedAttempt) -> list[dict[str, Any]] | None:
    """For JSON lines: one object for each figure; None where the policy that ruled is not kept."""
    return None if attempt.loosened is None else [figure._asdict() for figure in attempt.loosened]


def loosened_in_words(attempt: ExportedAttempt) -> str | None:
    """For CSV: one sentence for each figure."""
    if not attempt.loosened:
        return None
    return " | ".join(f"{each.figure}, by {each.set_by}: {each.value}, not {each.loosens}" for each in attempt.loosened)
