"""Who rings or writes to one of our numbers: which call of ours it may answer, on whose behalf, in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from middleware.errors import NotFound
from middleware.explanations import LANGUAGES
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import parse
from middleware.services.caller_ids import read_caller_id
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.contacts import ContactAt, contacts_at
from middleware.store.database import Connection
from middleware.store.ring_backs import controllers_showing, latest_call

# what most people there speak who are called at work; where that is none of ours, English
LANGUAGE_OF: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("DK", "GL", "FO"), "da"),
        **dict.fromkeys(("SE", "AX"), "sv"),
        **dict.fromkeys(("DE", "AT", "CH", "LI"), "de"),
        **dict.fromkeys(("NL", "BE"), "nl"),
    }
)
_LONGEST_NUMBER = 16
_LONGEST_SID = 34


@dataclass(frozen=True, slots=True)
class Caller:
    """`number` None: it is withheld, or none. `controllers`: whom this concerns; none where the number that was rung is
    on file for nobody. `controller_id` is set where it is clear which one it is."""

    called: str
    number: str | None
    number_key: str | None
    controllers: tuple[str, ...]
    controller_id: str | None
    campaign_id: str | None
    attempt_id: str | None
    contact_id: str | None
    called_at: datetime | None
    language: str
    time_zone: str | None


def find_caller(connection: Connection, pepper: Pepper, called: str, caller: str) -> Caller:
    """`called` and `caller` as Twilio gives them. Of several controllers with the same number it is the one that called
    last; where none of them did, all of them."""
    number = _number(caller)
    our_number = _number(called) or "".join(filter(str.isprintable, called.strip()))[:_LONGEST_NUMBER]
    key = pepper.number(number) if number else None
    showing, ever = controllers_showing(connection, our_number)
    attempt = _latest(connection, ever, key)
    controllers = (attempt.controller_id,) if attempt else showing
    found = contacts_at(connection, controllers, key) if key else ()
    contact = _contact(found, attempt)
    return Caller(
        called=our_number,
        number=number,
        number_key=key,
        controllers=controllers,
        controller_id=controllers[0] if len(controllers) == 1 else None,
        campaign_id=attempt.campaign_id if attempt else None,
        attempt_id=attempt.id if attempt else None,
        contact_id=contact.id if contact else None,
        called_at=(attempt.placed_at or attempt.asked_at) if attempt else None,
        language=contact.language if contact and contact.language in LANGUAGES else language_at(number or our_number),
        time_zone=_zone(contact, number or our_number),
    )


def language_of_callee(connection: Connection, attempt: AttemptSeen) -> str:
    """In which language the person called is spoken to."""
    contact = _contact(contacts_at(connection, (attempt.controller_id,), attempt.callee_key), attempt)
    return contact.language if contact and contact.language in LANGUAGES else language_at(attempt.callee or "")


def language_at(number: str) -> str:
    """What is spoken where a number (E.164) lies."""
    return LANGUAGE_OF.get(parse(number).facts.country or "", "en")


def is_sid(text: str) -> bool:
    """Whether it can be the id of something at Twilio."""
    return 0 < len(text) <= _LONGEST_SID and text.isascii() and text.isalnum()


def _number(given: str) -> str | None:
    read = read_caller_id(given)
    e164 = read.e164 if read else None
    return e164 if e164 and len(e164) <= _LONGEST_NUMBER else None


def _latest(connection: Connection, controllers: Sequence[str], key: str | None) -> AttemptSeen | None:
    attempt_id = latest_call(connection, controllers, key) if key else None
    if attempt_id is None:
        return None
    try:
        return AttemptRepository(connection).by_id(attempt_id)
    except NotFound:  # erased: its guard stays
        return None


def _contact(found: Sequence[ContactAt], attempt: AttemptSeen | None) -> ContactAt | None:
    """Whom we called, else whoever is alone at the number."""
    called = [each for each in found if attempt and each.id == attempt.contact_id]
    alone = found if len(found) == 1 else ()
    return next(iter([*called, *alone]), None)


def _zone(contact: ContactAt | None, number: str) -> str | None:
    zones = parse(number).facts.zones
    return (contact.time_zone if contact else None) or (zones[0] if zones else None)
