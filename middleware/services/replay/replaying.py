"""Makes every logged decision of a period again, and names those that come out otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import EDITION, FIRST_EDITION, CallFacts, Decision, Policy, PolicyProblem, Reason
from middleware.encoding import facts_from_text, is_first_edition, policy_from_text
from middleware.services.asking import reasons_from_json
from middleware.services.replay.comparing import Difference, difference
from middleware.store.database import Database
from middleware.store.decision_log import LoggedDecision, count_decisions, decision_pages
from middleware.store.policies import policy_body

MOST_NAMED = 100  # differences that are kept with their details; all are counted

Watch = Callable[[int, int], None]  # how many decisions are done, of how many


@dataclass(slots=True)
class ReplayReport:
    """What a replay found. `differing` counts all differences, `differences` names the first hundred."""

    decisions: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, found: Difference | None) -> None:
        """Count one decision, and its difference if it has one."""
        self.decisions += 1
        if found is not None:
            self.differing += 1
            if len(self.differences) < MOST_NAMED:
                self.differences.append(found)


class Replays:
    """Reads the log and the policies kept beside it; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._policies: dict[str, Policy | None] = {}

    def over(self, begins: datetime, ends: datetime, watch: Watch = lambda _done, _of: None) -> ReplayReport:
        """Replay all decisions asked for from `begins` to before `ends` (aware). Raises `StoreUnavailable`."""
        report = ReplayReport()
        total = count_decisions(self._database, begins, ends)
        for page in decision_pages(self._database, begins, ends):
            for logged in page:
                report.add(self._replayed(logged))
            watch(report.decisions, max(total, report.decisions))
        return report

    def _replayed(self, logged: LoggedDecision) -> Difference | None:
        try:
            facts = facts_from_text(logged.facts)
        except (ValueError, KeyError, TypeError):
            return Difference(logged.id, logged.campaign_id, "its facts cannot be read")
        again = self._decided(logged, facts)
        if again is None:
            return Difference(logged.id, logged.campaign_id, f"its policy {logged.policy_digest} is not in the store")
        return difference(logged, again)

    def _decided(self, logged: LoggedDecision, facts: CallFacts) -> Decision | None:
        if logged.policy_digest is None:
            edition = FIRST_EDITION if is_first_edition(logged.facts) else EDITION
            return refuse_without_policy(facts, _problem_of(logged), edition)
        policy = self._policy(logged.policy_digest)
        return None if policy is None else decide(facts, policy)

    def _policy(self, digest: str) -> Policy | None:
        if digest not in self._policies:
            with self._database.reading() as connection:
                body = policy_body(connection, digest)
            self._policies[digest] = None if body is None else _read_policy(body)
        return self._policies[digest]


def _read_policy(body: str) -> Policy | None:
    try:
        return policy_from_text(body)
    except (msgspec.ValidationError, ValueError, KeyError):
        return None


def _problem_of(logged: LoggedDecision) -> PolicyProblem:
    """Why there was no policy: it stands among the reasons, for it was one."""
    for reason in reasons_from_json(logged.refusals):
        if reason.rule == "policy":
            return PolicyProblem(Reason(reason.code), str(reason.parameters.get("problem", "")))
    return PolicyProblem(Reason.POLICY_UNUSABLE, "")
