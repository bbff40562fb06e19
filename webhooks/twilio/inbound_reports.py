"""What Twilio reports of callers who ring back, and where it turns when we did not answer it."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, Response, request

from middleware.services.routes.callers import language_at
from middleware.services.routes.ring_backs import RingBacks
from webhooks.twilio.inbound import INBOUND, recording_in
from webhooks.twilio.inbound_answers import InboundAnswers
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed

logger = logging.getLogger(__name__)


def create_blueprint(ring_backs: RingBacks, is_signed: Signed) -> Blueprint:
    """Reports are answered with no body."""
    blueprint = Blueprint("twilio_inbound_reports", __name__)

    @blueprint.before_request
    def only_twilio() -> Response | None:
        return None if is_signed(request) else not_signed()

    @blueprint.post(f"{INBOUND}/<uuid:ring_back_id>/recording")
    def recorded(ring_back_id: UUID) -> Response:
        recording = recording_in(request.form)
        if recording is not None:
            ring_backs.take_message(str(ring_back_id), *recording)
        return Response(status=204)

    @blueprint.post(f"{INBOUND}/status")
    def ended() -> Response:
        ring_backs.end(*(request.form.get(name, "") for name in ("CallSid", "To", "From", "CallStatus")))
        return Response(status=204)

    @blueprint.post(f"{INBOUND}/fallback")
    def fallback() -> Response:
        logger.error("Twilio got no answer from us for somebody who rang back")
        spoken = (language_at(request.form.get(name, "")) for name in ("From", "To"))
        return InboundAnswers("").say(next((each for each in spoken if each != "en"), "en"), "failed")

    return blueprint
