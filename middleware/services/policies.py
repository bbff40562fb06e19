"""Policies as decisions use them: resolved, and kept in the store under their digest before the first decision."""

from __future__ import annotations

from datetime import datetime

from middleware.decision.model import NumberFacts, Policy, PolicyProblem
from middleware.encoding import policy_to_text
from middleware.policies.book import PolicyBook
from middleware.services.facts import counted_by
from middleware.store.catalogue import Campaign
from middleware.store.database import Database
from middleware.store.hot_path.model import Counted
from middleware.store.policies import keep_policy


class UsedPolicies:
    """Resolves policies and sees to it that every digest a decision names can be looked up later."""

    def __init__(self, book: PolicyBook, database: Database) -> None:
        self._book = book
        self._database = database
        self._kept: set[str] = set()
        self._counted: dict[str, tuple[Counted, ...]] = {}

    def resolve(self, campaign: Campaign, number: NumberFacts) -> tuple[Policy | PolicyProblem, tuple[Counted, ...]]:
        """The policy for this callee's country, and which subjects it counts."""
        policy = self._book.resolve(number.country, campaign.facts.audience, campaign.overrides, campaign.id)
        if isinstance(policy, PolicyProblem):
            return policy, counted_by(policy)
        counted = self._counted.get(policy.digest)
        if counted is None:
            counted = self._counted[policy.digest] = counted_by(policy)
        return policy, counted

    def keep(self, policy: Policy | PolicyProblem, campaign_id: str, at: datetime) -> None:
        """Store a policy that has not been stored by this process; a digest is stored once."""
        if isinstance(policy, PolicyProblem) or policy.digest in self._kept:
            return
        with self._database.writing() as connection:
            keep_policy(connection, policy.digest, policy_to_text(policy), policy.country, campaign_id, at)
        self._kept.add(policy.digest)
