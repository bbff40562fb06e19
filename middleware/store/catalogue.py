"""What a process keeps in memory between calls: controllers, campaigns, credentials, under a generation number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from middleware.decision.model import Audience, BalancingTest, CampaignFacts
from middleware.store.models import CampaignRow, ControllerRow, CredentialRow, GenerationRow, RegisterWashRow

CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Credential:
    """Who asks. `controller_id` None reaches all controllers; `campaign_id` is set on Twilio-style ones."""

    id: str
    kind: str
    role: str
    controller_id: str | None
    campaign_id: str | None
    account_sid: str | None
    token_serial: int
    secret_hash: str | None
    label: str
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_current(self, now: datetime) -> bool:
        """Neither withdrawn nor past its end."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def grants_as(self, other: Credential) -> bool:
        """Whether it proves and allows the same, whatever it is called and however long it lasts."""
        if self is other:
            return True
        return replace(self, label=other.label, expires_at=other.expires_at, revoked_at=other.revoked_at) == other

    def reaches(self, controller_id: str) -> bool:
        """May see and do things of this controller."""
        return self.controller_id is None or self.controller_id == controller_id


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as the decision asks for it, with the overrides its policy is resolved by."""

    facts: CampaignFacts
    name: str
    overrides: Mapping[str, object]

    @property
    def id(self) -> str:
        """The campaign's own id."""
        return self.facts.campaign_id

    @property
    def controller_id(self) -> str:
        """Whose campaign it is."""
        return self.facts.controller_id


@dataclass(frozen=True, slots=True)
class Catalogue:
    generation: int
    controllers: tuple[str, ...]
    campaigns: Mapping[str, Campaign]
    credentials: Mapping[str, Credential]
    by_account_sid: Mapping[str, Credential]


def load(connection: Connection) -> Catalogue:
    """Read everything; the generation first, so that a change during the reading is noticed afterwards."""
    generation = connection.scalar(select(GenerationRow.value).where(GenerationRow.name == CATALOGUE))
    washes: dict[str, dict[str, datetime]] = {}
    for wash in connection.execute(select(RegisterWashRow.__table__)):
        washes.setdefault(wash.campaign_id, {})[wash.register] = wash.washed_at
    campaigns = {
        row.id: Campaign(_facts(row, washes.get(row.id, {})), row.name, row.overrides or {})
        for row in connection.execute(select(CampaignRow.__table__))
    }
    credentials = [_credential(row) for row in connection.execute(select(CredentialRow.__table__))]
    return Catalogue(
        generation=generation or 0,
        controllers=controller_ids(connection),
        campaigns=campaigns,
        credentials={credential.id: credential for credential in credentials},
        by_account_sid={credential.account_sid: credential for credential in credentials if credential.account_sid},
    )


def current_generation(connection: Connection) -> int:
    """The generation that memory must match."""
    return connection.scalar(select(GenerationRow.value).where(GenerationRow.name == CATALOGUE)) or 0


def controller_ids(connection: Connection) -> tuple[str, ...]:
    """Every controller, in one order for everybody."""
    return tuple(connection.scalars(select(ControllerRow.id).order_by(ControllerRow.id)))


def raise_generation(connection: Connection) -> None:
    """Tell every process that its copy is old; call it in the transaction of the change."""
    connection.execute(
        update(GenerationRow).where(GenerationRow.name == CATALOGUE).values(value=GenerationRow.value + 1)
    )


def _facts(row: Row[Any], washed_at: dict[str, datetime]) -> CampaignFacts:
    test = None
    if row.balancing_test and row.balancing_approved_by and row.balancing_approved_on and row.balancing_review_due:
        test = BalancingTest(row.balancing_approved_on, row.balancing_review_due)
    return CampaignFacts(
        campaign_id=row.id,
        controller_id=row.controller_id,
        audience=Audience(row.audience),
        is_open=row.is_open,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        balancing_test=test,
        washed_at=washed_at,
    )


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        id=row.id,
        kind=row.kind,
        role=row.role,
        controller_id=row.controller_id,
        campaign_id=row.campaign_id,
        account_sid=row.account_sid,
        token_serial=row.token_serial,
        secret_hash=row.secret_hash,
        label=row.label,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
