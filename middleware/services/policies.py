"""Policies as decisions use them: resolved, and kept in the store under their digest before the first decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from middleware.decision.model import NumberFacts, Policy, PolicyProblem
from middleware.encoding import policy_to_text
from middleware.phone_numbers import ParsedNumber
from middleware.policies.book import PolicyBook
from middleware.services.facts import counted_by
from middleware.services.sources import Ruling
from middleware.store.catalogue import Campaign
from middleware.store.database import Database
from middleware.store.hot_path.model import Counted
from middleware.store.policies import keep_policy


@dataclass(frozen=True, slots=True)
class _Use:
    """What a policy means for the facts that are read: whom it counts, and what it closes, the longest first."""

    counted: tuple[Counted, ...]
    closed_prefixes: tuple[str, ...]


class UsedPolicies:
    """Resolves policies and sees to it that every digest a decision names can be looked up later."""

    def __init__(self, book: PolicyBook, database: Database) -> None:
        self._book = book
        self._database = database
        self._kept: set[str] = set()
        self._uses: dict[str, _Use] = {}

    def resolve(self, campaign: Campaign, number: ParsedNumber) -> Ruling:
        """The policy for this callee's country, which subjects it counts, and whether it closes the number's prefix.

        A prefix that only a change to come will close is closed already: the stricter branch.
        """
        policy = self._book.resolve(
            number.facts.country,
            campaign.facts.audience,
            campaign.controller_overrides,
            campaign.controller_id,
            campaign.overrides,
            campaign.id,
        )
        if isinstance(policy, PolicyProblem):
            return Ruling(policy, counted_by(policy), number.facts)
        use = self._uses.get(policy.digest)
        if use is None:
            use = self._uses[policy.digest] = _Use(counted_by(policy), _closed_prefixes(policy))
        return Ruling(policy, use.counted, _closed(number, use.closed_prefixes))

    def keep(self, policy: Policy | PolicyProblem, campaign_id: str, at: datetime) -> None:
        """Store a policy that has not been stored by this process; a digest is stored once."""
        if isinstance(policy, PolicyProblem) or policy.digest in self._kept:
            return
        with self._database.writing() as connection:
            keep_policy(connection, policy.digest, policy_to_text(policy), policy.country, campaign_id, at)
        self._kept.add(policy.digest)


def _closed_prefixes(policy: Policy) -> tuple[str, ...]:
    prefixes: set[str] = set()
    segment: Policy | None = policy
    while segment is not None:
        prefixes.update(entry.prefix for entry in segment.closed_prefixes)
        segment = segment.successor
    return tuple(sorted(prefixes, key=lambda prefix: (-len(prefix), prefix)))


def _closed(number: ParsedNumber, prefixes: tuple[str, ...]) -> NumberFacts:
    if number.e164 is None or not number.e164.startswith(prefixes):
        return number.facts
    longest = next(prefix for prefix in prefixes if number.e164.startswith(prefix))
    return replace(number.facts, closed_prefix=longest)
