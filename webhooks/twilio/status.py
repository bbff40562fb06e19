"""Where Twilio reports how a call goes. Only Twilio may: the signature is checked over the URL that we gave it."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from middleware.errors import NotFound
from middleware.services.status_reports import StatusReports
from webhooks.problems import problem

logger = logging.getLogger(__name__)


def create_blueprint(reports: StatusReports, auth_token: str, public_base_url: str) -> Blueprint:
    """The public base URL is configured, never taken from the request: a proxy may show us another host."""
    blueprint = Blueprint("twilio_status", __name__)
    validator = RequestValidator(auth_token)

    @blueprint.post("/twilio/status/<uuid:attempt_id>")
    def report(attempt_id: UUID) -> Response:
        url = f"{public_base_url}{request.path}"
        if request.query_string:
            url = f"{url}?{request.query_string.decode('ascii', 'replace')}"
        signature = request.headers.get("X-Twilio-Signature")
        if not signature or not validator.validate(url, request.form, signature):
            logger.warning("status report for attempt %s without Twilio's signature was not taken", attempt_id)
            return problem(403, "Forbidden", "This is not signed by Twilio for this URL: check the public base URL.")
        try:
            reports.receive(str(attempt_id), list(request.form.items(multi=True)))
        except NotFound:
            # answered as taken: Twilio would only send it again, and the log has it
            logger.warning("status report for an attempt that is not known was left out")
        return Response(status=204)

    return blueprint
