"""Entries of a set-up folder as contacts, companies, numbers and suppressions, found by the keys of who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import parse
from middleware.set_up.news import news
from middleware.set_up.people_shapes import ContactEntry, SuppressionEntry
from middleware.set_up.reading import Entry
from middleware.store.ids import new_id
from middleware.store.people import Barred, Keyed, PeopleRepository

NOTED_BY = "set-up"
_AS_GIVEN = {
    *("name", "email", "language", "time_zone", "subdivision"),
    *("data_source", "data_obtained_on", "checked_on"),
    *("call_consent_on", "call_consent_source", "call_consent_ends_on", "call_consent_wording"),
    *("machine_consent_on", "machine_consent_source", "machine_consent_ends_on", "machine_consent_wording"),
    *("customer_since", "customer_ended_on", "prospect_reason", "prospect_reason_on"),
    *("asked_to_be_called_at", "promised_at"),
}


def began(entry: SuppressionEntry) -> datetime:
    """Since when an entry bars; a day has begun at its midnight in UTC."""
    return entry.since if isinstance(entry.since, datetime) else datetime.combine(entry.since, time(), UTC)


@dataclass(frozen=True, slots=True)
class PeopleLoad:
    """Works within the transaction of `people`; `at` is now."""

    people: PeopleRepository
    pepper: Pepper
    at: datetime

    def add_contacts(self, entries: Sequence[Entry[ContactEntry]]) -> tuple[int, int]:
        """Add people, and the companies they work for, and tell those who are there what is new about them.

        Returns how many people were new, and of how many others something was told.
        """
        contacts = [entry.value for entry in entries]
        companies = self._with_companies([contact for contact in contacts if contact.company])
        known = self.people.contacts([self._person_key(contact) for contact in contacts])
        new = [contact for contact in contacts if (contact.controller, self._person_key(contact)) not in known]
        self.people.add_contacts([self._contact(contact, companies) for contact in new])
        ids = self.people.contacts([self._person_key(contact) for contact in contacts])
        told = [
            {**self._contact(contact, companies), "id": contact_id}
            for contact in contacts
            if (contact_id := known.get((contact.controller, self._person_key(contact)))) is not None
        ]
        numbers = [row for contact in contacts for row in self._numbers(contact, ids)]
        self.people.add_numbers(numbers)
        self.people.tell_numbers(numbers, news)
        return len(new), self.people.tell_contacts(told, news)

    def add_suppressions(self, entries: Sequence[Entry[SuppressionEntry]], campaigns: Mapping[str, str]) -> int:
        """Add entries that there never were; one that was lifted stays so. `campaigns` gives each one's controller.

        Prefixes are left out: they stand elsewhere.
        """
        named = [(self._barred(e.value), e.value) for e in entries if e.value.subject is not Subject.PREFIX]
        ever = self.people.suppressions_ever([barred.subject_key for barred, _ in named])
        new = {barred: entry for barred, entry in named if barred not in ever}
        everybody = sorted(set(campaigns.values()))
        for barred, entry in new.items():
            owner = campaigns.get(entry.scope_id or "") if entry.scope == "campaign" else entry.scope_id
            controllers = everybody if owner is None else [owner]
            since = began(entry)
            self.people.bar(barred, controllers, source=entry.source, noted_by=NOTED_BY, since=since, at=self.at)
        return len(new)

    def _with_companies(self, contacts: Sequence[ContactEntry]) -> Keyed:
        keyed = {(contact.controller, self._company_key(contact)): contact for contact in contacts}
        keys = [key for _, key in keyed]
        known = self.people.companies(keys)
        self.people.add_companies([self._company(contact) for key, contact in keyed.items() if key not in known])
        told = [{**self._company(contact), "id": known[key]} for key, contact in keyed.items() if key in known]
        self.people.tell_companies(told, news)
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
            "is_advert_protected": contact.advert_protected,
            "domain": contact.domain,
        }

    def _contact(self, contact: ContactEntry, companies: Keyed) -> dict[str, Any]:
        return {
            **contact.model_dump(include=_AS_GIVEN),
            "listed_in": {name: day.isoformat() for name, day in contact.listed_in.items()} or None,
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
                "line_kind": _known(contact.line_kind, place),
                "directory_mark": _known(contact.directory_mark, place),
            }
            for place, number in enumerate(contact.numbers)
        ]

    def _barred(self, entry: SuppressionEntry) -> Barred:
        if entry.subject is Subject.NUMBER:
            key = self.pepper.number(parse(entry.value).e164 or entry.value)
        elif entry.subject is Subject.PERSON:
            key = self.pepper.mailbox(entry.value)
        else:
            key = self.pepper.company(*entry.value.split(maxsplit=1))
        return Barred(entry.subject.value, key, entry.scope, entry.scope_id, entry.reason)


def _known(words: Sequence[StrEnum | None], place: int) -> str | None:
    """The word for one of a contact's numbers; `unknown` says as much as nothing."""
    word = words[place] if words else None
    return None if word is None or word.value == "unknown" else word.value
