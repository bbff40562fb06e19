"""What Twilio is told to do with a leg of one of our own people, as TwiML."""

from __future__ import annotations

from flask import Response
from twilio.twiml.voice_response import Dial, VoiceResponse

from middleware.explanations import say_voice
from middleware.services.routes.voice import PutThrough, RingOwnPerson, Spoken, VoiceAnswer
from webhooks.twilio.dialling import ring


def twiml(answer: VoiceAnswer) -> Response:
    """An answer to one of Twilio's voice webhooks."""
    said = VoiceResponse()
    if isinstance(answer, Spoken):
        for sentence in answer.sentences:
            said.say(sentence, language=say_voice(answer.language))
        said.hangup()
    elif isinstance(answer, PutThrough):
        _put_through(said, answer)
    else:
        _ring_own(said, answer)
    return Response(str(said), content_type="text/xml; charset=utf-8")


def hang_up() -> Response:
    """Nothing is said."""
    return twiml(Spoken((), "en"))


def _put_through(said: VoiceResponse, answer: PutThrough) -> None:
    permit = answer.permit
    dial = Dial(caller_id=permit.caller_id, timeout=permit.ring_seconds, answer_on_bridge=True, action=answer.action)
    ring(dial, permit.callee, permit.status_callback)
    said.append(dial)


def _ring_own(said: VoiceResponse, answer: RingOwnPerson) -> None:
    is_telephone = answer.address.startswith("+")
    dial = Dial(caller_id=answer.caller_id if is_telephone else None, answer_on_bridge=True, action=answer.action)
    ring(dial, answer.address, answer.status_callback)
    said.append(dial)
