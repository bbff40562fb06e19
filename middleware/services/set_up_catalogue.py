"""Entries of a set-up folder as rows of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from middleware.keyed_hash import digest
from middleware.phone_numbers import parse
from middleware.set_up.reading import SetUp
from middleware.set_up.shapes import CallerIdEntry, CampaignEntry, ControllerEntry, CredentialEntry, WashEntry
from middleware.store.catalogue_changes import Known
from middleware.store.ids import new_id

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """The rows that are not there yet, what is told of controllers and campaigns that are, and every caller ID."""

    controllers: list[Columns]
    campaigns: list[Columns]
    credentials: list[Columns]
    known_controllers: list[Columns]
    known_campaigns: list[Columns]
    caller_ids: list[Columns]


def rows_to_add(set_up: SetUp, there: Known, keys: Mapping[str, str], at: datetime) -> CatalogueRows:
    """`keys` holds the API key of each credential of that kind."""
    return CatalogueRows(
        [_controller(e.value, at) for e in set_up.controllers if e.value.id not in there.controllers],
        [_campaign(e.value, at) for e in set_up.campaigns if e.value.id not in there.campaigns],
        [
            _credential(e.value, keys.get(e.value.id), at)
            for e in set_up.credentials
            if e.value.id not in there.credentials
        ],
        [_stated(e.value, _controller(e.value, at)) for e in set_up.controllers if e.value.id in there.controllers],
        [_stated(e.value, _campaign(e.value, at)) for e in set_up.campaigns if e.value.id in there.campaigns],
        [_caller_id(e.value, at) for e in set_up.caller_ids],
    )


def _stated(entry: ControllerEntry | CampaignEntry, columns: Columns) -> Columns:
    """A file that says nothing of overrides takes none away; one that says `overrides: {}` takes all away."""
    if "overrides" not in entry.model_fields_set:
        del columns["overrides"]
    return columns


def washed_at(wash: WashEntry, now: datetime) -> datetime:
    """When a list was washed, for entries that count back from today."""
    return wash.washed_at or now - timedelta(days=wash.days_ago or 0)


def secret_hash(key: str) -> str:
    """What the store keeps of an API key, `rf_<id>.<secret>`."""
    return digest(key.partition(".")[2].encode())


def _controller(entry: ControllerEntry, at: datetime) -> Columns:
    return {**entry.model_dump(), "overrides": entry.overrides or None, "created_at": at}


def _campaign(entry: CampaignEntry, at: datetime) -> Columns:
    test = entry.balancing_test
    apart = {"controller", "open", "balancing_test", "washes", "agency", "list_checked_days_ago"}
    return {
        **entry.model_dump(exclude=apart),
        "controller_id": entry.controller,
        "is_open": entry.open,
        "is_agency": entry.agency,
        "audience": entry.audience.value,
        "speaker": entry.speaker.value if entry.speaker else None,
        "dialling": entry.dialling.value if entry.dialling else None,
        "registrations": list(entry.registrations) or None,
        "list_checked_on": _list_checked_on(entry, at),
        "balancing_test": test.text if test else None,
        "balancing_approved_by": test.approved_by if test else None,
        "balancing_approved_on": test.approved_on if test else None,
        "balancing_review_due": test.review_due if test else None,
        "created_at": at,
    }


def _list_checked_on(entry: CampaignEntry, at: datetime) -> date | None:
    days = entry.list_checked_days_ago
    return entry.list_checked_on if days is None else (at - timedelta(days=days)).date()


def _caller_id(entry: CallerIdEntry, at: datetime) -> Columns:
    number = parse(entry.number).facts
    return {
        **entry.model_dump(exclude={"controller", "campaign"}),
        "id": new_id(at),
        "controller_id": entry.controller,
        "campaign_id": entry.campaign,
        "country": number.country,
        "kind": number.kind.value,
    }


def _credential(entry: CredentialEntry, key: str | None, at: datetime) -> Columns:
    columns = entry.model_dump(exclude={"controller", "campaign"})
    return {
        **columns,
        "controller_id": entry.controller,
        "campaign_id": entry.campaign,
        "secret_hash": secret_hash(key) if key else None,
        "token_serial": 1,
        "created_at": at,
    }
