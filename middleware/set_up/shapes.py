"""The shape of one entry in each file of a set-up folder. What does not fit is named, and nothing is loaded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, field_validator, model_validator

from middleware.decision.model import Audience, LegalForm, Subject
from middleware.errors import InvalidMailAddress
from middleware.notices.message import Mailbox
from middleware.phone_numbers import parse
from middleware.policies.overrides import Overrides
from middleware.policies.pack import Shape, Text

# Ids stand in URLs and guard rows: no slash, no blank.
EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$", max_length=500)]
Language = Literal["en", "da", "sv", "de", "nl"]


def _mailbox(address: str) -> str:
    try:
        return Mailbox(address).address
    except InvalidMailAddress:
        raise ValueError("is no e-mail address") from None


def _e164(number: str) -> str:
    parsed = parse(number)
    if parsed.e164 is None or not parsed.facts.valid:
        raise ValueError("is no telephone number that can exist; write + and the country first")
    return parsed.e164


MailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(_mailbox)]
Number = Annotated[str, AfterValidator(_e164)]


class ControllerEntry(Shape):
    """A company on whose behalf calls are made, as its notices name it."""

    id: EntryId
    name: Annotated[Text, StringConstraints(max_length=200)]
    address: Annotated[Text, StringConstraints(max_length=300)]
    register_number: Annotated[Text, StringConstraints(max_length=64)]
    email: MailAddress
    phone: Annotated[Text, StringConstraints(max_length=20)]
    dpo_contact: Annotated[Text, StringConstraints(max_length=254)] | None = None
    privacy_url: WebAddress
    complaint_body: Annotated[Text, StringConstraints(max_length=200)]
    complaint_url: WebAddress


class BalancingTestEntry(Shape):
    """A documented legitimate-interest assessment."""

    text: Text
    approved_by: Annotated[Text, StringConstraints(max_length=200)]
    approved_on: date
    review_due: date


class WashEntry(Shape):
    """When the campaign's list was washed against a register: at an instant, or days before it is loaded."""

    register_id: EntryId = Field(alias="register")
    washed_at: AwareDatetime | None = None
    days_ago: Annotated[int, Field(ge=0, le=3660)] | None = None
    evidence: Text
    noted_by: Annotated[Text, StringConstraints(max_length=200)]

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.washed_at is None) == (self.days_ago is None):
            raise ValueError("give either washed_at or days_ago")
        return self


class NoticeWords(Shape):
    """The campaign's sentences of the information mail, in one language."""

    purpose: Text
    interest: Text
    data_categories: Text
    retention: Text


class CampaignEntry(Shape):
    """One purpose, audience, basis and set of overrides for one controller."""

    id: EntryId
    controller: EntryId
    name: Annotated[Text, StringConstraints(max_length=200)]
    audience: Audience
    open: bool
    starts_on: date | None = None
    ends_on: date | None = None
    purpose: Text
    interest: Text
    data_categories: Text
    retention: Text
    texts: dict[Language, NoticeWords] = Field(default_factory=dict)
    balancing_test: BalancingTestEntry | None = None
    washes: tuple[WashEntry, ...] = ()
    overrides: dict[str, object] = Field(default_factory=dict)

    @field_validator("overrides")
    @classmethod
    def _readable(cls, overrides: dict[str, object]) -> dict[str, object]:
        Overrides.model_validate(overrides)
        return overrides


class CredentialEntry(Shape):
    """Who may ask: an API key with a role, or a Twilio-style account for one campaign."""

    id: EntryId
    kind: Literal["api_key", "twilio"]
    role: Literal["dialer", "caller", "auditor", "admin"]
    controller: EntryId | None = None
    campaign: EntryId | None = None
    account_sid: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-f]{32}$")] | None = None
    label: Annotated[Text, StringConstraints(max_length=200)]
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        is_twilio = self.kind == "twilio"
        if is_twilio != (self.account_sid is not None):
            raise ValueError("account_sid goes with kind twilio, and must be given there")
        if is_twilio and (self.campaign is None or self.role != "dialer"):
            raise ValueError("kind twilio needs a campaign and the role dialer")
        return self


class ContactEntry(Shape):
    """A person to be called, and who they work for."""

    controller: EntryId
    name: Annotated[str, StringConstraints(max_length=200)] | None = None
    email: MailAddress | None = None
    language: Language
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    data_source: Annotated[Text, StringConstraints(max_length=300)]
    data_obtained_on: date | None = None
    call_consent_on: date | None = None
    company: Annotated[str, StringConstraints(max_length=200)] | None = None
    country: Country | None = None
    register_number: Annotated[str, StringConstraints(max_length=64)] | None = None
    legal_form: LegalForm = LegalForm.UNKNOWN
    domain: Annotated[str, StringConstraints(max_length=253)] | None = None

    @field_validator("numbers", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        return [number for number in given.split(";") if number.strip()] if isinstance(given, str) else given

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        try:
            return zone if zone is None else ZoneInfo(zone).key
        except (KeyError, ValueError, OSError):
            raise ValueError("is no IANA time zone such as Europe/Copenhagen") from None

    @model_validator(mode="after")
    def _company_whole(self) -> Self:
        given = (self.company, self.country, self.register_number)
        if any(given) and not all(given):
            raise ValueError("company, country and register_number go together")
        return self


class SuppressionEntry(Shape):
    """Who must not be called: a number, a person by mailbox, or a company as `DK 12345678`."""

    subject: Subject
    value: Text
    scope: Literal["everywhere", "controller", "campaign"]
    scope_id: EntryId | None = None
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
    source: Annotated[Text, StringConstraints(max_length=200)]
    since: AwareDatetime | date

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.scope == "everywhere") != (self.scope_id is None):
            raise ValueError("scope_id names the controller or campaign, and goes with these scopes alone")
        if self.subject is Subject.NUMBER:
            _e164(self.value)
        elif self.subject is Subject.PERSON:
            _mailbox(self.value)
        elif len(self.value.split(maxsplit=1)) != 2 or len(self.value.split()[0]) != 2:
            raise ValueError("value of a company is its country and register number, such as DK 12345678")
        return self

    @field_validator("since", mode="before")
    @classmethod
    def _spelled(cls, since: object) -> object:
        return datetime.fromisoformat(since) if isinstance(since, str) and len(since) > 10 else since
