"""What Twilio tells when an agent's dialling is over: it closes what a lost callback would have left open."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from middleware.clock import Clock
from middleware.decision.disposition import ENDED, state_from_twilio
from middleware.errors import NotFound, RingfenceError
from middleware.explanations import spoken
from middleware.services.observation import Observation
from middleware.services.progress import observe
from middleware.services.routes.voice import NOBODY_IN_PARTICULAR, Spoken
from middleware.store.attempts import AttemptRepository
from middleware.store.database import Connection, Database
from middleware.store.own_calls import OwnCallRepository

logger = logging.getLogger(__name__)
CAUSE = "dial_action"
_SENTENCES = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed"}
_SPOKE = frozenset({"completed", "answered"})
_LONGEST_CALL = 9  # digits


@dataclass(frozen=True, slots=True)
class VoiceEnds:
    database: Database
    clock: Clock

    def after(self, rung_id: str, form: Mapping[str, str]) -> Spoken:
        """Note how it went with the attempt, or the call to one of ours, and say it where nobody was reached."""
        language = NOBODY_IN_PARTICULAR
        try:
            with self.database.writing() as connection:
                language = self._note_own_leg(connection, form.get("CallSid", ""))
                self._note_attempt(connection, rung_id, form)
        except RingfenceError as error:  # its callbacks and the sweep will tell the store
            logger.error("the end of a call was not noted: %s", error)
        key = _SENTENCES.get(form.get("DialCallStatus", ""))
        return Spoken((spoken(key, language),) if key else (), language)

    def over(self, form: Mapping[str, str]) -> None:
        """Twilio says that an agent's leg has ended, also where the agent hung up first. Raises `StoreUnavailable`."""
        seen = Observation.from_callback(form)
        if state_from_twilio(seen.call_status) not in ENDED:
            return
        with self.database.writing() as connection:
            repository = OwnCallRepository(connection)
            try:
                leg = repository.by_call_sid(seen.call_sid)
            except NotFound:
                return  # whoever dialled is not on file, and was told so
            ended_at = leg.ended_at or self.clock.now()
            said = {"call_status": seen.call_status, "duration_seconds": seen.duration_seconds}
            repository.change(leg.id, ended_at=ended_at, **said)

    def _note_own_leg(self, connection: Connection, call_sid: str) -> str:
        """We hang up now, so the leg ends; returns the language of whoever is on it."""
        repository = OwnCallRepository(connection)
        try:
            leg = repository.by_call_sid(call_sid)
        except NotFound:
            return NOBODY_IN_PARTICULAR
        if leg.ended_at is None:
            now = self.clock.now()
            seconds = max(int((now - leg.at).total_seconds()), 0)
            repository.change(leg.id, call_status="completed", ended_at=now, duration_seconds=seconds)
        return leg.language

    def _note_attempt(self, connection: Connection, rung_id: str, form: Mapping[str, str]) -> None:
        try:
            attempt = AttemptRepository(connection).lock(rung_id)
        except NotFound:
            return  # one of ours was rung
        observe(connection, attempt, _seen(form), self.clock.now(), CAUSE)


def _seen(form: Mapping[str, str]) -> Observation:
    """The call that was dialled. Where nobody spoke, only that it exists: whether it was declined stands in the SIP
    code, which its own report has and this one has not. If that report is lost, the sweep asks Twilio."""
    status, seconds = form.get("DialCallStatus", ""), form.get("DialCallDuration", "")
    is_whole = seconds.isascii() and seconds.isdigit() and len(seconds) <= _LONGEST_CALL
    has_spoken = status in _SPOKE
    return Observation(
        call_sid=form.get("DialCallSid", ""),
        call_status="completed" if has_spoken else "initiated",
        duration_seconds=int(seconds) if is_whole and has_spoken else None,
    )
