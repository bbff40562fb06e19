"""Where Twilio brings text messages to our numbers. What they say is neither kept nor logged."""

from __future__ import annotations

from flask import Blueprint, Response, request
from twilio.twiml.messaging_response import MessagingResponse

from middleware.services.routes.texts import Texts
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed


def create_blueprint(texts: Texts, is_signed: Signed) -> Blueprint:
    """Answered with one message, or with none where Twilio answers by itself or a person has to read it."""
    blueprint = Blueprint("twilio_texts", __name__)

    @blueprint.post("/twilio/sms")
    def receive() -> Response:
        if not is_signed(request):
            return not_signed()
        form = request.form
        answer = texts.receive(
            form.get("MessageSid") or form.get("SmsSid", ""),
            form.get("To", ""),
            form.get("From", ""),
            form.get("Body", ""),
            form.get("OptOutType"),
        )
        response = MessagingResponse()
        if answer is not None:
            response.message(answer)
        return Response(str(response), content_type="text/xml")

    return blueprint
