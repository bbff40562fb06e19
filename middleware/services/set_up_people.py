"""Entries of a set-up folder as contacts, companies, numbers and suppressions, found by the keys of who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import parse
from middleware.set_up.reading import Entry
from middleware.set_up.shapes import ContactEntry, SuppressionEntry
from middleware.store.ids import new_id
from middleware.store.people import Barred, Keyed, PeopleRepository

NOTED_BY = "set-up"


@dataclass(frozen=True, slots=True)
class PeopleLoad:
    """Works within the transaction of `people`; `at` is now."""

    people: PeopleRepository
    pepper: Pepper
    at: datetime

    def add_contacts(self, entries: Sequence[Entry[ContactEntry]]) -> int:
        """Add people, and the companies they work for; returns how many people were new."""
        contacts = [entry.value for entry in entries]
        companies = self._with_companies([contact for contact in contacts if contact.company])
        known = self.people.contacts([self._person_key(contact) for contact in contacts])
        new = [contact for contact in contacts if (contact.controller, self._person_key(contact)) not in known]
        self.people.add_contacts([self._contact(contact, companies) for contact in new])
        ids = self.people.contacts([self._person_key(contact) for contact in contacts])
        self.people.add_numbers([row for contact in contacts for row in self._numbers(contact, ids)])
        return len(new)

    def add_suppressions(self, entries: Sequence[Entry[SuppressionEntry]], campaigns: Mapping[str, str]) -> int:
        """Add entries that there never were; one that was lifted stays so. `campaigns` gives each one's controller."""
        named = [(self._barred(entry.value), entry.value) for entry in entries]
        ever = self.people.suppressions_ever([barred.subject_key for barred, _ in named])
        new = {barred: entry for barred, entry in named if barred not in ever}
        everybody = sorted(set(campaigns.values()))
        for barred, entry in new.items():
            owner = campaigns.get(entry.scope_id or "") if entry.scope == "campaign" else entry.scope_id
            controllers = everybody if owner is None else [owner]
            since = entry.since if isinstance(entry.since, datetime) else datetime.combine(entry.since, time(), UTC)
            self.people.bar(barred, controllers, source=entry.source, noted_by=NOTED_BY, since=since, at=self.at)
        return len(new)

    def _with_companies(self, contacts: Sequence[ContactEntry]) -> Keyed:
        keyed = {(contact.controller, self._company_key(contact)): contact for contact in contacts}
        keys = [key for _, key in keyed]
        known = self.people.companies(keys)
        self.people.add_companies([self._company(contact) for key, contact in keyed.items() if key not in known])
        return self.people.companies(keys)

    def _person_key(self, contact: ContactEntry) -> str:
        return self.pepper.mailbox(contact.email) if contact.email else self.pepper.number(contact.numbers[0])

    def _company_key(self, contact: ContactEntry) -> str:
        return self.pepper.company(contact.country or "", contact.register_number or "")

    def _company(self, contact: ContactEntry) -> dict[str, Any]:
        return {
            "id": new_id(self.at),
            "controller_id": contact.controller,
            "company_key": self._company_key(contact),
            "name": contact.company,
            "country": contact.country,
            "register_number": contact.register_number,
            "legal_form": contact.legal_form.value,
            "domain": contact.domain,
        }

    def _contact(self, contact: ContactEntry, companies: Keyed) -> dict[str, Any]:
        columns = ("name", "email", "language", "time_zone", "data_source", "data_obtained_on", "call_consent_on")
        return {
            **contact.model_dump(include=set(columns)),
            "id": new_id(self.at),
            "controller_id": contact.controller,
            "company_id": companies.get((contact.controller, self._company_key(contact))) if contact.company else None,
            "person_key": self._person_key(contact),
            "created_at": self.at,
        }

    def _numbers(self, contact: ContactEntry, ids: Keyed) -> list[dict[str, Any]]:
        contact_id = ids[contact.controller, self._person_key(contact)]
        return [
            {
                "controller_id": contact.controller,
                "number_key": self.pepper.number(number),
                "contact_id": contact_id,
                "number": number,
            }
            for number in contact.numbers
        ]

    def _barred(self, entry: SuppressionEntry) -> Barred:
        if entry.subject is Subject.NUMBER:
            key = self.pepper.number(parse(entry.value).e164 or entry.value)
        elif entry.subject is Subject.PERSON:
            key = self.pepper.mailbox(entry.value)
        else:
            key = self.pepper.company(*entry.value.split(maxsplit=1))
        return Barred(entry.subject.value, key, entry.scope, entry.scope_id, entry.reason)
