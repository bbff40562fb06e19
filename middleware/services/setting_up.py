"""Brings a folder of files into the store: everything that is new in it, in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from middleware.clock import Clock
from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.services.access import new_api_key
from middleware.services.set_up_agents import AgentsLoad
from middleware.services.set_up_catalogue import rows_to_add, secret_hash, washed_at
from middleware.services.set_up_people import PeopleLoad
from middleware.services.set_up_prefixes import add_prefixes
from middleware.set_up.cross_checks import broken_references
from middleware.set_up.news import news
from middleware.set_up.reading import SetUp, read_folder
from middleware.store.caller_ids import add_caller_ids
from middleware.store.catalogue_changes import add_to_catalogue, known, note_wash, tell_campaigns, tell_controllers
from middleware.store.database import Database
from middleware.store.people import PeopleRepository

__all__ = ["Loaded", "SetUp", "SettingUp"]  # commands take these from here


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries of each kind were new; of how many that were there something new was told; new API keys, which
    are kept nowhere, by credential; and credentials that were there already under another key than the one handed
    in."""

    added: Mapping[str, int]
    updated: Mapping[str, int]
    new_keys: Mapping[str, str]
    other_keys: tuple[str, ...]


class SettingUp:
    """A folder may be loaded again: entries that are there learn what was not known of them, and lose nothing."""

    def __init__(self, database: Database, clock: Clock, pepper: Pepper) -> None:
        self._database = database
        self._clock = clock
        self._pepper = pepper

    def read(self, directory: Path) -> SetUp:
        """A folder's entries; raises `InvalidSetUp` with a line for each problem in any of its files."""
        found = read_folder(directory)
        with self._database.reading() as connection:
            there = known(connection)
        problems = [*found.problems, *broken_references(found, there)]
        if problems:
            raise InvalidSetUp(tuple(problems))
        return found

    def load(self, set_up: SetUp, keys: Mapping[str, str] | None = None) -> Loaded:
        """Add what is new. `keys` are API keys that the caller made and keeps, by credential; others are made here.

        Washes are noted where they are later than the one on record. Raises `InvalidSetUp` for agents who cannot be
        ours.
        """
        now, given = self._clock.now(), keys or {}
        all_keys = {
            entry.value.id: given.get(entry.value.id) or new_api_key(entry.value.id)[0]
            for entry in set_up.credentials
            if entry.value.kind == "api_key"
        }
        with self._database.writing() as connection:
            there = known(connection)
            rows = rows_to_add(set_up, there, all_keys, now)
            add_to_catalogue(connection, rows.controllers, rows.campaigns, rows.credentials)
            washes = [
                note_wash(connection, e.value.id, w.register_id, washed_at(w, now), w.evidence, w.noted_by)
                for e in set_up.campaigns
                for w in e.value.washes
            ]
            told_controllers = tell_controllers(connection, rows.known_controllers, news)
            told_campaigns = tell_campaigns(connection, rows.known_campaigns, news)
            caller_ids = add_caller_ids(connection, rows.caller_ids)
            people = PeopleLoad(PeopleRepository(connection), self._pepper, now)
            contacts, told_contacts = people.add_contacts(set_up.contacts)
            suppressions = people.add_suppressions(set_up.suppressions, known(connection).campaigns)
            prefixes = add_prefixes(connection, set_up.suppressions, now)
            agents, told_agents = AgentsLoad(connection, self._pepper, now).add(set_up.agents, set_up.contacts)
        return Loaded(
            added={
                "controllers": len(rows.controllers),
                "campaigns": len(rows.campaigns),
                "caller IDs": caller_ids,
                "agents": agents,
                "credentials": len(rows.credentials),
                "register washes": sum(washes),
                "contacts": contacts,
                "suppressions": suppressions + prefixes,
            },
            updated={
                "controllers": told_controllers,
                "campaigns": told_campaigns,
                "agents": told_agents,
                "contacts": told_contacts,
            },
            new_keys={name: key for name, key in all_keys.items() if name not in there.credentials},
            other_keys=tuple(
                name for name, key in given.items() if there.credentials.get(name) not in (None, secret_hash(key))
            ),
        )
