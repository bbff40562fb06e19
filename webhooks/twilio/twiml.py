"""Where Twilio asks what to do on a leg. It never hears anything but TwiML that was checked."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, Response, request

from middleware.errors import NotFound
from middleware.services.routes.instructions import Instructions, hung_up
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed

logger = logging.getLogger(__name__)


def create_blueprint(instructions: Instructions, is_signed: Signed) -> Blueprint:
    """POST alone, as all addresses of ours ask for: Twilio also signs a GET for sound that a document names."""
    blueprint = Blueprint("twilio_twiml", __name__)

    @blueprint.route("/twilio/twiml/<uuid:link_id>", methods=["POST"])
    def document(link_id: UUID) -> Response:
        if not is_signed(request):
            return not_signed()
        asked = list(request.form.items(multi=True))
        token = request.headers.get("I-Twilio-Idempotency-Token")
        try:
            twiml = instructions.answer(str(link_id), asked, token[:100] if token else None)
        except NotFound:
            logger.error("Twilio asks on a link that is not there")
            twiml = hung_up()
        except Exception as error:  # noqa: BLE001 - a server error would make Twilio read one aloud to the person called
            logger.error("unexpected %s while answering link %s", type(error).__name__, link_id)
            twiml = hung_up()
        return Response(twiml, content_type="text/xml; charset=utf-8")

    return blueprint
