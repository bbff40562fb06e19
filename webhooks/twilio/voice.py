"""Voice webhooks: what Twilio asks when one of our own people dials, and what it tells when that is over.

Who dials is read from what Twilio vouches for, and from nothing that the telephone's own program can send. What changes
anything here is taken by POST alone: Twilio signs the GET of a `<Play>`, too, and its URL is any that a dialer gives.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from middleware.explanations import spoken
from middleware.services.routes.dialling_agents import Dialled
from middleware.services.routes.voice import NOBODY_IN_PARTICULAR, Spoken, Voice, VoiceAnswer
from middleware.services.routes.voice_ends import VoiceEnds
from webhooks.twilio.signed import Signed
from webhooks.twilio.status import not_signed
from webhooks.twilio.voice_answers import hang_up, twiml

logger = logging.getLogger(__name__)
CLIENT = "client:"
CALLEE = "callee"  # of the person called, who hears no explanations
DELIVERY = "I-Twilio-Idempotency-Token"
Parameters = MultiDict[str, str]


def create_blueprint(voice: Voice, ends: VoiceEnds, is_signed: Signed) -> Blueprint:
    """Calls are answered with TwiML, always: what goes wrong is said to whoever dialled."""
    blueprint = Blueprint("twilio_voice", __name__)

    @blueprint.before_request
    def only_twilio() -> Response | None:
        return None if is_signed(request) else not_signed()

    @blueprint.post("/twilio/voice/app")
    def softphone() -> Response:
        given = request.form
        # an identity is what Twilio itself puts there; a second value can only be the script's own
        identity = _only(given, "From")
        address = identity if identity.startswith(CLIENT) else ""
        dialled = _dialled(given, address, _only(given, "Campaign"))
        return _answered(lambda: voice.dial(dialled))

    @blueprint.post("/twilio/voice/sip")
    def sip_telephone() -> Response:
        given = request.form
        # only a telephone that logged in with a user name has one; From is whatever the telephone says
        user, domain = _only(given, "SipUsername"), _only(given, "SipDomain")
        address = f"sip:{user.lower()}@{domain.lower()}" if user and domain else ""
        dialled = _dialled(given, address, _only(given, "SipHeader_X-Campaign"))
        return _answered(lambda: voice.dial(dialled))

    @blueprint.post("/twilio/voice/after/<uuid:rung_id>")
    def after(rung_id: UUID) -> Response:
        given = request.form.to_dict()
        return _answered(lambda: ends.after(str(rung_id), given))

    @blueprint.post("/twilio/voice/over")
    def over() -> Response:
        ends.over(request.form.to_dict())
        return Response(status=204)

    @blueprint.route("/twilio/voice/fallback/<hears>", methods=["GET", "POST"])
    def fallback(hears: str) -> Response:
        given = request.form if request.method == "POST" else request.args
        logger.error("Twilio got no TwiML from us (%s at %s)", *_what_failed(given))
        if hears == CALLEE:
            return hang_up()
        return twiml(Spoken((spoken("not_now", hears),), hears))

    return blueprint


def _answered(ask: Callable[[], VoiceAnswer]) -> Response:
    try:
        return twiml(ask())
    except Exception as error:  # noqa: BLE001 - a server error would make Twilio read one aloud to whoever dialled
        logger.error("unexpected %s while somebody of ours dialled", type(error).__name__)
        return twiml(Spoken((spoken("not_now", NOBODY_IN_PARTICULAR),), NOBODY_IN_PARTICULAR))


def _only(given: Parameters, name: str) -> str:
    """The one value that a parameter has; of several different ones nobody knows whose they are, so it is none."""
    values = {value.strip() for value in given.getlist(name) if value.strip()}
    return values.pop() if len(values) == 1 else ""


def _dialled(given: Parameters, address: str, campaign: str) -> Dialled:
    return Dialled(
        call_sid=_only(given, "CallSid"),
        delivery=request.headers.get(DELIVERY, ""),
        address=address,
        given=_only(given, "To"),
        campaign=campaign or None,
    )


def _what_failed(given: Parameters) -> tuple[str, str]:
    """Twilio's code, and which of our addresses it was; nothing of what stood in its query."""
    code, path = given.get("ErrorCode", ""), urlsplit(given.get("ErrorUrl", "")).path
    return code if code.isdecimal() else "no code", path[:200] if path.isprintable() else "?"
