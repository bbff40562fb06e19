"""Where decisions take campaigns and policies from: the service keeps them in memory, a certification makes them up."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from middleware.decision.model import NumberFacts, Policy, PolicyProblem
from middleware.phone_numbers import ParsedNumber
from middleware.store.catalogue import Campaign, Catalogue, Credential
from middleware.store.hot_path.model import Counted


class CampaignSource(Protocol):
    """A copy of the catalogue that is exchanged when a reading shows another generation."""

    def get(self) -> Catalogue:
        """The copy held now."""

    def refresh(self, seen_generation: int | None = None) -> Catalogue:
        """A copy at least as new as the generation that was seen."""

    def recheck(self, credential: Credential, now: datetime) -> None:
        """Raises `NotAuthenticated` if this credential has been withdrawn or has ended."""

    def campaign_for(self, credential: Credential, campaign_id: str) -> Campaign:
        """A campaign that this credential reaches; raises `NotFound`."""


class Ruling(NamedTuple):
    """What a call is decided by: its policy, the subjects that the policy counts, and the number as it sees it."""

    policy: Policy | PolicyProblem
    counted: tuple[Counted, ...]
    number: NumberFacts


class PolicySource(Protocol):
    """Resolved policies, kept under their digest before a decision names it."""

    def resolve(self, campaign: Campaign, number: ParsedNumber) -> Ruling:
        """The policy for this callee's country, which subjects it counts, and whether it closes the number's prefix."""

    def keep(self, policy: Policy | PolicyProblem, campaign_id: str, at: datetime) -> None:
        """See to it that the policy can be looked up by its digest later."""
