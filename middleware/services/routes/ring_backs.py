"""Callers who ring back: they hear who called and why, and can end it, speak to somebody or leave a message."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from middleware.clock import Clock
from middleware.errors import InvalidRequest, NotFound
from middleware.explanations.ringing_back import choices, who_called, whose_number
from middleware.keyed_hash import Pepper
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.objections import Objections
from middleware.services.routes.callers import Caller, find_caller, is_sid
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Campaign, Catalogue
from middleware.store.database import Connection, Database
from middleware.store.outbox import promise
from middleware.store.ring_backs import RingBack, RingBackRepository, addresses_of, controllers_showing

logger = logging.getLogger(__name__)
TELL_RING_BACK = "tell_ring_back"
MENU = "ring-back menu"
OBJECTION, PERSON, MESSAGE = "objection", "person", "message"
_LAST = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is said first, once, and the choices, which are said again."""

    ring_back_id: str
    language: str
    sentences: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RingBacks:
    database: Database
    catalogue: CurrentCatalogue
    clock: Clock
    pepper: Pepper
    objections: Objections

    def answer(self, call_sid: str, called: str, caller: str) -> Greeting:
        """Log the call and say who called; asked again, the same. `called` and `caller` as Twilio gives them."""
        catalogue = self.catalogue.checked()
        with self.database.writing() as connection:
            found = find_caller(connection, self.pepper, called, caller)
            ring_back = self._logged(connection, call_sid, found)
            names = [address.name for address in addresses_of(connection, found.controllers)]
        return Greeting(
            ring_back.id,
            ring_back.language,
            _said_first(found, names, catalogue, ring_back.language),
            choices(ring_back.language, is_withheld=ring_back.caller_key is None),
        )

    def again(self, ring_back_id: str) -> Greeting:
        """The choices alone. Raises `NotFound`."""
        with self.database.reading() as connection:
            ring_back = RingBackRepository(connection).by_id(ring_back_id)
        menu = choices(ring_back.language, is_withheld=ring_back.caller_key is None)
        return Greeting(ring_back.id, ring_back.language, (), menu)

    def object(self, ring_back_id: str) -> str | None:
        """Call them no more: in force when this returns the language to say it in. None: their number is withheld, so
        that nothing can be done. Raises `NotFound`."""
        now = self.clock.now()
        with self.database.writing() as connection:
            ring_back = RingBackRepository(connection).lock(ring_back_id)
            if ring_back.caller_key is None:
                return None
            self.objections.object_by_number(
                connection,
                concerned(connection, ring_back),
                ring_back.caller_key,
                MENU,
                now,
                _contact_called(connection, ring_back),
            )
            RingBackRepository(connection).change(ring_back_id, choice=OBJECTION)
        return ring_back.language

    def language_of(self, ring_back_id: str) -> str:
        """In which language they are spoken to. Raises `NotFound`."""
        with self.database.reading() as connection:
            return RingBackRepository(connection).by_id(ring_back_id).language

    def take_message(self, ring_back_id: str, recording_sid: str, seconds: int) -> str:
        """Keep where the message is, and promise a mail that tells of it; told again, nothing more happens.

        Returns the language of the caller. Raises `NotFound`, and `InvalidRequest` for what is no recording.
        """
        if not is_sid(recording_sid):
            raise InvalidRequest("is none", "RecordingSid")
        now = self.clock.now()
        with self.database.writing() as connection:
            repository = RingBackRepository(connection)
            ring_back = repository.lock(ring_back_id)
            if ring_back.recording_sid is None:
                promise(connection, TELL_RING_BACK, ring_back_id, ring_back_id, now)
            if ring_back.recording_sid in {None, recording_sid}:
                longest = max(seconds, ring_back.recording_seconds or 0)
                choice = OBJECTION if ring_back.choice == OBJECTION else MESSAGE
                repository.change(ring_back_id, choice=choice, recording_sid=recording_sid, recording_seconds=longest)
        return ring_back.language

    def end(self, call_sid: str, called: str, caller: str, call_status: str) -> None:
        """The call is over. One of which we were never asked is logged now."""
        if call_status not in _LAST:
            return
        with self.database.writing() as connection:
            ring_back = self._logged(connection, call_sid, find_caller(connection, self.pepper, called, caller))
            if ring_back.ended_at is None:
                RingBackRepository(connection).change(ring_back.id, ended_at=self.clock.now())

    def _logged(self, connection: Connection, call_sid: str, found: Caller) -> RingBack:
        if not is_sid(call_sid):
            raise InvalidRequest("is missing or is none", "CallSid")
        return RingBackRepository(connection).add(
            self.clock.now(),
            call_sid,
            caller_id=found.called,
            caller=found.number,
            caller_key=found.number_key,
            controller_id=found.controller_id,
            campaign_id=found.campaign_id,
            attempt_id=found.attempt_id,
            language=found.language,
        )


def concerned(connection: Connection, ring_back: RingBack) -> tuple[str, ...]:
    """Whom it concerns: the controller that called, else all that show the number; none where it is nobody's."""
    if ring_back.controller_id is not None:
        return (ring_back.controller_id,)
    return controllers_showing(connection, ring_back.caller_id)[0]


def _contact_called(connection: Connection, ring_back: RingBack) -> str | None:
    try:
        return AttemptRepository(connection).by_id(ring_back.attempt_id or "").contact_id
    except NotFound:
        return None


def _said_first(found: Caller, names: list[str], catalogue: Catalogue, language: str) -> tuple[str, ...]:
    campaign = catalogue.campaigns.get(found.campaign_id or "")
    only = names[0] if len(names) == 1 else None
    called_at: datetime | None = found.called_at
    if only is None or called_at is None:
        return (whose_number(len(names), only, language),)
    return who_called(only, _purpose(campaign, language), called_at, found.time_zone, language)


def _purpose(campaign: Campaign | None, language: str) -> str | None:
    if campaign is None:
        return None
    return campaign.purposes.get(language) or campaign.purposes.get("")
