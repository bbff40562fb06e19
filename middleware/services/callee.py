"""Who answers at a number, as the rules ask it: where several people do, only what holds for all of them.

A fact that would open the way (a consent, a reason, a contract, a check) counts only if it holds for everybody who
might pick up. A fact that bars it (a promise for later, a register's entry, a mark against advertising) counts if it
holds for anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any, TypeVar

from middleware.decision.model import CalleeFacts, Consent, Customer, DirectoryMark, LegalForm, NumberKind
from middleware.store.hot_path.model import MOST_CONTACTS, ContactFound

Value = TypeVar("Value")
_NOBODY = CalleeFacts()


def callee_from(contacts: tuple[ContactFound, ...]) -> CalleeFacts:
    """What holds for everybody at the number; where people are too many to compare, only what bars a call."""
    if not contacts:
        return _NOBODY
    everybody = reduce(strictest_of, map(_of_one, contacts))
    if len(contacts) <= MOST_CONTACTS:
        return everybody
    return CalleeFacts(
        listed_in=everybody.listed_in,
        promised_at=everybody.promised_at,
        is_advert_protected=everybody.is_advert_protected,
    )


def strictest_of(one: CalleeFacts, other: CalleeFacts) -> CalleeFacts:
    """What holds whichever of the two picks up."""
    return CalleeFacts(
        legal_form=one.legal_form if one.legal_form is other.legal_form else LegalForm.UNKNOWN,
        time_zone=_same(one.time_zone, other.time_zone),
        subdivision=_same(one.subdivision, other.subdivision),
        line_kind=_line_kind(one.line_kind, other.line_kind),
        directory_mark=one.directory_mark if one.directory_mark is other.directory_mark else DirectoryMark.UNKNOWN,
        call_consent=_same(one.call_consent, other.call_consent),
        machine_consent=_same(one.machine_consent, other.machine_consent),
        customer=_same(one.customer, other.customer),
        prospect_reason_on=_of_both(max, one.prospect_reason_on, other.prospect_reason_on),
        has_source=one.has_source and other.has_source,
        checked_on=_of_both(min, one.checked_on, other.checked_on),
        is_advert_protected=one.is_advert_protected or other.is_advert_protected,
        listed_in=_listed_in(one.listed_in, other.listed_in),
        asked_to_be_called_at=_of_both(min, one.asked_to_be_called_at, other.asked_to_be_called_at),
        promised_at=max((at for at in (one.promised_at, other.promised_at) if at is not None), default=None),
    )


def _of_one(contact: ContactFound) -> CalleeFacts:
    facts = contact.facts
    given_on = None if contact.call_consent_on is None else date.fromisoformat(contact.call_consent_on)
    return CalleeFacts(
        legal_form=LegalForm(contact.legal_form or LegalForm.UNKNOWN),
        time_zone=contact.time_zone,
        subdivision=facts.subdivision,
        line_kind=None if facts.line_kind is None else NumberKind(facts.line_kind),
        directory_mark=DirectoryMark(facts.directory_mark or DirectoryMark.UNKNOWN),
        call_consent=_consent(given_on, facts.call_consent_source, facts.call_consent_ends_on),
        machine_consent=_consent(facts.machine_consent_on, facts.machine_consent_source, facts.machine_consent_ends_on),
        customer=None if facts.customer_since is None else Customer(facts.customer_since, facts.customer_ended_on),
        prospect_reason_on=facts.prospect_reason_on,
        has_source=facts.has_source,
        checked_on=facts.checked_on,
        is_advert_protected=bool(facts.is_advert_protected),
        listed_in=facts.listed_in or {},
        asked_to_be_called_at=_aware(facts.asked_to_be_called_at),
        promised_at=_aware(facts.promised_at),
    )


def _consent(given_on: date | None, source: str | None, ends_on: date | None) -> Consent | None:
    return None if given_on is None else Consent(given_on, bool(source and source.strip()), ends_on)


def _same(one: Value | None, other: Value | None) -> Value | None:
    return one if one == other else None


def _of_both(strictest: Callable[[Any, Any], Any], one: Value | None, other: Value | None) -> Value | None:
    """The stricter of two; None where one of them is not known."""
    both: Value | None = None if one is None or other is None else strictest(one, other)
    return both


def _line_kind(one: NumberKind | None, other: NumberKind | None) -> NumberKind | None:
    """The line is the same whoever answers, so one record's knowledge will do; two that differ make it unknown, unless
    one of them says that there is none."""
    if one is NumberKind.INVALID or other is NumberKind.INVALID:
        return NumberKind.INVALID
    if one is None or other is None:
        return one or other
    return one if one is other else NumberKind.UNKNOWN


def _listed_in(one: Mapping[str, date], other: Mapping[str, date]) -> dict[str, date]:
    """Every register that lists either, since the latest day: a consent has to be later than all of them."""
    return {**one, **{register: max(since, one.get(register, since)) for register, since in other.items()}}


def _aware(at: datetime | None) -> datetime | None:
    """SQLite keeps no zone; what it holds is UTC."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
