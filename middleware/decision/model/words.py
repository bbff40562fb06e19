"""The closed vocabularies of facts and figures. Each word is stable, because it is stored and quoted."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """How binding a figure is: a statute, an industry code or regulator's guidance, or our own recommendation."""

    LAW = "law"
    CODE = "code"
    RECOMMENDED = "recommended"


class Audience(StrEnum):
    """Whom a campaign calls; the two are governed by different figures."""

    B2B = "b2b"
    B2C = "b2c"


class NumberKind(StrEnum):
    """What kind of line a number leads to, as far as its digits or a look-up tell."""

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
    INVALID = "invalid"  # of look-ups alone: the number does not exist, whatever its digits tell
    UNKNOWN = "unknown"


class LegalForm(StrEnum):
    """What the callee's business is in law; in some countries (NL) it decides whether consent is needed."""

    LEGAL_PERSON = "legal_person"
    SOLE_TRADER = "sole_trader"
    PARTNERSHIP = "partnership"
    UNKNOWN = "unknown"


class DirectoryMark(StrEnum):
    """What the public directory says of the number: in some countries (CH, CZ) it decides whether it may be called."""

    LISTED = "listed"  # listed, without a mark against advertising
    STARRED = "starred"  # listed, with a mark against advertising
    UNLISTED = "unlisted"
    CONSENTS = "consents"  # listed, with a mark that allows advertising
    UNKNOWN = "unknown"


class Speaker(StrEnum):
    """Who speaks to the callee: a human, or a recording or synthetic voice."""

    HUMAN = "human"
    MACHINE = "machine"


class Dialling(StrEnum):
    """How numbers are dialled: by hand, one call for each agent who is ready, or ahead of agents becoming free."""

    MANUAL = "manual"
    PREVIEW = "preview"
    PREDICTIVE = "predictive"


class Standing(StrEnum):
    """What gives a campaign the use of a caller ID: rented in the controller's name, or proven to be theirs."""

    OWNED = "owned"
    VERIFIED = "verified"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How an attempt ended, derived once from Twilio's last report or told by the dialer; sets the spacing."""

    ANSWERED = "answered"
    DECLINED = "declined"  # answered, and the person did not want the offer; an objection is more and suppresses
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"  # by the callee's phone, SIP 603 or 607
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class Subject(StrEnum):
    """Who is counted or barred: the number rung, the person, the company; a prefix is only ever barred."""

    NUMBER = "number"
    PERSON = "person"
    COMPANY = "company"
    PREFIX = "prefix"


class Scope(StrEnum):
    """Whose attempts are counted together: all campaigns of a controller, or one campaign."""

    CONTROLLER = "controller"
    CAMPAIGN = "campaign"


class PlacedBy(StrEnum):
    """Who creates the call at Twilio. A dialer's unused permit counts until the dialer proves that it made no call."""

    US = "us"
    DIALER = "dialer"
