"""What a process keeps in memory between calls: controllers, campaigns, credentials, suppressed prefixes.

All of it stands under one generation number, which every change raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, select, update

from middleware.decision.model import CallerIdFacts, CampaignFacts, Dialling, Speaker
from middleware.store.models import ControllerRow, GenerationRow

CATALOGUE = "catalogue"
_NOTHING: Mapping[str, object] = MappingProxyType({})


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
    """A campaign as the decision asks for it, with the overrides its policy is resolved by.

    `caller_ids` are on file for it, the controller's own for all campaigns among them. `speaker` and `dialling` hold
    where a request does not say; None: the campaign does not say either.
    """

    facts: CampaignFacts
    name: str
    overrides: Mapping[str, object]
    controller_overrides: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    caller_ids: tuple[CallerIdFacts, ...] = ()
    speaker: Speaker | None = None
    dialling: Dialling | None = None
    voicemail: str | None = None  # what an answering machine hears: nothing (None), or `neutral`
    purposes: Mapping[str, str] = field(default_factory=dict)  # language -> purpose; "" for any other
    controller_name: str = ""

    @property
    def id(self) -> str:
        """The campaign's own id."""
        return self.facts.campaign_id

    @property
    def controller_id(self) -> str:
        """Whose campaign it is."""
        return self.facts.controller_id


@dataclass(frozen=True, slots=True)
class SuppressedPrefix:
    """An entry in force that bars all numbers beginning with `prefix` (E.164). `scope_id` None goes with everywhere."""

    entry_id: str
    prefix: str
    scope: str
    scope_id: str | None
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Agent:
    """One of our own people. `address` as `AgentRow.address`; `campaigns` are those they call for, the usual first."""

    controller_id: str
    address: str
    name: str
    language: str
    campaigns: tuple[str, ...]
    takes_ring_backs: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything under one generation. `prefixes` are found by their digits, `agents` by their address."""

    generation: int
    controllers: tuple[str, ...]
    campaigns: Mapping[str, Campaign]
    credentials: Mapping[str, Credential]
    by_account_sid: Mapping[str, Credential]
    prefixes: Mapping[str, tuple[SuppressedPrefix, ...]] = field(default_factory=dict)
    agents: Mapping[str, tuple[Agent, ...]] = field(default_factory=dict)

    def prefixes_of(self, e164: str | None) -> tuple[SuppressedPrefix, ...]:
        """The entries whose prefix this number begins with, whomever they bar it for."""
        if not self.prefixes or e164 is None:
            return ()
        beginnings = (self.prefixes.get(e164[:length], ()) for length in range(2, len(e164) + 1))
        return tuple(entry for entries in beginnings for entry in entries)


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
