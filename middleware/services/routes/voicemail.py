"""What an answering machine hears: nothing, unless the campaign allows one short and neutral sentence.

A recorded sentence is a machine's call, so that the rules about machines decide about it, too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from middleware.errors import CallRefused, CarrierUnavailable, NotFound, RingfenceError
from middleware.explanations import say_voice, spoken
from middleware.gateways.ports import CallCarrier
from middleware.phone_numbers import spaced
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.routes.callers import language_of_callee
from middleware.services.routes.machine_speech import MachineSpeech
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database
from middleware.twiml.rewriting import as_text

logger = logging.getLogger(__name__)
NEUTRAL = "neutral"
_MACHINES = ("machine_", "fax")
_HAS_GREETED = "machine_end_"  # its greeting is over; before that nothing would be recorded


@dataclass(frozen=True, slots=True)
class Voicemail:
    database: Database
    catalogue: CurrentCatalogue
    carrier: CallCarrier
    speech: MachineSpeech

    def answer(self, attempt_id: str, asked: Mapping[str, str]) -> str | None:
        """TwiML in place of the dialer's where Twilio says that a machine has answered; None where it does not."""
        answered_by = asked.get("AnsweredBy", "")
        if not answered_by.startswith(_MACHINES):
            return None
        with self.database.reading() as connection:
            attempt = AttemptRepository(connection).by_id(attempt_id)
        return self._left_on(attempt, answered_by)

    def on_machine(self, attempt: AttemptSeen, answered_by: str) -> None:
        """A machine was found while the call goes on: it is ended, or hears the sentence. Never raises."""
        if attempt.call_sid is None or attempt.ended_at is not None:
            return
        try:
            twiml = self._left_on(attempt, answered_by)
            change = [("Twiml", twiml)] if "<Say" in twiml else [("Status", "completed")]
            self.carrier.update(attempt.call_sid, change)
        except (CallRefused, CarrierUnavailable) as error:
            logger.warning("attempt %s: the machine that answered is not hung up: %s", attempt.id, error)
        except RingfenceError as error:
            logger.error("attempt %s: nothing can be decided about its machine: %s", attempt.id, error)

    def _left_on(self, attempt: AttemptSeen, answered_by: str) -> str:
        response = ET.Element("Response")
        campaign = self.catalogue.checked().campaigns.get(attempt.campaign_id)
        if campaign is None:
            raise NotFound("the campaign is gone")
        is_wanted = campaign.voicemail == NEUTRAL and answered_by.startswith(_HAS_GREETED)
        if is_wanted and self.speech.is_allowed(attempt):
            with self.database.reading() as connection:
                language = language_of_callee(connection, attempt)
            sentence = ET.SubElement(response, "Say", {"language": say_voice(language)})
            number = spaced(attempt.caller_id or "")
            sentence.text = spoken("voicemail", language, controller=campaign.controller_name, number=number)
        ET.SubElement(response, "Hangup")
        return as_text(response)
