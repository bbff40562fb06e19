"""Entries of a set-up folder as our own people. Nobody asks before these are rung, so that nobody who is to be asked
about can be among them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import masked
from middleware.set_up.agent_shapes import AgentEntry
from middleware.set_up.people_shapes import ContactEntry
from middleware.set_up.reading import Entry
from middleware.store.agents import keys_of_contacts, tell_agents, withdraw_agent
from middleware.store.catalogue import Catalogue
from middleware.store.catalogue_reading import load
from middleware.store.database import Connection
from middleware.store.ids import new_id
from middleware.store.missing_rows import AT_ONCE
from middleware.store.suppression_look_up import entries_in_force

logger = logging.getLogger(__name__)
Entries = Sequence[Entry[AgentEntry]]


@dataclass(frozen=True, slots=True)
class AgentsLoad:
    """Works within the transaction of `connection`, after the folder's contacts and stop list; `at` is now."""

    connection: Connection
    pepper: Pepper
    at: datetime

    def add(self, entries: Entries, contacts: Sequence[Entry[ContactEntry]]) -> tuple[int, int]:
        """Put agents on file; how many are new, and how many others changed or went.

        Raises `InvalidSetUp`: a number that somebody was or may be called at, or that is barred, is no agent's.
        """
        here = [entry.value for entry in entries if not entry.value.withdrawn]
        gone = [entry.value for entry in entries if entry.value.withdrawn]
        ended = sum(withdraw_agent(self.connection, one.controller, one.address, self.at) for one in gone)
        catalogue = load(self.connection)
        problems = [*self._not_ours(entries, catalogue), *_agents_among(contacts, catalogue, here)]
        if problems:
            raise InvalidSetUp(tuple(problems))
        added, changed = tell_agents(self.connection, [self._columns(entry) for entry in here])
        return added, changed + ended + self._withdraw_barred(catalogue)

    def _not_ours(self, entries: Entries, catalogue: Catalogue) -> Iterator[str]:
        telephones = [entry for entry in entries if entry.value.is_telephone and not entry.value.withdrawn]
        for start in range(0, len(telephones), AT_ONCE):
            some = {self.pepper.number(e.value.address): e for e in telephones[start : start + AT_ONCE]}
            people, barred = keys_of_contacts(self.connection, some), entries_in_force(self.connection, some)
            for key, entry in some.items():
                if key in barred or catalogue.prefixes_of(entry.value.address):
                    yield f"{entry.at}: this number is on the stop list, so it cannot be an agent's"
                elif key in people:
                    yield f"{entry.at}: this number is a contact's, who is called only if asked about: not an agent's"

    def _withdraw_barred(self, catalogue: Catalogue) -> int:
        """The stop list goes before who is on file: an agent whose number is on it now is no longer rung unasked."""
        numbers = {self.pepper.number(address): address for address in catalogue.agents if address.startswith("+")}
        keys = list(numbers)
        portions = (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))
        barred = {key for some in portions for key in entries_in_force(self.connection, some)}
        gone = [number for key, number in numbers.items() if key in barred or catalogue.prefixes_of(number)]
        for number in gone:
            logger.warning("agents at %s are withdrawn: the number is on the stop list", masked(number))
        return sum(
            withdraw_agent(self.connection, agent.controller_id, number, self.at)
            for number in gone
            for agent in catalogue.agents[number]
        )

    def _columns(self, entry: AgentEntry) -> dict[str, Any]:
        takes = entry.takes_ring_backs
        return {
            **entry.model_dump(include={"address", "name", "language", "noted_by", "since"}),
            "id": new_id(self.at),
            "controller_id": entry.controller,
            "campaigns": list(entry.campaigns),
            "takes_ring_backs": not entry.is_domain if takes is None else takes,
        }


def _agents_among(
    contacts: Sequence[Entry[ContactEntry]], catalogue: Catalogue, told_already: Sequence[AgentEntry]
) -> Iterator[str]:
    """Contacts at the numbers of agents who are on file: they would be rung without being asked about."""
    told = {entry.address for entry in told_already}
    for entry in contacts:
        if any(number in catalogue.agents and number not in told for number in entry.value.numbers):
            yield f"{entry.at}: a number of this contact is an agent's: withdraw the agent first, in agents.yaml"
