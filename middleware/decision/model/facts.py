"""What a rule may ask about one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from middleware.decision.model.words import Audience, LegalForm, NumberKind, Outcome, PlacedBy, Scope, Subject


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What the digits of the callee tell; never the number itself, so that decisions survive its erasure."""

    country: str | None  # ISO 3166 code of the numbering plan, None when the number belongs to none
    kind: NumberKind
    valid: bool
    emergency: bool = False
    zones: tuple[str, ...] = ()  # every IANA zone in which the phone may be; empty: not known


@dataclass(frozen=True, slots=True)
class BalancingTest:
    """The documented legitimate-interest assessment a campaign rests on."""

    approved_on: date
    review_due: date


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    campaign_id: str
    controller_id: str
    audience: Audience
    is_open: bool
    starts_on: date | None = None  # first and last day, in the callee's zone
    ends_on: date | None = None
    balancing_test: BalancingTest | None = None
    washed_at: Mapping[str, datetime] = field(default_factory=dict)  # register id -> when the list was last washed


@dataclass(frozen=True, slots=True)
class CalleeFacts:
    """What the contact's record adds; the defaults are those of a callee we know nothing about."""

    legal_form: LegalForm = LegalForm.UNKNOWN
    time_zone: str | None = None  # the callee's own IANA zone where known; replaces the number's candidates
    call_consent_on: date | None = None  # a recorded consent for the call channel


@dataclass(frozen=True, slots=True)
class SuppressionHit:
    """A suppression entry in force that covers this callee. `entry_id` is for compliance roles only."""

    entry_id: str
    subject: Subject
    scope: str  # "everywhere", "controller" or "campaign"
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier attempt that counts (withdrawn ones are left out), as one guard row tells it."""

    attempt_id: str
    campaign_id: str
    reserved_at: datetime
    expires_at: datetime  # when its permit ends or ended
    placed_by: PlacedBy
    is_placed: bool  # a call was reported for it, or may have been created
    outcome: Outcome | None = None  # None: not known to have ended
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The newest counted attempts at one subject under one scope, newest first, as many as the largest cap asks for."""

    scope: Scope
    subject: Subject
    attempts: tuple[PastAttempt, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Everything a rule may ask about one call, the time included."""

    now: datetime
    number: NumberFacts
    campaign: CampaignFacts
    callee: CalleeFacts = CalleeFacts()
    suppressions: tuple[SuppressionHit, ...] = ()
    histories: tuple[History, ...] = ()
