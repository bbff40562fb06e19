"""Where Twilio reports how a call to one of our own people goes."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, Response, request

from middleware.errors import NotFound
from middleware.services.routes.own_calls import OwnCalls
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed

logger = logging.getLogger(__name__)


def create_blueprint(own_calls: OwnCalls, is_signed: Signed) -> Blueprint:
    """Answered with no body: Twilio expects none."""
    blueprint = Blueprint("twilio_own_calls", __name__)

    @blueprint.post("/twilio/own/<uuid:own_call_id>")
    def report(own_call_id: UUID) -> Response:
        if not is_signed(request):
            return not_signed()
        try:
            own_calls.receive(str(own_call_id), list(request.form.items(multi=True)))
        except NotFound:
            logger.warning("a status report for a call of ours that is not known was left out")
        return Response(status=204)

    return blueprint
