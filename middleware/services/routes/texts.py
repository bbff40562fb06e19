"""Text messages to our numbers: a stop word is an objection, in force before it is answered. Texts are not kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from middleware.clock import Clock
from middleware.errors import InvalidRequest
from middleware.explanations.ringing_back import written
from middleware.keyed_hash import Pepper
from middleware.services.objections import Objections
from middleware.services.routes.callers import Caller, find_caller, is_sid
from middleware.services.routes.text_words import Meaning, is_answered_by_twilio, meaning_of
from middleware.store.database import Connection, Database
from middleware.store.ring_backs import ControllerAddress, addresses_of, controllers_showing
from middleware.store.text_messages import add_text_message

logger = logging.getLogger(__name__)
TEXT = "text message"
_KEYS = {Meaning.STOP: "stopped", Meaning.HELP: "help", Meaning.START: "start"}
_KEYS_OF_ALL = {Meaning.STOP: "stopped_by_all", Meaning.HELP: "help_of_all", Meaning.START: "start_of_all"}


@dataclass(frozen=True, slots=True)
class Texts:
    database: Database
    clock: Clock
    pepper: Pepper
    objections: Objections

    def receive(
        self, message_sid: str, written_to: str, sender: str, body: str, opt_out_type: str | None
    ) -> str | None:
        """Do what it means, once however often it is delivered; what to answer, or None for nothing."""
        if not is_sid(message_sid):
            raise InvalidRequest("is missing or is none", "MessageSid")
        meaning, now = meaning_of(body, opt_out_type), self.clock.now()
        with self.database.writing() as connection:
            found = find_caller(connection, self.pepper, written_to, sender)
            # whoever writes STOP to a shared number means all who use it, whoever called last
            controllers = tuple(sorted({*controllers_showing(connection, found.called)[0], *found.controllers}))
            is_new = add_text_message(
                connection,
                now,
                message_sid,
                caller_id=found.called,
                sender_key=found.number_key,
                controller_id=controllers[0] if len(controllers) == 1 else None,
                meaning=meaning.value,
            )
            if is_new and meaning is Meaning.STOP:
                self._object(connection, controllers, found)
            addresses = addresses_of(connection, controllers)
        if meaning is Meaning.OTHER or found.number_key is None or is_answered_by_twilio(body, opt_out_type, meaning):
            return None
        return _answer(meaning, addresses, found.language)

    def _object(self, connection: Connection, controllers: tuple[str, ...], found: Caller) -> None:
        if found.number_key is None:
            logger.error("a stop came from a sender without a telephone number: nobody can be put on the stop list")
            return
        self.objections.object_by_number(
            connection, controllers, found.number_key, TEXT, self.clock.now(), found.contact_id
        )


def _answer(meaning: Meaning, addresses: tuple[ControllerAddress, ...], language: str) -> str:
    if len(addresses) != 1:
        return written(_KEYS_OF_ALL[meaning], language)
    (one,) = addresses
    values = {"controller": one.name, "email": one.email, "phone": one.phone, "privacy_url": one.privacy_url}
    return written(_KEYS[meaning], language, **values)
