"""Where Twilio reports how a call goes. Only Twilio may: the signature is checked over the URL that we gave it."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, Response, request

from middleware.errors import NotFound
from middleware.services.status_reports import StatusReports
from webhooks.problems import problem
from webhooks.twilio.signed import Signed

logger = logging.getLogger(__name__)


def create_blueprint(reports: StatusReports, is_signed: Signed) -> Blueprint:
    """Answered with no body: Twilio expects none."""
    blueprint = Blueprint("twilio_status", __name__)

    @blueprint.post("/twilio/status/<uuid:attempt_id>")
    def report(attempt_id: UUID) -> Response:
        if not is_signed(request):
            return not_signed()
        try:
            reports.receive(str(attempt_id), list(request.form.items(multi=True)))
        except NotFound:
            # answered as taken: Twilio would only send it again, and the log has it
            logger.warning("status report for an attempt that is not known was left out")
        return Response(status=204)

    return blueprint


def not_signed() -> Response:
    """What is not Twilio's is not taken."""
    return problem(403, "Forbidden", "This is not signed by Twilio for this URL: check the public base URL.")
