"""The shape of one row in each file about those who are called. What does not fit is named, and nothing is loaded."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from middleware.decision.model import DirectoryMark, LegalForm, NumberKind, Subject
from middleware.policies.pack import Shape, Text
from middleware.set_up.words import (
    Country,
    EntryId,
    Instant,
    Language,
    MailAddress,
    Number,
    Subdivision,
    TimeZone,
    e164,
    mailbox,
)

Source = Annotated[Text, StringConstraints(max_length=300)]
PREFIX = re.compile(r"^\+[1-9][0-9]{0,13}$")


class ContactEntry(Shape):
    """A person to be called, and who they work for.

    `line_kind` and `directory_mark` hold one word for each number, in their order. `listed_in` holds registers with
    the day since which they list the person: `at_ecg 2026-01-05; tps 2025-03-01`.
    """

    controller: EntryId
    name: Annotated[str, StringConstraints(max_length=200)] | None = None
    email: MailAddress | None = None
    language: Language
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]
    line_kind: tuple[NumberKind | None, ...] = ()
    directory_mark: tuple[DirectoryMark | None, ...] = ()
    time_zone: TimeZone | None = None
    subdivision: Subdivision | None = None
    data_source: Source
    data_obtained_on: date | None = None
    checked_on: date | None = None
    call_consent_on: date | None = None
    call_consent_source: Source | None = None
    call_consent_ends_on: date | None = None
    call_consent_wording: Text | None = None
    machine_consent_on: date | None = None
    machine_consent_source: Source | None = None
    machine_consent_ends_on: date | None = None
    machine_consent_wording: Text | None = None
    customer_since: date | None = None
    customer_ended_on: date | None = None
    prospect_reason: Text | None = None
    prospect_reason_on: date | None = None
    listed_in: dict[EntryId, date] = Field(default_factory=dict)
    asked_to_be_called_at: Instant | None = None
    promised_at: Instant | None = None
    company: Annotated[str, StringConstraints(max_length=200)] | None = None
    country: Country | None = None
    register_number: Annotated[str, StringConstraints(max_length=64)] | None = None
    legal_form: LegalForm = LegalForm.UNKNOWN
    advert_protected: bool | None = None  # the company's entry in the companies register forbids advertising
    domain: Annotated[str, StringConstraints(max_length=253)] | None = None

    @field_validator("numbers", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        return [number for number in given.split(";") if number.strip()] if isinstance(given, str) else given

    @field_validator("line_kind", "directory_mark", mode="before")
    @classmethod
    def _one_for_each(cls, given: object) -> object:
        return [word.strip() or None for word in given.split(";")] if isinstance(given, str) else given

    @field_validator("listed_in", mode="before")
    @classmethod
    def _registers(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        listed = [entry.split() for entry in given.split(";") if entry.strip()]
        if any(len(entry) != 2 for entry in listed):
            raise ValueError("must be registers with a day each, such as tps 2026-01-05; dk_robinson 2025-03-01")
        return dict(listed)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if any(given := (self.company, self.country, self.register_number)) and not all(given):
            raise ValueError("company, country and register_number go together")
        if self.advert_protected is not None and self.company is None:
            raise ValueError("advert_protected is about the company, which must be given")
        for name in ("line_kind", "directory_mark"):
            if len(getattr(self, name)) not in {0, len(self.numbers)}:
                raise ValueError(f"{name} must hold one word for each number, in their order, with ; between")
        return self

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        _proven("call_consent", self.call_consent_on, self.call_consent_source, self.call_consent_ends_on)
        _proven("machine_consent", self.machine_consent_on, self.machine_consent_source, self.machine_consent_ends_on)
        if (self.prospect_reason is None) != (self.prospect_reason_on is None):
            raise ValueError("prospect_reason and prospect_reason_on, the day it was noted, go together")
        _in_order("customer", self.customer_since, "customer_since", self.customer_ended_on, "customer_ended_on")
        return self


class SuppressionEntry(Shape):
    """Who must not be called: a number, a person by mailbox, a company as `DK 12345678`, or a prefix as `+4590`."""

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
            e164(self.value)
        elif self.subject is Subject.PERSON:
            mailbox(self.value)
        elif self.subject is Subject.PREFIX:
            if PREFIX.match(self.prefix) is None:
                raise ValueError("value of a prefix is + and the first digits of the numbers it bars, such as +4590")
        elif len(self.value.split(maxsplit=1)) != 2 or len(self.value.split()[0]) != 2:
            raise ValueError("value of a company is its country and register number, such as DK 12345678")
        return self

    @property
    def prefix(self) -> str:
        """The value without the spaces that people write between digits."""
        return "".join(self.value.split())

    @field_validator("since", mode="before")
    @classmethod
    def _spelled(cls, since: object) -> object:
        return datetime.fromisoformat(since) if isinstance(since, str) and len(since) > 10 else since


def _proven(name: str, given_on: date | None, source: str | None, ends_on: date | None) -> None:
    if given_on is not None and source is None:
        raise ValueError(f"{name}_source is missing: say what shows the consent, for one that nobody can show is none")
    if given_on is None and source is not None:
        raise ValueError(f"{name}_on is missing: the day on which the consent was given")
    _in_order(name, given_on, f"{name}_on", ends_on, f"{name}_ends_on")


def _in_order(what: str, first: date | None, its_name: str, last: date | None, last_name: str) -> None:
    if last is None:
        return
    if first is None:
        raise ValueError(f"{last_name} needs {its_name}")
    if last < first:
        raise ValueError(f"{what}: {last_name} lies before {its_name}")
