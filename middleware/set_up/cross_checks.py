"""What entries say of each other: ids given twice, and names of things that are nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from middleware.set_up.agent_shapes import AgentEntry
from middleware.set_up.people_shapes import SuppressionEntry
from middleware.set_up.reading import Entry, SetUp
from middleware.set_up.shapes import CallerIdEntry, CredentialEntry
from middleware.store.catalogue_changes import Known


def broken_references(found: SetUp, there: Known) -> list[str]:
    """One sentence with its line for each entry that cannot be loaded beside the others and what the store holds.

    What an entry that could not be read would have been is not known, so names are then not looked for.
    """
    return [*_all_repeated(found), *([] if found.problems else _all_unknown(found, there))]


def _all_repeated(found: SetUp) -> Iterator[str]:
    yield from _repeated("id", ((entry.at, entry.value.id) for entry in found.controllers))
    yield from _repeated("id", ((entry.at, entry.value.id) for entry in found.campaigns))
    yield from _repeated("id", ((entry.at, entry.value.id) for entry in found.credentials))
    shown = ((e.at, f"{e.value.number} of {e.value.campaign or e.value.controller}") for e in found.caller_ids)
    yield from _repeated("caller ID", shown)
    # an address may be somebody's telephone, and the line says which it is
    yield from _repeated("agent", ((e.at, f"{e.value.controller} {e.value.address}") for e in found.agents))
    yield from _repeated("account_sid", ((e.at, e.value.account_sid) for e in found.credentials if e.value.account_sid))
    people = ((e.at, f"{e.value.controller} {e.value.email.lower()}") for e in found.contacts if e.value.email)
    yield from _repeated("person", people)


def _all_unknown(found: SetUp, there: Known) -> Iterator[str]:
    controllers = there.controllers | {entry.value.id for entry in found.controllers}
    campaigns = dict(there.campaigns) | {entry.value.id: entry.value.controller for entry in found.campaigns}
    yield from _unknown("controller", ((entry.at, entry.value.controller) for entry in found.campaigns), controllers)
    yield from _unknown("controller", ((entry.at, entry.value.controller) for entry in found.contacts), controllers)
    yield from _wrong_caller_ids(found.caller_ids, controllers, campaigns)
    yield from _wrong_agents(found.agents, controllers, campaigns)
    yield from _wrong_credentials(found.credentials, controllers, campaigns, there)
    yield from _wrong_scopes(found.suppressions, controllers, campaigns)


def _repeated(what: str, named: Iterable[tuple[str, str]]) -> Iterator[str]:
    first: dict[str, str] = {}
    for at, name in named:
        if name in first:
            # an address is personal, and the line says which it is
            shown = f"this {what}" if what in {"person", "agent"} else f"{what} {name}"
            yield f"{at}: {shown} is given before, at {first[name]}"
        first.setdefault(name, at)


def _unknown(what: str, named: Iterable[tuple[str, str | None]], known: Iterable[str]) -> Iterator[str]:
    there = frozenset(known)
    return (f"{at}: there is no {what} {name}" for at, name in named if name is not None and name not in there)


def _wrong_caller_ids(
    entries: list[Entry[CallerIdEntry]], controllers: Iterable[str], campaigns: dict[str, str]
) -> Iterator[str]:
    yield from _unknown("controller", ((entry.at, entry.value.controller) for entry in entries), controllers)
    yield from _unknown("campaign", ((entry.at, entry.value.campaign) for entry in entries), campaigns)
    for entry in entries:
        yield from _another_owner(entry.at, entry.value.campaign, entry.value.controller, campaigns)


def _wrong_agents(
    entries: list[Entry[AgentEntry]], controllers: Iterable[str], campaigns: dict[str, str]
) -> Iterator[str]:
    yield from _unknown("controller", ((entry.at, entry.value.controller) for entry in entries), controllers)
    for entry in entries:
        for campaign in entry.value.campaigns:
            yield from _unknown("campaign", [(entry.at, campaign)], campaigns)
            yield from _another_owner(entry.at, campaign, entry.value.controller, campaigns)


def _another_owner(at: str, campaign: str | None, controller: str | None, campaigns: dict[str, str]) -> Iterator[str]:
    owner = campaigns.get(campaign or "")
    if owner is not None and controller != owner:
        yield f"{at}: campaign {campaign} is of controller {owner}, so controller must say {owner}"


def _wrong_credentials(
    entries: list[Entry[CredentialEntry]], controllers: Iterable[str], campaigns: dict[str, str], there: Known
) -> Iterator[str]:
    yield from _unknown("controller", ((entry.at, entry.value.controller) for entry in entries), controllers)
    yield from _unknown("campaign", ((entry.at, entry.value.campaign) for entry in entries), campaigns)
    for entry in entries:
        credential = entry.value
        yield from _another_owner(entry.at, credential.campaign, credential.controller, campaigns)
        holder = there.account_sids.get(credential.account_sid or "")
        if holder is not None and holder != credential.id:
            yield f"{entry.at}: account_sid {credential.account_sid} is taken by credential {holder}"


def _wrong_scopes(
    entries: list[Entry[SuppressionEntry]], controllers: Iterable[str], campaigns: Iterable[str]
) -> Iterator[str]:
    of_controllers = ((entry.at, entry.value.scope_id) for entry in entries if entry.value.scope == "controller")
    of_campaigns = ((entry.at, entry.value.scope_id) for entry in entries if entry.value.scope == "campaign")
    yield from _unknown("controller", of_controllers, controllers)
    yield from _unknown("campaign", of_campaigns, campaigns)
