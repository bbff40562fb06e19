"""What bars a lead besides its number: the stop list by mailbox and company, and what the list itself says.

A check asks the stop list about the number and the contacts behind it. A lead is no contact yet, so its mailbox and
company are asked about here, as they would be if it had been imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import Decision, Policy, Subject, SuppressionHit
from middleware.keyed_hash import Pepper
from middleware.leads.lead import Lead
from middleware.services.facts import covers, hit_of
from middleware.services.precall import Considered
from middleware.store.database import Database
from middleware.store.hot_path.model import SuppressionFound
from middleware.store.suppression_look_up import entries_in_force

# for each lead, in their order: the entries in force on its mailbox and company, whomever they bar it for
Barring = list[list[SuppressionFound]]
LIST_ITSELF = "list"  # the entry's id and reason where the list says not to call


class StopList:
    """Asked once for many leads. Raises `StoreUnavailable`."""

    def __init__(self, database: Database, pepper: Pepper) -> None:
        self._database = database
        self._pepper = pepper

    def barring(self, leads: Sequence[Lead]) -> Barring:
        """The entries in force on the mailboxes and companies of these leads."""
        keys = [self._keys(lead) for lead in leads]
        with self._database.reading() as connection:
            found = entries_in_force(connection, {key for some in keys for key in some})
        return [[entry for key in some for entry in found.get(key, ())] for some in keys]

    def _keys(self, lead: Lead) -> list[str]:
        keys = [] if lead.email is None else [self._pepper.mailbox(lead.email)]
        if lead.register_key is not None:
            keys.append(self._pepper.company(*lead.register_key.split("|", maxsplit=1)))
        return keys


def decided(considered: Considered, entries: Sequence[SuppressionFound], *, is_objection: bool) -> Decision:
    """The decision, made again where something bars the lead that the check did not ask about."""
    if not entries and not is_objection:
        return considered.decision
    facts, campaign = considered.facts, considered.campaign.facts
    known = {hit.entry_id for hit in facts.suppressions}
    hits = [
        hit_of(entry, entry.subject) for entry in entries if covers(entry, campaign) and entry.entry_id not in known
    ]
    if is_objection:
        hits.append(SuppressionHit(LIST_ITSELF, Subject.PERSON, "campaign", LIST_ITSELF, facts.now))
    facts = replace(facts, suppressions=(*facts.suppressions, *hits))
    policy = considered.policy
    return decide(facts, policy) if isinstance(policy, Policy) else refuse_without_policy(facts, policy)
