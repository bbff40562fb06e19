"""What a rule may ask about one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from middleware.decision.model.words import (
    Audience,
    Dialling,
    DirectoryMark,
    LegalForm,
    NumberKind,
    Outcome,
    PlacedBy,
    Scope,
    Speaker,
    Standing,
    Subject,
)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What the digits of the callee tell; never the number itself, so that decisions survive its erasure."""

    country: str | None  # ISO 3166 code of the numbering plan, "001" for networks of no country, None for none
    kind: NumberKind
    valid: bool
    emergency: bool = False
    zones: tuple[str, ...] = ()  # every IANA zone in which the phone may be; empty: not known
    closed_prefix: str | None = None  # the longest prefix closed by the policy that the number begins with


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
    requires_consent: bool = False  # rests on consent alone, whatever the country asks for
    is_controller_identified: bool = False  # name, address, register number and contact of the controller on file
    is_agency: bool = False  # somebody else than the controller makes the calls (GDPR art. 28)
    processor_agreement_on: date | None = None
    registrations: tuple[str, ...] = ()  # with which operators the controller is registered as a caller
    has_list_source: bool = False  # it is on file where the numbers of the campaign's list come from
    list_checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A recorded consent for one channel; without a recorded source it is none. Both days are included."""

    given_on: date
    has_source: bool = True
    ends_on: date | None = None  # its last day: expired or withdrawn after it


@dataclass(frozen=True, slots=True)
class Customer:
    """A contract between the callee and the controller; `ended_on` None while it runs."""

    since: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class CalleeFacts:
    """What the contact's record adds; the defaults are those of a callee we know nothing about."""

    legal_form: LegalForm = LegalForm.UNKNOWN
    time_zone: str | None = None  # the callee's own IANA zone where known; replaces the number's candidates
    subdivision: str | None = None  # Land, nation, canton, state, ...: ISO 3166-2 without the country, such as "BY"
    line_kind: NumberKind | None = None  # from a look-up; replaces what the digits tell
    directory_mark: DirectoryMark = DirectoryMark.UNKNOWN
    call_consent: Consent | None = None
    machine_consent: Consent | None = None  # for calls in which a machine speaks
    customer: Customer | None = None
    prospect_reason_on: date | None = None  # since when it is on file why this callee presumably wants the call
    has_source: bool = False  # it is on file where the number comes from
    checked_on: date | None = None  # when the record was last compared with reality
    is_advert_protected: bool = False  # the company's entry in the companies register forbids advertising
    listed_in: Mapping[str, date] = field(default_factory=dict)  # register id -> since when it lists the callee
    asked_to_be_called_at: datetime | None = None  # the callee's own latest wish for a call
    promised_at: datetime | None = None  # the moment that was promised: not called before it


@dataclass(frozen=True, slots=True)
class CallerIdFacts:
    """The number shown to the callee. It is the controller's, not the callee's, so it may stand here in full."""

    number: str  # E.164
    country: str | None
    kind: NumberKind
    standing: Standing = Standing.UNKNOWN
    in_directory: bool = False  # findable in the public directory of its country


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """How the call would be made. What neither the request nor its campaign states is None."""

    speaker: Speaker | None = None
    dialling: Dialling | None = None
    free_agents: int | None = None  # agents who are ready to speak at this moment
    caller_id: CallerIdFacts | None = None  # None: withheld, or none that can be read


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
    request: RequestFacts = RequestFacts()
    suppressions: tuple[SuppressionHit, ...] = ()
    histories: tuple[History, ...] = ()
