"""Where Twilio tells what a dialer asked to hear at its own URL, and what answered a call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, Response, request

from middleware.errors import NotFound
from middleware.services.routes.amd import AmdResults
from middleware.services.routes.callbacks import LinkCallbacks
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed

logger = logging.getLogger(__name__)
Receive = Callable[[str, Sequence[tuple[str, str]]], None]


def create_blueprint(callbacks: LinkCallbacks, amd: AmdResults, is_signed: Signed) -> Blueprint:
    """Answered with no body: Twilio expects none. By POST alone, as we ask Twilio: it signs the GET of a `<Play>`, too,
    and a dialer gives its URL."""
    blueprint = Blueprint("twilio_links", __name__)

    @blueprint.before_request
    def only_twilio() -> Response | None:
        return None if is_signed(request) else not_signed()

    @blueprint.post("/twilio/callback/<uuid:link_id>")
    def callback(link_id: UUID) -> Response:
        return _taken(callbacks.receive, link_id)

    @blueprint.post("/twilio/amd/<uuid:link_id>")
    def answered_by(link_id: UUID) -> Response:
        return _taken(amd.receive, link_id)

    return blueprint


def _taken(receive: Receive, link_id: UUID) -> Response:
    try:
        receive(str(link_id), list(request.form.items(multi=True)))
    except NotFound:
        # answered as taken: Twilio would only send it again, and the log has it
        logger.warning("a callback on a link that is not known was left out")
    return Response(status=204)
