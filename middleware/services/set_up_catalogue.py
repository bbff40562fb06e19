"""Entries of a set-up folder as rows of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from middleware.keyed_hash import digest
from middleware.set_up.reading import SetUp
from middleware.set_up.shapes import CampaignEntry, ControllerEntry, CredentialEntry, WashEntry
from middleware.store.catalogue_changes import Known

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """The rows that are not there yet."""

    controllers: list[Columns]
    campaigns: list[Columns]
    credentials: list[Columns]


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
    )


def washed_at(wash: WashEntry, now: datetime) -> datetime:
    """When a list was washed, for entries that count back from today."""
    return wash.washed_at or now - timedelta(days=wash.days_ago or 0)


def secret_hash(key: str) -> str:
    """What the store keeps of an API key, `rf_<id>.<secret>`."""
    return digest(key.partition(".")[2].encode())


def _controller(entry: ControllerEntry, at: datetime) -> Columns:
    return {**entry.model_dump(), "created_at": at}


def _campaign(entry: CampaignEntry, at: datetime) -> Columns:
    test = entry.balancing_test
    columns = entry.model_dump(exclude={"controller", "open", "balancing_test", "washes", "audience"})
    return {
        **columns,
        "controller_id": entry.controller,
        "is_open": entry.open,
        "audience": entry.audience.value,
        "balancing_test": test.text if test else None,
        "balancing_approved_by": test.approved_by if test else None,
        "balancing_approved_on": test.approved_on if test else None,
        "balancing_review_due": test.review_due if test else None,
        "created_at": at,
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
