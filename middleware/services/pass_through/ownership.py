"""Whose a thing of Twilio's is: a dialer sees those of its own controller, and of no other does it learn that they are
there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from middleware.errors import NotFound
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.own_calls import OwnCallRepository
from middleware.twiml.names import own_name

Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ownership:
    """For one controller."""

    database: Database
    controller_id: str
    numbers: frozenset[str]

    def calls_among(self, call_sids: Sequence[str]) -> set[str]:
        """Those of these calls that are attempts of this controller, or calls of its people."""
        known = [sid for sid in call_sids if sid]
        with self.database.reading() as connection:
            attempts = AttemptRepository(connection).known_sids(known, self.controller_id)
            return attempts | OwnCallRepository(connection).known_sids(known, self.controller_id)

    def with_own_calls(self, things: Sequence[Thing]) -> list[Thing]:
        """Things that belong to calls of this controller."""
        own = self.calls_among([_text(thing, "call_sid") for thing in things])
        return [thing for thing in things if _text(thing, "call_sid") in own]

    def with_own_names(self, things: Sequence[Thing]) -> list[Thing]:
        """Rooms and queues of this controller, under the names that it gave them."""
        named = [(thing, own_name(self.controller_id, _text(thing, "friendly_name"))) for thing in things]
        return [{**thing, "friendly_name": name} for thing, name in named if name is not None]

    def with_own_numbers(self, things: Sequence[Thing]) -> list[Thing]:
        """Numbers that are on file for this controller."""
        return [thing for thing in things if _text(thing, "phone_number") in self.numbers]

    def requires_call(self, call_sid: str) -> None:
        """Raises `NotFound` for calls of others as for none."""
        if call_sid not in self.calls_among([call_sid]):
            raise NotFound("no call has this SID")


def ownership_of(database: Database, catalogue: CurrentCatalogue, asker: Credential) -> Ownership:
    """Of the controller that the dialer calls for. Raises `NotFound` for a credential without one."""
    campaigns = catalogue.checked().campaigns
    campaign = campaigns.get(asker.campaign_id or "")
    controller_id = asker.controller_id or (campaign.controller_id if campaign else None)
    if controller_id is None:
        raise NotFound("this credential has no controller: ask an administrator for one that has")
    numbers = {
        on_file.number
        for each in campaigns.values()
        if each.controller_id == controller_id
        for on_file in each.caller_ids
        if on_file.number
    }
    return replace(Ownership(database, controller_id, frozenset()), numbers=frozenset(numbers))


def _text(thing: Thing, name: str) -> str:
    value = thing.get(name)
    return value if isinstance(value, str) else ""
