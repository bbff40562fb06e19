"""The closed vocabularies: codes, kinds and outcomes, each word stable because it is stored and quoted."""

from __future__ import annotations

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
