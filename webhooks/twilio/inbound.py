"""What Twilio asks when somebody rings one of our caller IDs; `INBOUND` is what the number's voice URL has to be."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from middleware.services.routes.ring_back_people import RingBackPeople
from middleware.services.routes.ring_backs import RingBacks
from webhooks.twilio.inbound_answers import InboundAnswers
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed

INBOUND = "/twilio/voice/inbound"
NO_MORE_CALLS, SPEAK, LEAVE_MESSAGE = "1", "2", "3"
_SPOKE = frozenset({"completed", "answered"})
_LONGEST = 6  # digits of seconds


def create_blueprint(
    ring_backs: RingBacks, people: RingBackPeople, is_signed: Signed, public_base_url: str
) -> Blueprint:
    """Answered with TwiML; what is pressed is done before it is confirmed."""
    blueprint = Blueprint("twilio_inbound", __name__)
    answers = InboundAnswers(f"{public_base_url}{INBOUND}")

    @blueprint.before_request
    def only_twilio() -> Response | None:
        return None if is_signed(request) else not_signed()

    @blueprint.post(INBOUND)
    def answer() -> Response:
        form = request.form
        greeting = ring_backs.answer(form.get("CallSid", ""), form.get("To", ""), form.get("From", ""))
        return answers.menu(greeting)

    @blueprint.post(f"{INBOUND}/<uuid:ring_back_id>/choice")
    def choose(ring_back_id: UUID) -> Response:
        return _chosen(str(ring_back_id), request.form.get("Digits", ""), ring_backs, people, answers)

    @blueprint.post(f"{INBOUND}/<uuid:ring_back_id>/dialled")
    def dialled(ring_back_id: UUID) -> Response:
        language = ring_backs.language_of(str(ring_back_id))
        if request.form.get("DialCallStatus", "") in _SPOKE:
            return answers.say(language, "goodbye")
        return answers.record(str(ring_back_id), language, "nobody_free")

    @blueprint.post(f"{INBOUND}/<uuid:ring_back_id>/message")
    def message(ring_back_id: UUID) -> Response:
        recording = recording_in(request.form)
        if recording is None:
            return answers.say(ring_backs.language_of(str(ring_back_id)), "no_message")
        return answers.say(ring_backs.take_message(str(ring_back_id), *recording), "message_taken")

    return blueprint


def _chosen(
    ring_back_id: str, pressed: str, ring_backs: RingBacks, people: RingBackPeople, answers: InboundAnswers
) -> Response:
    if pressed == NO_MORE_CALLS:
        language = ring_backs.object(ring_back_id)
        if language is not None:
            return answers.say(language, "objected")
        return answers.menu(ring_backs.again(ring_back_id))  # which says why that cannot be done
    if pressed == SPEAK:
        connecting = people.ring(ring_back_id)
        if connecting.rung:
            return answers.connect(ring_back_id, connecting)
        return answers.record(ring_back_id, connecting.language, "nobody_free")
    if pressed == LEAVE_MESSAGE:
        return answers.record(ring_back_id, ring_backs.language_of(ring_back_id))
    return answers.menu(ring_backs.again(ring_back_id), "not_a_choice")


def recording_in(form: MultiDict[str, str]) -> tuple[str, int] | None:
    """Which recording Twilio tells of, and how many seconds it has; None where nothing was recorded."""
    sid, seconds = form.get("RecordingSid", ""), form.get("RecordingDuration", "")
    is_whole = seconds.isascii() and seconds.isdigit() and len(seconds) <= _LONGEST
    if not sid or not is_whole or int(seconds) == 0 or form.get("RecordingStatus", "completed") != "completed":
        return None
    return sid, int(seconds)
