"""The codes of refusals, and what each one tells: the parameters that the sentences of every language are made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """Stable codes of refusals. Dialers branch on them and audits quote them: a code is never renamed or reused."""

    NUMBER_INVALID = "number.invalid"
    NUMBER_EMERGENCY = "number.emergency"
    NUMBER_PREMIUM = "number.premium"
    NUMBER_HIGH_RISK = "number.high_risk"
    NUMBER_NOT_DIALABLE = "number.not_dialable"
    NUMBER_COUNTRY_CLOSED = "number.country_closed"
    SUPPRESSION_NUMBER = "suppression.number"
    SUPPRESSION_PERSON = "suppression.person"
    SUPPRESSION_COMPANY = "suppression.company"
    SUPPRESSION_PREFIX = "suppression.prefix"
    REGISTER_LISTED = "register.listed"
    REGISTER_NOT_WASHED = "register.not_washed"
    REGISTER_STALE = "register.stale"
    LEGAL_BASIS_MISSING = "legal_basis.missing"
    LEGAL_BASIS_REVIEW_OVERDUE = "legal_basis.review_overdue"
    LEGAL_BASIS_PROSPECT_REASON_MISSING = "legal_basis.prospect_reason_missing"
    LEGAL_BASIS_CONSENT_MISSING = "legal_basis.consent_missing"
    LEGAL_BASIS_CONSENT_EXPIRED = "legal_basis.consent_expired"
    LEGAL_BASIS_NOT_REGISTERED = "legal_basis.not_registered"
    DATA_SOURCE_MISSING = "data.source_missing"
    DATA_OUTDATED = "data.outdated"
    DATA_ADVERT_PROTECTED = "data.advert_protected"
    HOURS_OUTSIDE_WINDOW = "hours.outside_window"
    HOURS_HOLIDAY = "hours.holiday"
    HOURS_CALENDAR_ENDED = "hours.calendar_ended"
    HOURS_ZONE_UNKNOWN = "hours.zone_unknown"
    HOURS_PROMISED_LATER = "hours.promised_later"
    ATTEMPTS_CAP_REACHED = "attempts.cap_reached"
    ATTEMPTS_TOO_SOON = "attempts.too_soon"
    ATTEMPTS_DECLINED = "attempts.declined"
    ATTEMPTS_LOCKED_OUT = "attempts.locked_out"
    ATTEMPTS_IN_FLIGHT = "attempts.in_flight"
    ATTEMPTS_CLOCK_WENT_BACK = "attempts.clock_went_back"
    CALLER_ID_MISSING = "caller_id.missing"
    CALLER_ID_NOT_OURS = "caller_id.not_ours"
    CALLER_ID_NOT_IN_DIRECTORY = "caller_id.not_in_directory"
    CALLER_ID_UNLAWFUL = "caller_id.unlawful"
    AUTOMATION_NOT_STATED = "automation.not_stated"
    AUTOMATION_NO_CONSENT = "automation.no_consent"
    AUTOMATION_NO_FREE_AGENT = "automation.no_free_agent"
    CAMPAIGN_CLOSED = "campaign.closed"
    CAMPAIGN_NOT_STARTED = "campaign.not_started"
    CAMPAIGN_ENDED = "campaign.ended"
    CAMPAIGN_CONTROLLER_UNKNOWN = "campaign.controller_unknown"
    CAMPAIGN_NO_PROCESSOR_AGREEMENT = "campaign.no_processor_agreement"
    POLICY_UNUSABLE = "policy.unusable"


# Every verdict of a reason carries exactly these. `lifted_by` names facts (model.answers.Fact) that are not known and,
# once known, may lift the refusal; it is empty where none would. Spans are timedeltas, days are dates, windows and
# names are tuples of text, instants are aware and in UTC.
PARAMETERS: Mapping[Reason, frozenset[str]] = MappingProxyType(
    {
        reason: frozenset(names.split())
        for reason, names in {
            Reason.NUMBER_INVALID: "",
            Reason.NUMBER_EMERGENCY: "",
            Reason.NUMBER_PREMIUM: "kind",
            Reason.NUMBER_HIGH_RISK: "prefix",
            Reason.NUMBER_NOT_DIALABLE: "kind",
            Reason.NUMBER_COUNTRY_CLOSED: "country",
            Reason.SUPPRESSION_NUMBER: "since",
            Reason.SUPPRESSION_PERSON: "since",
            Reason.SUPPRESSION_COMPANY: "since",
            Reason.SUPPRESSION_PREFIX: "since",
            Reason.REGISTER_LISTED: "register lifted_by",
            Reason.REGISTER_NOT_WASHED: "register valid_for lifted_by",
            Reason.REGISTER_STALE: "register valid_for washed_at lifted_by",
            Reason.LEGAL_BASIS_MISSING: "lifted_by",
            Reason.LEGAL_BASIS_REVIEW_OVERDUE: "review_due lifted_by",
            Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING: "lifted_by",
            Reason.LEGAL_BASIS_CONSENT_MISSING: "lifted_by",
            Reason.LEGAL_BASIS_CONSENT_EXPIRED: "ended_on lifted_by",
            Reason.LEGAL_BASIS_NOT_REGISTERED: "registration lifted_by",
            Reason.DATA_SOURCE_MISSING: "",
            Reason.DATA_OUTDATED: "checked_on max_age",
            Reason.DATA_ADVERT_PROTECTED: "",
            Reason.HOURS_OUTSIDE_WINDOW: "zone local_time windows lifted_by",
            Reason.HOURS_HOLIDAY: "zone day lifted_by",
            Reason.HOURS_CALENDAR_ENDED: "zone day calendar_from calendar_until",
            Reason.HOURS_ZONE_UNKNOWN: "lifted_by",
            Reason.HOURS_PROMISED_LATER: "promised_at",
            Reason.ATTEMPTS_CAP_REACHED: "count window subject scope",
            Reason.ATTEMPTS_TOO_SOON: "outcome rest",
            Reason.ATTEMPTS_DECLINED: "declined_at rest",
            Reason.ATTEMPTS_LOCKED_OUT: "declined_at",
            Reason.ATTEMPTS_IN_FLIGHT: "",
            Reason.ATTEMPTS_CLOCK_WENT_BACK: "",
            Reason.CALLER_ID_MISSING: "",
            Reason.CALLER_ID_NOT_OURS: "caller_id needs",
            Reason.CALLER_ID_NOT_IN_DIRECTORY: "caller_id",
            Reason.CALLER_ID_UNLAWFUL: "caller_id country allowed",
            Reason.AUTOMATION_NOT_STATED: "missing",
            Reason.AUTOMATION_NO_CONSENT: "",
            Reason.AUTOMATION_NO_FREE_AGENT: "",
            Reason.CAMPAIGN_CLOSED: "",
            Reason.CAMPAIGN_NOT_STARTED: "day",
            Reason.CAMPAIGN_ENDED: "day",
            Reason.CAMPAIGN_CONTROLLER_UNKNOWN: "",
            Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT: "",
            Reason.POLICY_UNUSABLE: "problem",
        }.items()
    }
)
