"""The words of the decision core: what a rule may ask (`CallFacts`), its answer (`Verdict`), the whole (`Decision`).

All datetimes are aware and in UTC; local time appears only inside the calendar. All classes are immutable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Basis(StrEnum):
    """How binding a figure is: a statute, an industry code or regulator's guidance, or our own recommendation."""

    LAW = "law"
    CODE = "code"
    RECOMMENDED = "recommended"


class Reason(StrEnum):
    """Stable codes of refusals. Dialers branch on them and audits quote them: a code is never renamed or reused."""

    NUMBER_INVALID = "number.invalid"
    NUMBER_EMERGENCY = "number.emergency"
    NUMBER_PREMIUM = "number.premium"
    NUMBER_NOT_DIALABLE = "number.not_dialable"
    NUMBER_COUNTRY_CLOSED = "number.country_closed"
    SUPPRESSION_NUMBER = "suppression.number"
    SUPPRESSION_PERSON = "suppression.person"
    SUPPRESSION_COMPANY = "suppression.company"
    REGISTER_NOT_WASHED = "register.not_washed"
    REGISTER_STALE = "register.stale"
    LEGAL_BASIS_MISSING = "legal_basis.missing"
    LEGAL_BASIS_REVIEW_OVERDUE = "legal_basis.review_overdue"
    LEGAL_BASIS_CONSENT_MISSING = "legal_basis.consent_missing"
    HOURS_OUTSIDE_WINDOW = "hours.outside_window"
    HOURS_HOLIDAY = "hours.holiday"
    HOURS_CALENDAR_ENDED = "hours.calendar_ended"
    HOURS_ZONE_UNKNOWN = "hours.zone_unknown"
    ATTEMPTS_CAP_REACHED = "attempts.cap_reached"
    ATTEMPTS_TOO_SOON = "attempts.too_soon"
    ATTEMPTS_IN_FLIGHT = "attempts.in_flight"
    ATTEMPTS_CLOCK_WENT_BACK = "attempts.clock_went_back"
    CAMPAIGN_CLOSED = "campaign.closed"
    CAMPAIGN_NOT_STARTED = "campaign.not_started"
    CAMPAIGN_ENDED = "campaign.ended"
    POLICY_UNUSABLE = "policy.unusable"


class Audience(StrEnum):
    """Whom a campaign calls; the two are governed by different figures."""

    B2B = "b2b"
    B2C = "b2c"


class NumberKind(StrEnum):
    """What kind of line a number leads to, as far as its digits tell."""

    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    TOLL_FREE = "toll_free"
    VOIP = "voip"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    UNIVERSAL_ACCESS = "universal_access"
    PAGER = "pager"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


class LegalForm(StrEnum):
    """What the callee's business is in law; in some countries (NL) it decides whether consent is needed."""

    LEGAL_PERSON = "legal_person"
    SOLE_TRADER = "sole_trader"
    PARTNERSHIP = "partnership"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How an attempt ended, derived once from Twilio's last report or told by the dialer; sets the spacing."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class Subject(StrEnum):
    """Who is counted: the number rung, the person, or the company."""

    NUMBER = "number"
    PERSON = "person"
    COMPANY = "company"


class Scope(StrEnum):
    """Whose attempts are counted together: all campaigns of a controller, or one campaign."""

    CONTROLLER = "controller"
    CAMPAIGN = "campaign"


class PlacedBy(StrEnum):
    """Who creates the call at Twilio. A dialer's unused permit counts until the dialer proves that it made no call."""

    US = "us"
    DIALER = "dialer"


# ---------------------------------------------------------------- facts


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


# ---------------------------------------------------------------- policy


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from: how binding, the source, and which file or override set it."""

    basis: Basis
    source: str = ""  # a URL or a sentence that a reader can check
    set_by: str = ""  # "country DK", "campaign spring-dk"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of one local day in minutes since midnight: start inclusive, end exclusive (1440 is midnight)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class CallingHours:
    """Callee-local weekly windows, days without calls, and the span for which the calendar has been checked."""

    week: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; several windows a day leave lunch gaps
    holidays: frozenset[date]
    calendar_from: date
    calendar_until: date  # last day the holidays are known for; later days are unknown, so closed
    early_closings: Mapping[tuple[int, int], int]  # (month, day) -> minute of the day after which no call
    origin: Origin
    holidays_origin: Origin


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` attempts at a subject within `window` (None: ever), within the scope."""

    count: int
    window: timedelta | None
    subject: Subject
    scope: Scope
    origin: Origin


@dataclass(frozen=True, slots=True)
class Spacing:
    """Least time from the end of the last attempt to the next, by how the last one ended."""

    default: timedelta
    by_outcome: Mapping[Outcome, timedelta]
    origin: Origin


class GateKind(StrEnum):
    """What a country asks for before a call: a documented balancing test, a recorded consent, a fresh register wash."""

    DOCUMENTED_BASIS = "documented_basis"
    CONSENT = "consent"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Gate:
    kind: GateKind
    origin: Origin
    register: str | None = None  # for REGISTER: which one, and how old a wash may be
    valid_for: timedelta | None = None
    except_legal_forms: frozenset[LegalForm] = frozenset()  # this gate does not apply to callees known to be these


@dataclass(frozen=True, slots=True)
class Policy:
    """All figures for one country, audience and campaign, resolved; `digest` is the SHA-256 of its canonical JSON."""

    country: str
    audience: Audience
    hours: CallingHours
    caps: tuple[Cap, ...]
    spacing: Spacing
    gates: tuple[Gate, ...]
    ring_timeout: timedelta  # the longest a permitted call may ring
    ring_origin: Origin
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Why there is no policy to decide by; such a call is refused and `detail` tells the administrator what to mend."""

    reason: Reason  # NUMBER_COUNTRY_CLOSED or POLICY_UNUSABLE
    detail: str


# ---------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer. `reason` None permits.

    `not_before`: the first instant at which this rule would permit, other things equal; None on a refusal means
    that waiting does not help. `until`: on a permit, when this rule would begin to refuse again, if it is known.
    `attempts_left`: how many more attempts a cap leaves, this one included.
    """

    rule: str
    reason: Reason | None = None
    detail: str = ""  # a sentence for people, in English, saying what and what to do next
    origin: Origin | None = None
    not_before: datetime | None = None
    until: datetime | None = None
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer: every rule's verdict, the first instant at which all permit, and what is left.

    `not_before` is None on a permit, and on a refusal that waiting does not lift. `permitted_until` is the earliest
    `until` of the verdicts on a permit. `attempts_left` counts this attempt.
    """

    decided_at: datetime
    policy_digest: str | None
    verdicts: tuple[Verdict, ...]
    not_before: datetime | None
    permitted_until: datetime | None
    attempts_left: int | None

    @property
    def is_permitted(self) -> bool:
        """No rule refused."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that refuse, in the order of the rules."""
        return tuple(verdict for verdict in self.verdicts if verdict.reason is not None)
