"""The shape of one entry in each file about those who call. What does not fit is named, and nothing is loaded."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import to_jsonable_python

from middleware.decision.model import Audience, Dialling, Speaker
from middleware.policies.overrides import Overrides
from middleware.policies.pack import Shape, Text
from middleware.policies.sentences import sentence
from middleware.set_up.words import EntryId, Language, MailAddress, Name, Number, WebAddress

DaysAgo = Annotated[int, Field(ge=0, le=3660)]


def _readable(overrides: dict[str, object]) -> dict[str, object]:
    """Checked, and with days as text, as the store keeps them."""
    try:
        Overrides.model_validate(overrides)
    except ValidationError as error:
        raise ValueError("; ".join(sentence(problem) for problem in error.errors())) from None
    plain: dict[str, object] = to_jsonable_python(overrides)
    return plain


Overridden = Annotated[dict[str, object], AfterValidator(_readable)]


class ControllerEntry(Shape):
    """A company on whose behalf calls are made, as its notices name it."""

    id: EntryId
    name: Name
    address: Annotated[Text, StringConstraints(max_length=300)]
    register_number: Annotated[Text, StringConstraints(max_length=64)]
    email: MailAddress
    phone: Annotated[Text, StringConstraints(max_length=20)]
    dpo_contact: Annotated[Text, StringConstraints(max_length=254)] | None = None
    privacy_url: WebAddress
    complaint_body: Name
    complaint_url: WebAddress
    overrides: Overridden = Field(default_factory=dict)


class BalancingTestEntry(Shape):
    """A documented legitimate-interest assessment."""

    text: Text
    approved_by: Name
    approved_on: date
    review_due: date


class WashEntry(Shape):
    """When the campaign's list was washed against a register: at an instant, or days before it is loaded."""

    register_id: EntryId = Field(alias="register")
    washed_at: AwareDatetime | None = None
    days_ago: DaysAgo | None = None
    evidence: Text
    noted_by: Name

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
    """One purpose, audience, basis and set of overrides for one controller.

    What is left out is not known, and the decision takes the stricter branch: an `agency` that is not denied needs its
    processor agreement, and a call of which nobody says who speaks or how it is dialled is refused.
    """

    id: EntryId
    controller: EntryId
    name: Name
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
    requires_consent: bool = False
    agency: bool | None = None  # somebody else than the controller makes the calls
    processor_agreement_on: date | None = None
    registrations: tuple[EntryId, ...] = ()  # operators with whom the controller is registered as a caller
    list_source: Text | None = None
    list_checked_on: date | None = None
    list_checked_days_ago: DaysAgo | None = None
    speaker: Speaker | None = None
    dialling: Dialling | None = None
    voicemail: Literal["none", "neutral"] | None = None  # what an answering machine hears
    overrides: Overridden = Field(default_factory=dict)

    @model_validator(mode="after")
    def _checked_once(self) -> Self:
        if self.list_checked_on is not None and self.list_checked_days_ago is not None:
            raise ValueError("give either list_checked_on or list_checked_days_ago")
        return self


class CallerIdEntry(Shape):
    """A number that a controller may show: in all of its campaigns, or in the one that is named."""

    controller: EntryId
    campaign: EntryId | None = None
    number: Number
    standing: Literal["owned", "verified"]  # rented in the controller's name, or proven to be the controller's
    in_directory: bool = False  # findable in the public directory of its country
    evidence: Text
    noted_by: Name
    since: date


class CredentialEntry(Shape):
    """Who may ask: an API key with a role, or a Twilio-style account for one campaign."""

    id: EntryId
    kind: Literal["api_key", "twilio"]
    role: Literal["dialer", "caller", "auditor", "admin"]
    controller: EntryId | None = None
    campaign: EntryId | None = None
    account_sid: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-f]{32}$")] | None = None
    label: Name
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        is_twilio = self.kind == "twilio"
        if is_twilio != (self.account_sid is not None):
            raise ValueError("account_sid goes with kind twilio, and must be given there")
        if is_twilio and (self.campaign is None or self.role != "dialer"):
            raise ValueError("kind twilio needs a campaign and the role dialer")
        return self
