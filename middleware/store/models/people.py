"""Contacts, their companies and numbers, and the one master table of suppression."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from middleware.store.models.base import Base
from middleware.store.types import Id, Key, UtcDateTime


class CompanyRow(Base):
    """Who a contact works for. `company_key` is the keyed hash of country and register number."""

    __tablename__ = "companies"
    __table_args__ = (UniqueConstraint("controller_id", "company_key"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    controller_id: Mapped[str] = mapped_column(ForeignKey("controllers.id"))
    company_key: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    register_number: Mapped[str] = mapped_column(String(64))
    legal_form: Mapped[str] = mapped_column(String(16), default="unknown")
    domain: Mapped[str | None] = mapped_column(String(253))
    is_advert_protected: Mapped[bool | None] = mapped_column(Boolean)  # None: nobody looked


class ContactRow(Base):
    """The person called. `person_key` is the keyed hash of what identifies the person: mailbox, else own number.

    A consent without its source is kept, and counts for nothing. The days of consents and contracts are their first
    and last ones, both included.
    """

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("controller_id", "person_key"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    controller_id: Mapped[str] = mapped_column(ForeignKey("controllers.id"))
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"), index=True)
    person_key: Mapped[str] = mapped_column(Key)
    name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    data_source: Mapped[str] = mapped_column(String(300))
    data_obtained_on: Mapped[date | None] = mapped_column(Date)
    checked_on: Mapped[date | None] = mapped_column(Date)  # when the record was last compared with reality
    subdivision: Mapped[str | None] = mapped_column(String(3))  # ISO 3166-2 without the country, such as BY
    call_consent_on: Mapped[date | None] = mapped_column(Date)
    call_consent_source: Mapped[str | None] = mapped_column(String(300))
    call_consent_ends_on: Mapped[date | None] = mapped_column(Date)
    call_consent_wording: Mapped[str | None] = mapped_column(Text)
    machine_consent_on: Mapped[date | None] = mapped_column(Date)  # to calls in which a machine speaks
    machine_consent_source: Mapped[str | None] = mapped_column(String(300))
    machine_consent_ends_on: Mapped[date | None] = mapped_column(Date)
    machine_consent_wording: Mapped[str | None] = mapped_column(Text)
    customer_since: Mapped[date | None] = mapped_column(Date)
    customer_ended_on: Mapped[date | None] = mapped_column(Date)
    prospect_reason: Mapped[str | None] = mapped_column(Text)  # why this very person presumably wants the call
    prospect_reason_on: Mapped[date | None] = mapped_column(Date)
    listed_in: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))  # register -> day, ISO 8601
    asked_to_be_called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the person last asked for a call
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the moment that was promised: not before it
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactNumberRow(Base):
    """Which contacts answer at a number; a switchboard has several.

    What kind of line it is and what its entry in the public directory says belong to the number: one person may have
    a desk phone and a mobile.
    """

    __tablename__ = "contact_numbers"
    controller_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number_key: Mapped[str] = mapped_column(Key, primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), primary_key=True, index=True)
    number: Mapped[str] = mapped_column(String(16))
    line_kind: Mapped[str | None] = mapped_column(String(16))  # from a look-up
    directory_mark: Mapped[str | None] = mapped_column(String(8))


class SuppressionRow(Base):
    """An entry that bars a number, person or company. Found by keyed hash, so clear text is not needed to block."""

    __tablename__ = "suppressions"
    __table_args__ = (Index("ix_suppressions_subject_key", "subject_key"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subject_key: Mapped[str] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(String(8))  # number, person, company
    scope: Mapped[str] = mapped_column(String(10))  # everywhere, controller, campaign
    scope_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))  # objection, complaint, imported, wrong_number, ...
    source: Mapped[str] = mapped_column(String(200))  # the door it came through
    noted_by: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SuppressedPrefixRow(Base):
    """An entry that bars all numbers that begin alike. Read with the catalogue, whose generation each change raises."""

    __tablename__ = "suppressed_prefixes"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    prefix: Mapped[str] = mapped_column(String(16))  # E.164: + and the country first
    scope: Mapped[str] = mapped_column(String(10))  # everywhere, controller, campaign
    scope_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(200))
    noted_by: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
