"""The TwiML that callers who ring back get. Nothing of what they say or send is in it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from middleware.explanations import say_voice
from middleware.explanations.ringing_back import heard
from middleware.services.routes.links import DELIVERY
from middleware.services.routes.ring_back_people import Connecting
from middleware.services.routes.ring_backs import Greeting
from webhooks.twilio.dialling import ring

TIMES_ASKED = 2
CHOICE_SECONDS = 6
RING_SECONDS = 20
MESSAGE_SECONDS = 120
SILENCE_SECONDS = 6


@dataclass(frozen=True, slots=True)
class InboundAnswers:
    """`base`: the public address under which the routes are."""

    base: str

    def menu(self, greeting: Greeting, before: str | None = None) -> Response:
        """Who called and why, then the choices, as often as they are said; then goodbye. Any key counts from the first
        word on."""
        response, language = VoiceResponse(), greeting.language
        first = ((heard(before, language),) if before else ()) + greeting.sentences
        for sentences in (first, *[()] * (TIMES_ASKED - 1)):
            gather = Gather(
                input="dtmf",
                num_digits=1,
                timeout=CHOICE_SECONDS,
                action=self._at(greeting.ring_back_id, "choice"),
                method="POST",
            )
            for sentence in (*sentences, *greeting.choices):
                _say(gather, sentence, language)
            response.append(gather)
        return _ended(response, "goodbye", language)

    def say(self, language: str, key: str) -> Response:
        """One sentence, and the end."""
        return _ended(VoiceResponse(), key, language)

    def connect(self, ring_back_id: str, connecting: Connecting) -> Response:
        """Ring our people, all at once; whoever picks up first has the caller."""
        response = VoiceResponse()
        _say(response, heard("connecting", connecting.language), connecting.language)
        dial = Dial(
            timeout=RING_SECONDS,
            caller_id=connecting.caller_id,
            action=self._at(ring_back_id, "dialled"),
            method="POST",
        )
        for rung in connecting.rung:
            ring(dial, rung.address, rung.status_callback)
        response.append(dial)
        return _xml(response)

    def record(self, ring_back_id: str, language: str, before: str | None = None) -> Response:
        """Take a message."""
        response = VoiceResponse()
        if before:
            _say(response, heard(before, language), language)
        _say(response, heard("leave_message", language), language)
        response.record(
            max_length=MESSAGE_SECONDS,
            timeout=SILENCE_SECONDS,
            finish_on_key="#",
            play_beep=True,
            action=self._at(ring_back_id, "message"),
            method="POST",
            recording_status_callback=self._at(ring_back_id, "recording"),
            recording_status_callback_event="completed",
        )
        return _ended(response, "no_message", language)

    def _at(self, ring_back_id: str, step: str) -> str:
        return f"{self.base}/{ring_back_id}/{step}{DELIVERY}"


def _say(verb: VoiceResponse | Gather, sentence: str, language: str) -> None:
    verb.say(sentence, language=say_voice(language))


def _ended(response: VoiceResponse, key: str, language: str) -> Response:
    _say(response, heard(key, language), language)
    response.hangup()
    return _xml(response)


def _xml(response: VoiceResponse) -> Response:
    return Response(str(response), content_type="text/xml")
