"""What goes into and comes out of the hot path, the same on every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from middleware.decision.model import PlacedBy, Scope, Subject
from middleware.store.hot_path.contact_facts import NOTHING_KNOWN, ContactFacts

# more rows than the largest cap, so that a few released or blocking ones do not hide those that count
SPARE_ROWS = 4
# people at one number whose facts are compared; the stop list is asked about all of them, however many
MOST_CONTACTS = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """A subject whose attempts are counted under a scope, and how many of the newest a rule may ask for."""

    scope: Scope
    subject: Subject
    newest: int


@dataclass(frozen=True, slots=True)
class HotAsk:
    """What is known before the store is asked. `contact_id` narrows a number that several people share."""

    controller_id: str
    campaign_id: str
    credential_id: str
    number_key: str
    counted: tuple[Counted, ...]
    contact_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ContactFound:
    contact_id: str
    company_id: str | None
    person_key: str
    company_key: str | None
    legal_form: str | None
    time_zone: str | None
    call_consent_on: str | None
    facts: ContactFacts = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class SuppressionFound:
    entry_id: str
    subject: Subject
    scope: str
    scope_id: str | None
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class GuardFound:
    seq: int
    counts: bool
    attempt_id: str
    campaign_id: str
    reserved_at: datetime
    expires_at: datetime | None
    placed_by: str
    is_placed: bool
    outcome: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class HotReading:
    """The facts of one consistent moment. `now` is the store's clock, aware, in UTC."""

    now: datetime
    generation: int
    replayed_attempt_id: str | None
    contacts: tuple[ContactFound, ...]
    suppressions: tuple[SuppressionFound, ...]
    guards: dict[tuple[Scope, Subject], list[GuardFound]] = field(default_factory=dict)
    clock_offset_seconds: float = 0.0  # how far `now` was moved for a demonstration


@dataclass(frozen=True, slots=True)
class GuardKey:
    """The row to insert; who inserts it first owns the slot."""

    scope_id: str
    subject: str
    seq: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Everything that one binding decision writes, in one transaction. `guards` is empty for a refusal."""

    attempt_id: str
    controller_id: str
    campaign_id: str
    credential_id: str
    route: str
    placed_by: PlacedBy
    callee: str
    callee_key: str
    caller_id: str | None
    contact_id: str | None
    company_id: str | None
    guards: tuple[GuardKey, ...]
    state: str
    asked_at: datetime
    permit_expires_at: datetime | None
    idempotency_key: str | None
    request_digest: str
    dialer_callback: str | None
    policy_digest: str | None
    is_permitted: bool
    not_before: datetime | None
    attempts_left: int | None
    refusals: str
    facts: str
    ring_timeout_seconds: int | None = None
    clock_offset_seconds: float = 0.0


class HotPath(Protocol):
    """Raises `StoreUnavailable` when the store does not answer; nothing is then half done."""

    def read(self, ask: HotAsk) -> HotReading:
        """All facts, the clock and the generation, from one statement."""

    def write(self, reservation: Reservation) -> bool:
        """Write the reservation durably; False when somebody else was faster and nothing was written."""


def subject_id(subject: Subject, key: str) -> str:
    """How guard rows name a subject."""
    return f"{subject.value[0]}:{key}"


def scope_id(scope: Scope, controller_id: str, campaign_id: str) -> str:
    """How guard rows name a scope; ids hold no slash, so a campaign never meets a controller of the same name."""
    return controller_id if scope is Scope.CONTROLLER else f"campaign/{campaign_id}"
