"""A row of a list becomes a lead: a number that can be rung, the facts that rules ask for, and who it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from middleware.decision.model import CalleeFacts, Consent, Customer, LegalForm
from middleware.leads.cells import AmbiguousDay, DayOrder, day_of, is_no, legal_form_of
from middleware.leads.fields import Field
from middleware.leads.headings import Columns
from middleware.leads.identifiers import Identifier, register_number, vat_number
from middleware.leads.numbers import NumberRead, read_number
from middleware.leads.places import REGIONS_DIFFER, country_of, region_of, zone_of
from middleware.leads.records import Record, Remark, RemarkKind
from middleware.leads.websites import registrable_domain

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Lead:
    """One row that can be read. The keys are those of a company; None where the row has none that is valid."""

    number: NumberRead
    facts: CalleeFacts
    email: str | None
    register_key: str | None  # country and number, such as DK|13585628
    company_keys: tuple[str, ...]
    is_objection: bool
    remarks: tuple[Remark, ...]


class LeadReader:
    """Reads the rows of one list. `default_country` (ISO 3166-1) holds where a row names none."""

    def __init__(self, columns: Columns, default_country: str | None = None, days: DayOrder | None = None) -> None:
        self._columns = columns
        self._default_country = default_country
        self._days = days

    def read(self, record: Record) -> Lead | Remark:
        """The lead, or the remark that says why the row is broken."""
        if record.broken is not None:
            return record.broken
        row = _Row(self._columns, record.cells, self._days)
        field = next((field for field in (Field.PHONE, Field.MOBILE) if row.text(field)), None)
        if field is None:
            first = Field.PHONE if Field.PHONE in self._columns.places else Field.MOBILE
            return Remark(RemarkKind.NO_NUMBER, self._columns.heading(first))
        country = row.said(Field.COUNTRY, country_of, RemarkKind.COUNTRY_UNKNOWN)
        number = read_number(row.text(field), country or self._default_country)
        if number.remark is not None:
            row.remark(number.remark, field)
        objection = row.text(Field.OBJECTION)
        is_objection = bool(objection) and not is_no(objection)
        if is_objection:
            row.remark(RemarkKind.OBJECTION, Field.OBJECTION)
        place = country or number.parsed.facts.country or self._default_country
        facts = _facts(row, place)
        register, vat = _identifiers(row, self._columns.register_country or place, place)
        domain = row.said(Field.WEBSITE, registrable_domain, RemarkKind.WEBSITE_UNREADABLE, none_is_fine=True)
        email = row.text(Field.EMAIL)
        keys = [key for key in (register, vat, domain and f"domain|{domain}") if key]
        return Lead(
            number=number,
            facts=facts,
            email=email if "@" in email else None,
            register_key=register,
            company_keys=tuple(keys),
            is_objection=is_objection,
            remarks=tuple(row.remarks),
        )


class _Row:
    """One row by field, and what was remarked about it on the way."""

    def __init__(self, columns: Columns, cells: tuple[str, ...], days: DayOrder | None) -> None:
        self._columns = columns
        self._cells = cells
        self._days = days
        self.remarks: list[Remark] = []

    def text(self, field: Field) -> str:
        place = self._columns.places.get(field)
        return "" if place is None else self._cells[place].strip()

    def remark(self, kind: RemarkKind, field: Field) -> None:
        self.remarks.append(Remark(kind, self._columns.heading(field), self.text(field)))

    def said(
        self, field: Field, read: Callable[[str], Value | None], kind: RemarkKind, *, none_is_fine: bool = False
    ) -> Value | None:
        """What a cell says; remarked upon where it says something that cannot be read."""
        text = self.text(field)
        if not text:
            return None
        try:
            value = read(text)
        except ValueError:
            value = None
            none_is_fine = False
        if value is None and not none_is_fine:
            self.remark(kind, field)
        return value

    def day(self, field: Field) -> date | None:
        text = self.text(field)
        if not text or is_no(text):
            return None
        try:
            return day_of(text, self._days)
        except AmbiguousDay:
            self.remark(RemarkKind.DATE_AMBIGUOUS, field)
        except ValueError:
            self.remark(RemarkKind.DATE_UNREADABLE, field)
        return None


def _facts(row: _Row, country: str | None) -> CalleeFacts:
    """What the row says, as if the person had been imported. What it does not say, or not clearly, is not known."""
    written = row.text(Field.LEGAL_FORM)
    form = legal_form_of(written) if written else LegalForm.UNKNOWN
    if written and form is LegalForm.UNKNOWN:
        row.remark(RemarkKind.LEGAL_FORM_UNKNOWN, Field.LEGAL_FORM)
    return CalleeFacts(
        legal_form=form,
        time_zone=row.said(Field.TIME_ZONE, zone_of, RemarkKind.TIME_ZONE_UNKNOWN),
        subdivision=_region(row, country),
        call_consent=_consent(row),
        customer=_customer(row),
        has_source=bool(row.text(Field.DATA_SOURCE)),
        checked_on=row.day(Field.CHECKED_ON),
    )


def _region(row: _Row, country: str | None) -> str | None:
    """Only where regions decide something is it worth a remark that one is not known."""
    if country is None or country not in REGIONS_DIFFER:
        return None
    return row.said(Field.REGION, lambda text: region_of(text, country), RemarkKind.REGION_UNKNOWN)


def _consent(row: _Row) -> Consent | None:
    """A consent whose end is given and cannot be read is none: it may be over."""
    given_on, ends_on = row.day(Field.CONSENT_ON), row.day(Field.CONSENT_ENDS_ON)
    if given_on is None or (row.text(Field.CONSENT_ENDS_ON) and ends_on is None):
        return None
    return Consent(given_on, has_source=bool(row.text(Field.CONSENT_SOURCE)), ends_on=ends_on)


def _customer(row: _Row) -> Customer | None:
    since, ended_on = row.day(Field.CUSTOMER_SINCE), row.day(Field.CUSTOMER_ENDED_ON)
    if since is None or (row.text(Field.CUSTOMER_ENDED_ON) and ended_on is None):
        return None
    return Customer(since, ended_on)


def _identifiers(row: _Row, register_country: str | None, country: str | None) -> tuple[str | None, str | None]:
    register = _identifier(row, Field.REGISTER_NUMBER, lambda text: register_number(text, register_country))
    vat = _identifier(row, Field.VAT_NUMBER, lambda text: vat_number(text, country))
    return register, vat


def _identifier(row: _Row, field: Field, read: Callable[[str], Identifier]) -> str | None:
    text = row.text(field)
    if not text:
        return None
    found = read(text)
    if not found.is_valid:
        row.remark(RemarkKind.IDENTIFIER_INVALID, field)
    return found.key
