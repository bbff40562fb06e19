"""What bars a lead besides its number: the stop list by mailbox and company, and what the list itself says.

A check asks the stop list about the number and the contacts behind it. A lead is no contact yet, so its mailbox and
company are asked about here, as they would be if it had been imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import CampaignFacts, Decision, Policy, Subject, SuppressionHit
from middleware.keyed_hash import Pepper
from middleware.leads.lead import Lead
from middleware.services.precall import Considered
from middleware.store.database import Database
from middleware.store.hot_path.model import SuppressionFound
from middleware.store.suppression_look_up import entries_in_force

Barring = dict[str, list[SuppressionFound]]
LIST_ITSELF = "list"  # the entry's id and reason where the list says not to call


class StopList:
    """Asked once for many leads. Raises `StoreUnavailable`."""

    def __init__(self, database: Database, pepper: Pepper) -> None:
        self._database = database
        self._pepper = pepper

    def barring(self, leads: Sequence[Lead]) -> Barring:
        """The entries in force on the mailboxes and companies of these leads."""
        keys = {key for lead in leads for key in self._keys(lead)}
        with self._database.reading() as connection:
            return entries_in_force(connection, keys)

    def decided(self, considered: Considered, lead: Lead, barring: Barring, *, is_objection: bool) -> Decision:
        """The decision, made again where something bars the lead that the check did not ask about."""
        facts, campaign = considered.facts, considered.campaign.facts
        known = {hit.entry_id for hit in facts.suppressions}
        found = (entry for key in self._keys(lead) for entry in barring.get(key, ()))
        hits = [_hit(entry) for entry in found if _covers(entry, campaign) and entry.entry_id not in known]
        if is_objection:
            hits.append(SuppressionHit(LIST_ITSELF, Subject.PERSON, "campaign", LIST_ITSELF, facts.now))
        if not hits:
            return considered.decision
        facts = replace(facts, suppressions=(*facts.suppressions, *hits))
        policy = considered.policy
        return decide(facts, policy) if isinstance(policy, Policy) else refuse_without_policy(facts, policy)

    def _keys(self, lead: Lead) -> list[str]:
        keys = [] if lead.email is None else [self._pepper.mailbox(lead.email)]
        if lead.register_key is not None:
            keys.append(self._pepper.company(*lead.register_key.split("|", maxsplit=1)))
        return keys


def _hit(entry: SuppressionFound) -> SuppressionHit:
    return SuppressionHit(entry.entry_id, entry.subject, entry.scope, entry.reason, entry.since)


def _covers(entry: SuppressionFound, campaign: CampaignFacts) -> bool:
    whose = {"controller": campaign.controller_id, "campaign": campaign.campaign_id}
    return entry.scope == "everywhere" or entry.scope_id == whose.get(entry.scope)
