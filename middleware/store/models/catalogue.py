"""What changes seldom and is read on every call: controllers, campaigns, caller IDs, credentials, policies.

Every change to one of these raises the `catalogue` generation in the same transaction, so that no process decides by
an old copy: the hot path reads the generation together with the facts.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from middleware.store.models.base import Base
from middleware.store.types import Id, UtcDateTime


class GenerationRow(Base):
    """A counter that tells whether copies held in memory are still current."""

    __tablename__ = "generations"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class ControllerRow(Base):
    """The company on whose behalf calls are made, as its notices name it."""

    __tablename__ = "controllers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    register_number: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20))
    dpo_contact: Mapped[str | None] = mapped_column(String(254))
    privacy_url: Mapped[str] = mapped_column(String(500))
    complaint_body: Mapped[str] = mapped_column(String(200))
    complaint_url: Mapped[str] = mapped_column(String(500))
    overrides: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))  # of all its campaigns
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CampaignRow(Base):
    """One purpose, audience, basis and set of overrides for one controller.

    What is None has not been stated: the decision then takes the stricter branch.
    """

    __tablename__ = "campaigns"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    controller_id: Mapped[str] = mapped_column(ForeignKey("controllers.id"))
    name: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(3))
    is_open: Mapped[bool] = mapped_column(Boolean)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    purpose: Mapped[str] = mapped_column(Text)
    interest: Mapped[str] = mapped_column(Text)
    data_categories: Mapped[str] = mapped_column(Text)
    retention: Mapped[str] = mapped_column(Text)
    balancing_test: Mapped[str | None] = mapped_column(Text)
    balancing_approved_by: Mapped[str | None] = mapped_column(String(200))
    balancing_approved_on: Mapped[date | None] = mapped_column(Date)
    balancing_review_due: Mapped[date | None] = mapped_column(Date)
    requires_consent: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    is_agency: Mapped[bool | None] = mapped_column(Boolean)  # somebody else than the controller makes the calls
    processor_agreement_on: Mapped[date | None] = mapped_column(Date)
    registrations: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # as a caller, with operators
    list_source: Mapped[str | None] = mapped_column(Text)  # where the numbers of the call list come from
    list_checked_on: Mapped[date | None] = mapped_column(Date)
    speaker: Mapped[str | None] = mapped_column(String(8))  # human, machine; where a request does not say
    dialling: Mapped[str | None] = mapped_column(String(10))  # manual, preview, predictive; likewise
    voicemail: Mapped[str | None] = mapped_column(String(8))  # what an answering machine hears: none (None), neutral
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)  # language -> purpose, interest, ...
    overrides: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CallerIdRow(Base):
    """A number that a controller may show, and what proves it; one that is withdrawn may no longer be shown."""

    __tablename__ = "caller_ids"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    controller_id: Mapped[str] = mapped_column(ForeignKey("controllers.id"))
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"))  # None: all of the controller's
    number: Mapped[str] = mapped_column(String(16))  # E.164
    country: Mapped[str | None] = mapped_column(String(3))  # as NumberFacts.country and .kind tell it
    kind: Mapped[str] = mapped_column(String(16))
    standing: Mapped[str] = mapped_column(String(8))  # owned, verified
    in_directory: Mapped[bool] = mapped_column(Boolean)
    evidence: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[str] = mapped_column(String(200))
    since: Mapped[date] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegisterWashRow(Base):
    """When a campaign's list was last washed against an official register, and what shows it."""

    __tablename__ = "register_washes"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    register: Mapped[str] = mapped_column(String(32), primary_key=True)
    washed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[str] = mapped_column(String(200))


class CredentialRow(Base):
    """Who may ask. API keys keep a hash of their secret; Twilio-style tokens are derived and kept nowhere."""

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("account_sid"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # api_key, twilio
    role: Mapped[str] = mapped_column(String(8))  # dialer, caller, auditor, admin
    controller_id: Mapped[str | None] = mapped_column(ForeignKey("controllers.id"))  # None: all of them
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"))  # Twilio-style: its one campaign
    account_sid: Mapped[str | None] = mapped_column(String(34))
    token_serial: Mapped[int] = mapped_column(Integer, default=1)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PolicyRow(Base):
    """A resolved policy under the digest that decisions name, so that they can be replayed."""

    __tablename__ = "policies"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(String(3))
    campaign_id: Mapped[str] = mapped_column(String(64))
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
